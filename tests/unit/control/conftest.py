"""What the tests of the core share: a small configuration around a `Bench`."""

from __future__ import annotations

from typing import Any

import pytest

from core_bench import Bench, MakeBench
from netkeel.control.controller import Controller
from netkeel.control.laws import law_settings, laws
from netkeel.model.gate import Enforcement, GateState
from netkeel.settings import convert
from netkeel.units import Rate


@pytest.fixture
def bench() -> MakeBench:
    def make(applied_mbps: float | None = 100, **workload: Any) -> Bench:  # noqa: ANN401 - raw YAML
        raw: dict[str, Any] = {
            "step": workload.pop("step", "1s"),
            "sources": [
                {"name": "cluster", "prometheus": {"url": "http://p", "preset": "netkeel"}}
            ],
            "objectives": workload.pop("objectives", [{"name": "robot-control"}]),
            "workloads": [
                {"name": "telemetry", "selector": {"matchLabels": {"app": "t"}}, **workload}
            ],
        }
        configuration = convert(raw, law_settings())
        chosen = configuration.workloads[0]
        controller = Controller.create(configuration, chosen, laws()[chosen.law.name], 0.0)
        applied = None if applied_mbps is None else Rate.mbps(applied_mbps)
        enforcement = Enforcement.UNCAPPED if applied is None else Enforcement.APPLIED
        return Bench(configuration, controller, GateState(0.0, applied, enforcement))

    return make


CLASSIC: dict[str, Any] = {
    "law": "classic",
    "step": "5s",
    "shape": {"deadBandUp": 0.0, "deadBandDown": 0.0, "growthFactor": 1000.0},
}


@pytest.fixture
def classic(bench: MakeBench) -> MakeBench:
    """A bench with the classic law and no shape, as the classic system is."""

    def make(applied_mbps: float, **workload: Any) -> Bench:  # noqa: ANN401 - raw YAML
        made = bench(applied_mbps, **{**CLASSIC, **workload})
        made.step(None)  # takes over the limit that the cluster has
        return made

    return make
