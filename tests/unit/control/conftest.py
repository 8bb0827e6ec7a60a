"""What the tests of the core share: a small configuration and a way to step it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from netkeel.control.controller import Controller, Outcome
from netkeel.control.laws import law_settings, laws
from netkeel.model.gate import Enforcement, GateState, Hold
from netkeel.model.reading import Fault, Kind, Sample
from netkeel.settings import Configuration, convert
from netkeel.units import Rate


@dataclass
class Bench:
    """A core with its gate: what is ordered is in force at the next step, unless told not to."""

    configuration: Configuration
    controller: Controller
    state: GateState
    at_s: float = 0.0
    outcomes: list[Outcome] = field(default_factory=list)
    follows: bool = True

    def step(
        self,
        delay_ms: float | None,
        *,
        count: int | None = 1000,
        after_s: float | None = None,
        critical_mbps: float | None = None,
        best_effort_mbps: float | None = None,
        fault: Fault | None = None,
    ) -> Outcome:
        """One period; `delay_ms` None: the source brings nothing new."""
        self.at_s += self.configuration.step if after_s is None else after_s
        samples = [*self._delay(delay_ms, count), *self._rates(critical_mbps, best_effort_mbps)]
        if fault is not None:
            samples.append(Sample("cluster", Kind.DELAY, self.at_s, fault=fault))
        self.controller, outcome = self.controller.step(self.at_s, samples, self.state)
        self.outcomes.append(outcome)
        if self.follows and outcome.plan is not None:
            self.state = GateState(self.at_s, outcome.plan.budget, Enforcement.APPLIED)
        return outcome

    def _delay(self, delay_ms: float | None, count: int | None) -> list[Sample]:
        if delay_ms is None:
            return []
        return [Sample("cluster", Kind.DELAY, self.at_s, value=delay_ms / 1e3, count=count)]

    def _rates(self, critical: float | None, best_effort: float | None) -> list[Sample]:
        rates = {Kind.CRITICAL_RATE: critical, Kind.BEST_EFFORT_RATE: best_effort}
        return [
            Sample("cluster", kind, self.at_s, value=mbps * 1e6)
            for kind, mbps in rates.items()
            if mbps is not None
        ]

    @property
    def wanted_mbps(self) -> float:
        wanted = self.outcomes[-1].decision.wanted
        assert wanted is not None
        return wanted.in_mbps

    def hold(self, hold: Hold | None) -> None:
        self.state = GateState(self.at_s, self.state.applied, Enforcement.APPLIED, hold=hold)


MakeBench = Callable[..., Bench]


@pytest.fixture
def bench() -> MakeBench:
    def make(applied_mbps: float | None = 100, **workload: Any) -> Bench:
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

    def make(applied_mbps: float, **workload: Any) -> Bench:
        made = bench(applied_mbps, **{**CLASSIC, **workload})
        made.step(None)  # takes over the limit that the cluster has
        return made

    return make
