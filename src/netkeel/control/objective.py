"""One objective of one workload: its signal, its filter, its law, and their joint answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from netkeel.control.filter import DelayFilter
from netkeel.control.ladder import REASONS, Rung, blind_rate, heracles_rate, rung
from netkeel.control.law import Law, Observation, Proposal
from netkeel.control.signal import Signal
from netkeel.model.reading import Belief, Reading, Sample
from netkeel.model.reason import Reason
from netkeel.model.record import Load
from netkeel.settings.schema import Objective, Workload
from netkeel.units import Rate


@dataclass(frozen=True, slots=True)
class Situation:
    """What the objectives of a workload have in common in one period."""

    at_s: float
    elapsed_s: float
    """Since the step before."""
    rate: Rate
    """What is wanted so far."""
    applied: Rate | None
    is_followed: bool
    """Whether the gate is carrying out what is wanted."""
    load: Load
    proven_total: Rate | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What one objective asks for."""

    objective: str
    rate: Rate
    reason: Reason
    period_s: float
    rung: Rung
    blind_s: float

    @property
    def is_clear(self) -> bool:
        """Whether a new, believed delay was not above the target."""
        return self.rung is Rung.SIGHTED and self.reason in (Reason.BELOW_TARGET, Reason.AT_TARGET)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps one objective: the chain signal, filter, law, or the ladder while blind."""

    objective: Objective
    workload: Workload
    signal: Signal
    filter: DelayFilter
    law: Law

    def judge(self, at_s: float, samples: Sequence[Sample]) -> tuple[Keeper, Reading]:
        """Decide what of the samples may be believed."""
        signal, reading = self.signal.judge(at_s, samples)
        return replace(self, signal=signal), reading

    def answer(self, situation: Situation, reading: Reading) -> tuple[Keeper, Answer]:
        """Answer for this period: the law's word on a new delay, the ladder's while blind."""
        if reading.is_new and reading.belief is Belief.FRESH and reading.value is not None:
            keeper, proposal = self._ask_law(situation, reading, reading.value)
            return keeper, _sighted(self.objective.name, reading, proposal, self._period_s(reading))
        missing = reading.belief is not Belief.FRESH or reading.fault is not None
        if self.workload.blind.mode == "assume" and missing:
            keeper, proposal = self._assume(situation, reading)
            return keeper, _sighted(self.objective.name, reading, proposal, self._period_s(reading))
        return self, self._on_ladder(situation, reading)

    def _ask_law(
        self, situation: Situation, reading: Reading, delay_s: float
    ) -> tuple[Keeper, Proposal]:
        filtered = self.filter.update(delay_s)
        keeper = replace(self, filter=filtered)
        if filtered.is_within_band(self.objective.target):
            return keeper, Proposal(situation.rate, Reason.WITHIN_DEAD_BAND)
        mean_s = delay_s if filtered.mean_s is None else filtered.mean_s
        law, proposal = self.law.step(self._observation(situation, reading, mean_s))
        return replace(keeper, law=law), proposal

    def _observation(self, situation: Situation, reading: Reading, delay_s: float) -> Observation:
        limit = situation.rate
        congested = delay_s > self.objective.target
        if situation.applied is not None and (congested or not situation.is_followed):
            # A cut starts from what is in force; a raise that was never applied is not built on.
            limit = min(limit, situation.applied)
        return Observation(
            at_s=situation.at_s,
            limit=limit,
            delay_s=delay_s,
            target_s=self.objective.target,
            deadline_s=self.objective.deadline_s,
            period_s=self._period_s(reading),
            floor=self.workload.floor.rate,
            ceiling=self.workload.ceiling.rate,
            load=situation.load,
            above_last_edge=reading.above_last_edge,
        )

    def _assume(self, situation: Situation, reading: Reading) -> tuple[Keeper, Proposal]:
        keeper, proposal = self._ask_law(situation, reading, self.workload.blind.assumed_delay)
        return keeper, replace(proposal, reason=Reason.BLIND_ASSUMED)

    def _period_s(self, reading: Reading) -> float:
        # A recorded reading carries the period that was observed then, so replay is exact.
        return self.signal.period_s if reading.period_s is None else reading.period_s

    def _on_ladder(self, situation: Situation, reading: Reading) -> Answer:
        safe = heracles_rate(situation.proven_total, situation.load)
        settings = self.workload.blind
        period_s = self._period_s(reading)
        at = rung(reading.blind_s, period_s, settings, counters=safe is not None)
        rate = blind_rate(
            at,
            situation.rate,
            self.workload.floor.rate,
            elapsed_s=situation.elapsed_s,
            decay_per_s=settings.decay_per_second,
            safe=safe,
        )
        blind_s = 0.0 if at is Rung.SIGHTED else reading.blind_s
        return Answer(self.objective.name, rate, REASONS[at], period_s, at, blind_s)

    def snapshot(self) -> dict[str, Any]:
        """The state in JSON types: with it and the readings that follow, replay is exact."""
        fresh = self.signal.fresh
        return {
            "filter_mean_s": self.filter.mean_s,
            "law": self.law.snapshot(),
            "signal": {
                "started_at_s": self.signal.started_at_s,
                "last_sample_at_s": self.signal.last_sample_at_s,
                "fresh_at_s": self.signal.fresh_at_s,
                "arrived_at_s": self.signal.arrived_at_s,
                "intervals_s": list(self.signal.intervals_s),
                "fresh_value_s": fresh.value if fresh else None,
            },
        }


def _sighted(objective: str, reading: Reading, proposal: Proposal, period_s: float) -> Answer:
    blind_s = 0.0 if reading.belief is Belief.FRESH else reading.blind_s
    return Answer(objective, proposal.rate, proposal.reason, period_s, Rung.SIGHTED, blind_s)
