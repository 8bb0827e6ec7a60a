"""A core under test with its gate, stepped by hand: what the tests of the core share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from netkeel.control.controller import Controller, Outcome
from netkeel.model.gate import Enforcement, GateState, Hold
from netkeel.model.reading import Fault, Kind, Sample
from netkeel.settings import Configuration


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
