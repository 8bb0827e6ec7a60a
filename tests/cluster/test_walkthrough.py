"""The whole loop on real parts: netkeel run, a real API server, a real Prometheus, closed.

The daemon is a process of its own. It reads p95 from Prometheus, which scrapes an exporter whose
delays come from the demo's plant, whose limit is what the API server holds: quiet, heavy,
recovery. Nodes are missing here: pods are objects whose status the test writes.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest
import yaml

from beds.kubernetes.controlplane import ControlPlane
from beds.prometheus import DelayExporter, PrometheusBed, free_port
from beds.telemetry import LABELS, Telemetry
from netkeel.adapters.kubernetes.names import EGRESS_BANDWIDTH
from netkeel.sim.plant import Plant, Scenario
from netkeel.units import Rate


class ClosedLoop:
    """The plant between the API server's limits and the exporter's delays, in real time."""

    def __init__(self, telemetry: Telemetry, exporter: DelayExporter) -> None:
        self._telemetry, self._exporter = telemetry, exporter
        self.critical = Rate.mbps(50)
        self.is_heavy = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _critical(self, _: float) -> Rate:
        return Rate.mbps(900) if self.is_heavy.is_set() else Rate.mbps(50)

    def _run(self) -> None:
        scenario = Scenario(
            lambda _: Rate.mbps(1000), self._critical, lambda _: Rate.mbps(5000), buffer_s=0.0029
        )
        plant = Plant(scenario)
        api = self._telemetry.control_plane.connect()
        path = f"/api/v1/namespaces/{self._telemetry.namespace}/pods"
        while not self._stop.wait(0.2):
            pods = api.get(path)["items"]
            texts = [p["metadata"].get("annotations", {}).get(EGRESS_BANDWIDTH) for p in pods]
            limit = sum(Rate.parse(t).bps for t in texts if t)
            step = plant.advance(0.2, Rate(limit))
            for edge_s, count in zip(step.delays.edges_s, step.delays.counts, strict=False):
                if count:
                    self._exporter.observe(edge_s * 0.95, int(count))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


@pytest.fixture
def exporter() -> Iterator[DelayExporter]:
    exporter = DelayExporter()
    yield exporter
    exporter.close()


@pytest.fixture
def prometheus(exporter: DelayExporter, tmp_path: Path) -> Iterator[PrometheusBed]:
    bed = PrometheusBed(tmp_path, exporter.port)
    bed.start()
    yield bed
    bed.stop()


class Daemon:
    """`netkeel run` as a process."""

    def __init__(self, folder: Path, raw: dict[str, Any]) -> None:
        self.port = free_port()
        self._folder = folder
        raw["server"] = {"listen": f"127.0.0.1:{self.port}"}
        raw["decisions"] = {"path": str(folder / "decisions.jsonl")}
        (folder / "netkeel.yaml").write_text(yaml.safe_dump(raw))
        self.start()

    def start(self) -> None:
        log = (self._folder / "netkeel.log").open("ab")
        command = [sys.executable, "-m", "netkeel", "run", str(self._folder / "netkeel.yaml")]
        self.process = subprocess.Popen(command, stderr=log, stdout=log)

    def read(self, path: str) -> Any:  # noqa: ANN401 - JSON
        url = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(url, timeout=2) as answer:
            return json.load(answer)

    def row(self) -> dict[str, Any]:
        row: dict[str, Any] = self.read("/api/v1/status")["results"][0]
        return row

    def records(self) -> list[dict[str, Any]]:
        lines = (self._folder / "decisions.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def log(self) -> str:
        return (self._folder / "netkeel.log").read_text()


def until(true: Callable[[], bool], within_s: float, what: str) -> float:
    """Wait for something; how long it took in seconds."""
    began_s = time.monotonic()
    while time.monotonic() - began_s < within_s:
        try:
            if true():
                return time.monotonic() - began_s
        except (OSError, IndexError, KeyError):
            pass  # the daemon does not listen or has not decided yet
        time.sleep(0.1)
    pytest.fail(f"{what}: not within {within_s} s")


@pytest.fixture
def daemon(
    control_plane: ControlPlane, namespace: str, prometheus: PrometheusBed, tmp_path: Path
) -> Iterator[Daemon]:
    raw: dict[str, Any] = {
        "apiVersion": "netkeel.dev/v1alpha1",
        "sources": [
            {
                "name": "cluster",
                "prometheus": {
                    "url": prometheus.url,
                    "delayQuery": "netkeel_probe_delay_seconds_bucket",
                },
            }
        ],
        "objectives": [{"name": "robot-control", "target": "1ms"}],
        "workloads": [
            {
                "name": "telemetry-upload",
                "namespace": namespace,
                "selector": {"matchLabels": LABELS},
                "shape": {"raiseSpacing": "2s"},
            }
        ],
        "kubernetes": {"kubeconfig": str(control_plane.kubeconfig())},
    }
    daemon = Daemon(tmp_path, raw)
    yield daemon
    daemon.process.kill()
    daemon.process.wait()


def applied(daemon: Daemon) -> float:
    return (daemon.row()["applied_bps"] or 0) / 1e6


@pytest.mark.timeout(180)
def test_quiet_opens_heavy_closes_and_recovery_opens_again(
    control_plane: ControlPlane, namespace: str, exporter: DelayExporter, daemon: Daemon
) -> None:
    telemetry = Telemetry(control_plane, namespace)
    telemetry.create(pods=2)
    uids = {pod["metadata"]["uid"] for pod in telemetry.pods()}
    with ClosedLoop(telemetry, exporter) as loop:
        until(lambda: applied(daemon) == 100, 15, "start from the configured limit")
        until(lambda: applied(daemon) >= 140, 30, "quiet: the gate opens")
        before = applied(daemon)
        loop.is_heavy.set()
        reaction_s = until(lambda: applied(daemon) < before, 10, "heavy: the gate closes")
        assert reaction_s < 6
        until(lambda: (daemon.row()["p95_s"] or 1) < 0.001, 20, "p95 back below the target")
        loop.is_heavy.clear()
        low = applied(daemon)
        until(lambda: applied(daemon) > low + 20, 40, "recovery: the gate opens again")
        assert {pod["metadata"]["uid"] for pod in telemetry.pods()} == uids

        daemon.process.kill()
        daemon.process.wait()
        left = sum(Rate.parse(t or "0").bps for t in telemetry.limits().values())
        daemon.start()
        until(lambda: (daemon.row()["wanted_bps"] or 0) > 0, 20, "a restarted daemon decides")
        again = [r for r in daemon.records() if r["reason"] == "adopted"]
        assert again[-1]["wanted_bps"] == left, "after kill -9 it starts from what the cluster has"

    began_s = time.monotonic()
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(10) == 0
    assert time.monotonic() - began_s < 5
    assert "Traceback" not in daemon.log()
    records = daemon.records()
    assert all(r["wanted_bps"] is None or 10_000_000 <= r["wanted_bps"] <= 10**9 for r in records)
    blind = [r for r in records if r["readings"] and r["readings"][0]["belief"] != "fresh"]
    assert all(r["action"] != "INCREASE" for r in blind)
