"""What may be believed: samples become readings, by the same rules for every source.

A sample is *stale* when no new one came for two periods (or it arrived too old), *insufficient*
when too few single measurements stand behind it, *implausible* when its value cannot be a delay,
and *fresh* otherwise. A poll that brings nothing new is not blindness: the reading stays fresh,
only not new. Too few measurements are pooled with those that follow until they suffice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import isfinite
from statistics import median

from netkeel.control.histogram import add, quantile
from netkeel.model.reading import Belief, Buckets, Fault, Kind, Reading, Sample

_INTERVALS_KEPT = 5
# One outage must not count as the source's pace, so the pace is a median and has a bound: a
# source slower than this is reported as too slow for the purpose.
SLOWEST_INTERVAL_S = 15.0
_PERIODS_OF_PATIENCE = 2
_LONGEST_PLAUSIBLE_DELAY_S = 60.0


@dataclass(frozen=True, slots=True)
class SignalSettings:
    """How one objective judges the samples of its source."""

    objective: str
    source: str
    percentile: float
    step_s: float
    min_samples: int
    max_lag_s: float


@dataclass(frozen=True, slots=True)
class Signal:
    """The judge of one objective's delay, and what it remembers."""

    settings: SignalSettings
    started_at_s: float
    last_sample_at_s: float | None = None
    """Instant of the newest sample taken in, by which the next poll knows it again."""
    fresh: Reading | None = None
    """The newest reading that could be believed."""
    fresh_at_s: float | None = None
    """When it was measured."""
    arrived_at_s: float | None = None
    """When it came."""
    intervals_s: tuple[float, ...] = ()
    pool: Buckets | None = None

    @property
    def period_s(self) -> float:
        """The longer of the step and the observed interval between new, believed samples."""
        pace = median(self.intervals_s) if self.intervals_s else 0.0
        return max(self.settings.step_s, min(pace, SLOWEST_INTERVAL_S))

    @property
    def is_too_slow(self) -> bool:
        """Whether samples come so rarely that no loop can be closed on them."""
        return bool(self.intervals_s) and median(self.intervals_s) > SLOWEST_INTERVAL_S

    def blind_s(self, at_s: float) -> float:
        """Seconds since a delay was last believed (since the start, where none ever was)."""
        since = self.started_at_s if self.arrived_at_s is None else self.arrived_at_s
        return max(0.0, at_s - since)

    def judge(self, at_s: float, samples: Iterable[Sample]) -> tuple[Signal, Reading]:
        """Take in what the source knows now.

        Returns:
            The successor, and the reading of this period.
        """
        good, fault = _newest(samples, self.settings.source, Kind.DELAY)
        if good is None or good.at_s == self.last_sample_at_s:
            successor, reading = self, self._nothing_new(at_s, fault)
        else:
            successor, reading = self._take_in(at_s, good)
        return successor, replace(
            reading,
            objective=self.settings.objective,
            period_s=successor.period_s,
            blind_s=successor.blind_s(at_s),
        )

    def _nothing_new(self, at_s: float, fault: Fault | None) -> Reading:
        if self.fresh is None or self.fresh_at_s is None:
            return Reading(
                self.settings.source, Kind.DELAY, None, None, None, Belief.STALE, fault=fault
            )
        patient = self.blind_s(at_s) <= _PERIODS_OF_PATIENCE * self.period_s
        return replace(
            self.fresh,
            age_s=at_s - self.fresh_at_s,
            belief=Belief.FRESH if patient else Belief.STALE,
            is_new=False,
            fault=fault,
        )

    def _take_in(self, at_s: float, sample: Sample) -> tuple[Signal, Reading]:
        pool = sample.buckets
        if pool is not None and self.pool is not None and self.pool.edges_s == pool.edges_s:
            pool = add(self.pool, pool)
        value, n, above = self._value(sample, pool)
        belief = self._belief(at_s, sample, value, n)
        reading = Reading(
            self.settings.source,
            Kind.DELAY,
            value,
            n,
            at_s - sample.at_s,
            belief,
            is_new=True,
            above_last_edge=above,
        )
        seen = replace(self, last_sample_at_s=sample.at_s, pool=None)
        if belief is Belief.INSUFFICIENT:
            return replace(seen, pool=pool), reading
        if belief is not Belief.FRESH:
            return seen, reading
        return _believed(seen, at_s, sample.at_s, reading), reading

    def _value(self, sample: Sample, pool: Buckets | None) -> tuple[float | None, int | None, bool]:
        if pool is None:
            return sample.value, sample.count, False
        if pool.total <= 0:
            return None, 0, False
        value, above = quantile(pool, self.settings.percentile)
        return value, int(pool.total), above

    def _belief(self, at_s: float, sample: Sample, value: float | None, n: int | None) -> Belief:
        if value is not None and not (isfinite(value) and 0 <= value <= _LONGEST_PLAUSIBLE_DELAY_S):
            return Belief.IMPLAUSIBLE
        if at_s - sample.at_s > self.settings.max_lag_s:
            return Belief.STALE
        if value is None or (n is not None and n < self.settings.min_samples):
            return Belief.INSUFFICIENT
        return Belief.FRESH


def _believed(signal: Signal, at_s: float, measured_at_s: float, reading: Reading) -> Signal:
    intervals = signal.intervals_s
    if signal.fresh_at_s is not None:
        intervals = (*intervals, measured_at_s - signal.fresh_at_s)[-_INTERVALS_KEPT:]
    return replace(
        signal,
        fresh=reading,
        fresh_at_s=measured_at_s,
        arrived_at_s=at_s,
        intervals_s=intervals,
    )


def _newest(
    samples: Iterable[Sample], source: str, kind: Kind
) -> tuple[Sample | None, Fault | None]:
    """The newest sample with something in it, and what is wrong with the source now."""
    mine = [s for s in samples if s.source == source and s.kind is kind]
    good = max((s for s in mine if s.fault is None), key=lambda s: s.at_s, default=None)
    return good, next((s.fault for s in mine if s.fault is not None), None)


def judge_rate(
    at_s: float, samples: Iterable[Sample], source: str, kind: Kind, max_age_s: float
) -> Reading | None:
    """The reading of a traffic rate (bit/s); None where the source does not count it."""
    good, fault = _newest(samples, source, kind)
    if good is None and fault is None:
        return None
    if good is None or good.value is None:
        return Reading(source, kind, None, None, None, Belief.STALE, fault=fault)
    age_s = at_s - good.at_s
    belief = Belief.FRESH
    if not (isfinite(good.value) and good.value >= 0):
        belief = Belief.IMPLAUSIBLE
    elif age_s > max_age_s:
        belief = Belief.STALE
    return Reading(source, kind, good.value, good.count, age_s, belief, is_new=True, fault=fault)
