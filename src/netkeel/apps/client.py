"""Reads a running daemon over HTTP, for `status` and `explain`."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from netkeel.errors import EnvironmentLackError

_TIMEOUT_S = 5.0


def read(server: str, path: str, **parameters: str) -> dict[str, Any]:
    """A JSON answer of a daemon.

    Raises:
        EnvironmentLackError: No daemon answers there.
    """
    if not server.startswith(("http://", "https://")):
        server = f"http://{server}"
    url = f"{server.rstrip('/')}{path}"
    if parameters:
        url += "?" + urllib.parse.urlencode(parameters)
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - http only
            document: dict[str, Any] = json.load(answer)
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise EnvironmentLackError(
            f"no netkeel daemon answers at {server}: {error}; start one with `netkeel run`, or "
            "name it with --server (in a cluster: kubectl port-forward)"
        ) from error
    return document
