"""Where that which is made once is kept: outside the tree, for every clone and every run."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_folder(*parts: str) -> Path:
    """Give a folder of netkeel's cache, made if need be.

    `NETKEEL_CACHE` moves the cache (a CI keeps that one path between runs); otherwise it stands
    where the user's other caches are.
    """
    base = os.environ.get("NETKEEL_CACHE") or os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = Path(base).expanduser().joinpath("netkeel", *parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def locked(lock_file: Path) -> Iterator[None]:
    """Hold an exclusive lock, waiting for it: the kernel frees it when its holder dies."""
    with lock_file.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
