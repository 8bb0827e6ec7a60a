"""Standing orders and restore, by the command line, on a real API server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from beds.kubernetes.controlplane import ControlPlane
from beds.telemetry import LABELS, Telemetry
from netkeel.cli.main import cli
from netkeel.errors import ConfigurationError


@pytest.fixture
def telemetry(control_plane: ControlPlane, namespace: str) -> Telemetry:
    return Telemetry(control_plane, namespace)


def call(telemetry: Telemetry, folder: Path, *arguments: str) -> Result:
    raw: dict[str, Any] = {
        "sources": [{"name": "s", "prometheus": {"url": "http://p", "preset": "netkeel"}}],
        "objectives": [{"name": "o"}],
        "workloads": [
            {
                "name": "telemetry-upload",
                "namespace": telemetry.namespace,
                "selector": {"matchLabels": LABELS},
            }
        ],
        "kubernetes": {"kubeconfig": str(telemetry.control_plane.kubeconfig())},
    }
    file = folder / "netkeel.yaml"
    file.write_text(yaml.safe_dump(raw))
    return CliRunner().invoke(cli, [*arguments, "--config", str(file), "-o", "json"])


def test_an_order_is_a_label_that_resume_takes_away(telemetry: Telemetry, tmp_path: Path) -> None:
    telemetry.create(pods=1)
    for order in ("freeze", "open", "floor"):
        done = call(telemetry, tmp_path, order, "telemetry-upload")
        assert done.exit_code == 0
        assert json.loads(done.stdout)["results"][0]["hold"] == order
        assert telemetry.deployment()["metadata"]["labels"]["netkeel.dev/hold"] == order
    assert call(telemetry, tmp_path, "resume").exit_code == 0
    assert "netkeel.dev/hold" not in telemetry.deployment()["metadata"].get("labels", {})


def test_an_unknown_workload_is_refused_by_name(telemetry: Telemetry, tmp_path: Path) -> None:
    done = call(telemetry, tmp_path, "freeze", "nope")
    assert isinstance(done.exception, ConfigurationError)
    assert "telemetry-upload" in str(done.exception)


def test_restore_gives_back_what_was_there_and_takes_away_what_was_not(
    telemetry: Telemetry, tmp_path: Path
) -> None:
    ours = {"kubernetes.io/egress-bandwidth": "50M"}
    telemetry.create(pods=0)
    telemetry.add_pod("had", ours | {"netkeel.dev/original-egress-bandwidth": "77M"})
    telemetry.add_pod("had-none", ours | {"netkeel.dev/original-egress-bandwidth": ""})
    telemetry.add_pod("not-ours", {"kubernetes.io/egress-bandwidth": "5M"})
    assert call(telemetry, tmp_path, "restore").exit_code == 0
    assert telemetry.limits() == {"had": "77M", "had-none": None, "not-ours": "5M"}
