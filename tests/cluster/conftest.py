"""One real API server for all tests of this folder, and a namespace for each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count

import pytest

from beds.kubernetes.controlplane import ControlPlane
from requirements import require

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def control_plane() -> Iterator[ControlPlane]:
    """Etcd and kube-apiserver v1.36, the real binaries, without nodes."""
    require("openssl", shutil.which("openssl"), "apt-get install openssl")
    with ControlPlane() as control_plane:
        yield control_plane


@pytest.fixture
def namespace(control_plane: ControlPlane) -> str:
    """A fresh namespace."""
    name = f"test-{next(_NUMBERS)}"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    control_plane.api.request("POST", "/api/v1/namespaces", body)
    # No controller-manager runs here, whose task this is; without it no pod can be made.
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
    control_plane.api.request("POST", f"/api/v1/namespaces/{name}/serviceaccounts", account)
    return name
