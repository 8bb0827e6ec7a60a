"""One step of the core: samples and the gate's state in, one decision and one order out.

The data flow: each objective judges its source's samples and answers with a rate (`objective`);
the smallest answer wins; it is bounded, shaped, and ordered only where the change is worth a
write; an operator's hold overrules it. The order is given anew each period, so a gate that lost
one heals.

Invariant: while no objective has a believed delay the wanted limit does not rise, unless an
operator holds the gate open or the profile assumes a delay. `_bounded` keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from netkeel.control.filter import DelayFilter
from netkeel.control.guard import is_worth_a_write, limit_growth
from netkeel.control.ladder import Rung
from netkeel.control.law import LawSpec
from netkeel.control.objective import Answer, Keeper, Situation
from netkeel.control.signal import Signal, SignalSettings, judge_rate
from netkeel.model.gate import Enforcement, GateState, Hold, Plan
from netkeel.model.reading import Belief, Kind, Reading, Sample
from netkeel.model.reason import Action, Reason
from netkeel.model.record import Decision, Load
from netkeel.settings.schema import Configuration, Objective, Workload
from netkeel.units import Rate

_MAX_RATE_AGE_S = 30.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one step gives: the decision, what it rests on, and the order (None: none yet)."""

    decision: Decision
    readings: tuple[Reading, ...]
    load: Load
    plan: Plan | None


@dataclass(frozen=True, slots=True)
class Controller:
    """The core's whole state for one workload; immutable, `step` returns the successor."""

    workload: Workload
    keepers: tuple[Keeper, ...]
    last_at_s: float
    rate: Rate | None = None
    """What the laws want, exactly: small steps add up here. None until the gate is known."""
    ordered: Rate | None = None
    """What was ordered: `rate` as of the last change that was worth a write."""
    proven_total: Rate | None = None
    """Critical and best-effort traffic together, when last seen with a delay within target."""

    @classmethod
    def create(
        cls, configuration: Configuration, workload: Workload, law: LawSpec, at_s: float
    ) -> Controller:
        """The first state of one workload's controller."""
        keepers = tuple(
            _keeper(configuration, workload, objective, law, at_s)
            for objective in configuration.objectives_of(workload)
        )
        return cls(workload, keepers, at_s)

    def step(
        self, at_s: float, samples: Sequence[Sample], state: GateState
    ) -> tuple[Controller, Outcome]:
        """Judge what the sources know, then decide.

        Args:
            at_s: Now, on the loop's clock.
            samples: What all sources know.
            state: What the gate read back.
        """
        judged = [keeper.judge(at_s, samples) for keeper in self.keepers]
        seeing = replace(self, keepers=tuple(keeper for keeper, _ in judged))
        delays = tuple(reading for _, reading in judged)
        return seeing.decide(at_s, (*delays, *self._rates(at_s, samples)), state)

    def decide(
        self, at_s: float, readings: tuple[Reading, ...], state: GateState
    ) -> tuple[Controller, Outcome]:
        """Decide on readings that are judged already; replay enters here.

        Args:
            at_s: Now, on the loop's clock.
            readings: One delay for each objective, then traffic rates where counted.
            state: What the gate read back.
        """
        load = _load(readings)
        if self.rate is None or self.ordered is None:
            return self._start(at_s, readings, state, load)
        delays = {r.objective: r for r in readings if r.kind is Kind.DELAY}
        situation = self._situation(at_s, state, load, self.rate)
        answered = [k.answer(situation, delays[k.objective.name]) for k in self.keepers]
        answers = [answer for _, answer in answered]
        winner = min(answers, key=lambda a: a.rate)
        rate, reason = self._bounded(self.rate, winner, state)
        successor = replace(
            self,
            keepers=tuple(keeper for keeper, _ in answered),
            last_at_s=at_s,
            rate=rate,
            proven_total=self._proven(answers, load),
        )
        order = _Order(self.workload, at_s, self.ordered)
        decision = order.decision(rate, reason, winner, held=state.hold is not None)
        ordered = self.ordered if decision.wanted is None else decision.wanted
        plan = order.plan(ordered, decision)
        return replace(successor, ordered=ordered), Outcome(decision, readings, load, plan)

    def _start(
        self, at_s: float, readings: tuple[Reading, ...], state: GateState, load: Load
    ) -> tuple[Controller, Outcome]:
        if not state.is_known:
            decision = Decision(at_s, None, None, Action.STABLE, Reason.AWAITING_GATE)
            return replace(self, last_at_s=at_s), Outcome(decision, readings, load, None)
        reason = Reason.ADOPTED if state.applied is not None else Reason.STARTED
        first = state.applied if state.applied is not None else self.workload.start.rate
        rate = first.clamp(self.workload.floor.rate, self.workload.ceiling.rate)
        if reason is Reason.ADOPTED and rate != first:
            reason = Reason.OUTSIDE_BOUNDS
        action = _action(state.applied or rate, rate)
        decision = Decision(at_s, state.applied, rate, action, reason)
        successor = replace(self, last_at_s=at_s, rate=rate, ordered=rate)
        plan = _Order(self.workload, at_s, rate).plan(rate, decision)
        return successor, Outcome(decision, readings, load, plan)

    def _rates(self, at_s: float, samples: Sequence[Sample]) -> tuple[Reading, ...]:
        """Traffic of both classes; the first source that counts a class speaks for it."""
        found: dict[Kind, Reading] = {}
        for source in dict.fromkeys(k.signal.settings.source for k in self.keepers):
            for kind in (Kind.CRITICAL_RATE, Kind.BEST_EFFORT_RATE):
                reading = judge_rate(at_s, samples, source, kind, _MAX_RATE_AGE_S)
                if reading is not None:
                    found.setdefault(kind, reading)
        return tuple(found.values())

    def _situation(self, at_s: float, state: GateState, load: Load, rate: Rate) -> Situation:
        followed = state.enforcement in (Enforcement.APPLIED, Enforcement.PENDING)
        elapsed_s = max(0.0, at_s - self.last_at_s)
        return Situation(at_s, elapsed_s, rate, state.applied, followed, load, self.proven_total)

    def _bounded(self, current: Rate, winner: Answer, state: GateState) -> tuple[Rate, Reason]:
        floor, ceiling = self.workload.floor.rate, self.workload.ceiling.rate
        if state.hold is not None:
            return _held(state.hold, current, floor, ceiling)
        limited = limit_growth(winner.rate, current, winner.period_s, self.workload.shape)
        rate = limited.clamp(floor, ceiling)
        if winner.rung is not Rung.SIGHTED:
            # The floor may have been raised by a new configuration: still no raise while blind.
            rate = min(rate, current)
        if rate == current and limited < floor:
            return rate, Reason.AT_FLOOR
        if rate == current and limited > ceiling:
            return rate, Reason.AT_CEILING
        return rate, winner.reason

    def _proven(self, answers: Sequence[Answer], load: Load) -> Rate | None:
        if load.critical is None or load.best_effort is None:
            return self.proven_total
        if not all(a.is_clear for a in answers):
            return self.proven_total
        return load.critical + load.best_effort

    def snapshot(self) -> dict[str, Any]:
        """The state in JSON types, for the decision file and for restarts."""
        return {
            "last_at_s": self.last_at_s,
            "rate_bps": None if self.rate is None else self.rate.bps,
            "ordered_bps": None if self.ordered is None else self.ordered.bps,
            "proven_total_bps": None if self.proven_total is None else self.proven_total.bps,
            "objectives": {k.objective.name: k.snapshot() for k in self.keepers},
        }


@dataclass(frozen=True, slots=True)
class _Order:
    """Turns what is wanted into an order, where the change is worth a write."""

    workload: Workload
    at_s: float
    before: Rate

    def decision(self, rate: Rate, reason: Reason, winner: Answer, *, held: bool) -> Decision:
        floor, ceiling = self.workload.floor.rate, self.workload.ceiling.rate
        worth = is_worth_a_write(self.before, rate, floor, ceiling, self.workload.shape)
        ordered = rate if worth else self.before
        if not worth and rate != self.before and not held:
            reason = Reason.CHANGE_TOO_SMALL
        action = _action(self.before, ordered)
        return Decision(
            self.at_s, self.before, ordered, action, reason, winner.objective, winner.blind_s
        )

    def plan(self, budget: Rate, decision: Decision) -> Plan:
        return Plan(
            workload=self.workload.name,
            budget=budget,
            floor=self.workload.floor.rate,
            ceiling=self.workload.ceiling.rate,
            at_s=self.at_s,
            expires_at_s=self.at_s + self.workload.shape.order_lifetime,
            action=decision.action,
            reason=decision.reason,
        )


def _keeper(
    c: Configuration, workload: Workload, objective: Objective, law: LawSpec, at_s: float
) -> Keeper:
    source = objective.source or c.sources[0].name
    signal = SignalSettings(
        objective.name, source, objective.percentile, c.step, c.min_samples, c.max_lag
    )
    chosen = workload.filter
    return Keeper(
        objective,
        workload,
        Signal(signal, at_s),
        DelayFilter(
            law.smoothing if chosen.smoothing is None else chosen.smoothing,
            law.dead_band if chosen.dead_band is None else chosen.dead_band,
        ),
        law.make(workload.law.settings or law.settings()),
    )


def _held(hold: Hold, current: Rate, floor: Rate, ceiling: Rate) -> tuple[Rate, Reason]:
    match hold:
        case Hold.FREEZE:
            return current, Reason.HELD_FREEZE
        case Hold.OPEN:
            return ceiling, Reason.HELD_OPEN
        case Hold.FLOOR:
            return floor, Reason.HELD_FLOOR


def _action(before: Rate, after: Rate) -> Action:
    if after > before:
        return Action.INCREASE
    return Action.DECREASE if after < before else Action.STABLE


def _load(readings: Sequence[Reading]) -> Load:
    believed = {
        r.kind: Rate.of(r.value)
        for r in readings
        if r.kind is not Kind.DELAY and r.belief is Belief.FRESH and r.value is not None
    }
    return Load(believed.get(Kind.CRITICAL_RATE), believed.get(Kind.BEST_EFFORT_RATE))
