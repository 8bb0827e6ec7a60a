"""What a source measured (`Sample`) and what the core makes of it (`Reading`).

A source reports what it saw and when; it never judges. The core's `signal` alone decides what may
be believed, so that every source is held to the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a value is about."""

    DELAY = "delay"
    """Seconds."""
    CRITICAL_RATE = "critical_rate"
    """Bits a second that critical pods send."""
    BEST_EFFORT_RATE = "best_effort_rate"
    """Bits a second that best-effort pods send."""


class Belief(Enum):
    """Whether a reading may be acted on (interfaces: one of four words)."""

    FRESH = "fresh"
    STALE = "stale"
    INSUFFICIENT = "insufficient"
    IMPLAUSIBLE = "implausible"


class Fault(Enum):
    """Why a source brought nothing to believe; one word for log, metric and status."""

    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    REFUSED = "refused"
    SERVER_ERROR = "server_error"
    BAD_ANSWER = "bad_answer"
    TOO_LARGE = "too_large"
    BAD_QUERY = "bad_query"
    EMPTY = "empty"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Buckets:
    """A histogram of delays over one interval: counts *in* each bucket, not cumulative.

    `edges_s` are the finite upper edges, ascending; `counts` has one member more, the last is
    what lies above the last edge.
    """

    edges_s: tuple[float, ...]
    counts: tuple[float, ...]

    @property
    def total(self) -> float:
        """Number of samples in all buckets."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Sample:
    """One thing a source saw.

    Exactly one of `value`, `buckets` and `fault` says what. `at_s` is the instant of the
    measurement on the loop's own clock (a source converts ages, never wall-clock times), so two
    samples with the same `at_s` are the same sample polled twice.
    """

    source: str
    kind: Kind
    at_s: float
    value: float | None = None
    count: int | None = None
    """Number of single measurements behind `value`; None where the source cannot tell."""
    buckets: Buckets | None = None
    fault: Fault | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A sample, judged.

    `value` is in seconds or bits a second; None where there is nothing to quote. `n` counts the
    single measurements behind it.
    """

    source: str
    kind: Kind
    value: float | None
    n: int | None
    age_s: float | None
    belief: Belief
    is_new: bool = False
    """A reading that no decision has used yet."""
    above_last_edge: bool = False
    """The quantile lies in the overflow bucket: `value` is only a lower bound."""
    fault: Fault | None = None
    objective: str | None = None
    """The objective that judged it; None for traffic rates."""
    period_s: float | None = None
    """One feedback delay of the source as observed; None for traffic rates."""
    blind_s: float = 0.0
    """Since when (seconds) no delay was believed; judged afresh each period."""
