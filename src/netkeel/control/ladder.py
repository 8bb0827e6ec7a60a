"""What happens while no delay can be believed: hold, decay, follow the counters, floor.

Theory of operation: blindness is the time since the last believed delay. The longer it lasts the
less the last limit is worth, and no rung ever raises it.

| blind for | rung | the limit |
|---|---|---|
| up to 2 periods | SIGHTED | the law's, unchanged until a new sample comes |
| longer | HOLD | unchanged |
| decayAfter (10 s) | DECAY | less decayPerSecond (1 %) a second |
| countersAfter (60 s), rates counted | COUNTERS | proven total - critical - margin, if less |
| countersAfter, no rates | FLOOR | the floor |
"""

from __future__ import annotations

from enum import Enum

from netkeel.model.reason import Reason
from netkeel.model.record import Load
from netkeel.settings.schema import Blindness
from netkeel.units import Rate

_PERIODS_OF_PATIENCE = 2


class Rung(Enum):
    """A rung of the ladder."""

    SIGHTED = "sighted"
    HOLD = "hold"
    DECAY = "decay"
    COUNTERS = "counters"
    FLOOR = "floor"


REASONS = {
    Rung.SIGHTED: Reason.AWAITING_SAMPLE,
    Rung.HOLD: Reason.NO_FRESH_SAMPLE,
    Rung.DECAY: Reason.BLIND_DECAY,
    Rung.COUNTERS: Reason.BLIND_COUNTERS,
    Rung.FLOOR: Reason.BLIND_FLOOR,
}


def rung(blind_s: float, period_s: float, settings: Blindness, *, counters: bool) -> Rung:
    """The rung for a blindness of so many seconds; `counters`: a safe total and load are known."""
    if blind_s >= settings.counters_after:
        return Rung.COUNTERS if counters else Rung.FLOOR
    if blind_s >= settings.decay_after:
        return Rung.DECAY
    if blind_s > _PERIODS_OF_PATIENCE * period_s:
        return Rung.HOLD
    return Rung.SIGHTED


def blind_rate(
    at: Rung, rate: Rate, floor: Rate, *, elapsed_s: float, decay_per_s: float, safe: Rate | None
) -> Rate:
    """The limit on a rung, never above `rate`.

    Args:
        at: The rung.
        rate: The limit before.
        floor: Never lower, unless the limit already is.
        elapsed_s: Since the last step.
        decay_per_s: Share that the rung DECAY takes away a second.
        safe: What the counters leave for best effort (`heracles_rate`).
    """
    if at is Rung.DECAY:
        rate = min(rate, max(floor, rate * float((1 - decay_per_s) ** elapsed_s)))
    elif at is Rung.COUNTERS and safe is not None:
        rate = min(rate, max(floor, safe))
    elif at is Rung.FLOOR:
        rate = min(rate, floor)
    return rate


def heracles_rate(proven_total: Rate | None, load: Load) -> Rate | None:
    """What counters alone allow best effort; None where a term is unknown.

    It is proven total - critical - max(5 % of the proven total, 10 % of critical).

    References:
        Lo et al., "Heracles: Improving Resource Efficiency at Scale", ISCA 2015, section 4.3.
    """
    if proven_total is None or load.critical is None:
        return None
    margin = max(proven_total * 0.05, load.critical * 0.10)
    return proven_total - load.critical - margin
