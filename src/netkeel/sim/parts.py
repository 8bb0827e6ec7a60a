"""A plant as a source and a gate of the loop, and the faults that can be put between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from netkeel.control.lease import in_force
from netkeel.errors import ConfigurationError, DurationError
from netkeel.model.gate import Enforcement, GateState, Plan
from netkeel.model.reading import Fault, Kind, Sample
from netkeel.sim.plant import Plant, PlantStep
from netkeel.units import Rate, parse_duration

FAULTS = ("metrics-down", "api-down", "nan", "stale")


@dataclass(frozen=True, slots=True)
class Injection:
    """A fault for a while."""

    kind: str
    from_s: float
    for_s: float

    @classmethod
    def parse(cls, text: str) -> Injection:
        """Read `metrics-down@20s:15s`.

        Raises:
            ConfigurationError: It is none.
        """
        kind, _, when = text.partition("@")
        start, _, length = when.partition(":")
        try:
            if kind in FAULTS:
                return cls(kind, parse_duration(start), parse_duration(length))
        except DurationError:
            pass
        known = "|".join(FAULTS)
        raise ConfigurationError(f"{text!r} is no fault: write {known}@START:LENGTH, as nan@20s:5s")

    def is_on(self, at_s: float) -> bool:
        """Whether it lasts at an instant."""
        return self.from_s <= at_s < self.from_s + self.for_s


@dataclass
class PlantParts:
    """Source and Gate over one plant; each observation lets the plant advance to that instant."""

    plant: Plant
    start: Rate
    injections: Sequence[Injection] = ()
    name: str = "plant"
    kind: str = "pod-annotation"
    last: PlantStep | None = None
    _plan: Plan | None = None
    _applied: Rate = field(init=False)
    _samples: tuple[Sample, ...] = ()
    writes: int = 0

    def __post_init__(self) -> None:
        """The cluster's limit at the beginning."""
        self._applied = self.start

    @property
    def applied(self) -> Rate:
        """The limit in force."""
        return self._applied

    def _is_on(self, kind: str, at_s: float) -> bool:
        return any(i.kind == kind and i.is_on(at_s) for i in self.injections)

    def observe(self, at_s: float) -> tuple[Sample, ...]:
        """Let time pass, then measure, as far as nothing is in the way."""
        if at_s > self.plant.at_s:
            self.last = self.plant.advance(at_s - self.plant.at_s, self._applied)
            self._samples = self._measured(at_s, self.last)
        return self._samples

    def _measured(self, at_s: float, step: PlantStep) -> tuple[Sample, ...]:
        if self._is_on("metrics-down", at_s):
            old = tuple(s for s in self._samples if s.fault is None)
            return (*old, Sample(self.name, Kind.DELAY, at_s, fault=Fault.UNREACHABLE))
        if self._is_on("stale", at_s):
            return self._samples
        if self._is_on("nan", at_s):
            return (Sample(self.name, Kind.DELAY, at_s, value=float("nan")),)
        rates = {Kind.CRITICAL_RATE: step.critical, Kind.BEST_EFFORT_RATE: step.best_effort}
        counted = (Sample(self.name, k, at_s, value=float(r.bps)) for k, r in rates.items())
        return (Sample(self.name, Kind.DELAY, at_s, buckets=step.delays), *counted)

    def gate(self) -> PlantGate:
        """The gate to the same plant."""
        return PlantGate(self)

    def obey(self, plan: Plan, at_s: float) -> None:
        """Carry an order out at once, unless the API is down."""
        self._plan = plan
        budget = in_force(plan, self._applied, at_s)
        if not self._is_on("api-down", at_s) and budget != self._applied:
            self._applied = budget
            self.writes += 1


@dataclass
class PlantGate:
    """The gate of a plant."""

    parts: PlantParts
    kind: str = "pod-annotation"
    _wanted: Rate | None = None
    _since_s: float = 0.0

    def observe(self, at_s: float) -> GateState:
        """What is in force."""
        applied = self.parts.applied
        if self._wanted is None or self._wanted == applied:
            self._since_s = at_s
            return GateState(at_s, applied, Enforcement.APPLIED, writes=self.parts.writes)
        late = at_s - self._since_s > 10
        state = Enforcement.NOT_APPLIED if late else Enforcement.PENDING
        return GateState(at_s, applied, state, writes=self.parts.writes, detail="the API is down")

    def apply(self, plan: Plan) -> None:
        """Take an order."""
        self._wanted = plan.budget
        self.parts.obey(plan, plan.at_s)
