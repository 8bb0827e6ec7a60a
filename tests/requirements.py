"""What a test needs of the machine: a skip that names what is missing, or a failure.

With `NETKEEL_REQUIRE=all` (continuous integration sets it), or with the requirement's own name in
that variable, a skip is a failure: nothing is left out in silence.
"""

from __future__ import annotations

import os

import pytest


def require(name: str, available: object, remedy: str) -> None:
    """Go on where `available` is true; otherwise skip, or fail where it is required.

    Args:
        name: One word, such as `root` or `prometheus`.
        available: Whether it is there.
        remedy: What to do, such as `apt-get install prometheus`.
    """
    if available:
        return
    message = f"{name} is missing: {remedy}"
    required = os.environ.get("NETKEEL_REQUIRE", "").split(",")
    if "all" in required or name in required:
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
