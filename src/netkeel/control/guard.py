"""What stands after every law: bounds, growth, and the dead band of a write."""

from __future__ import annotations

from netkeel.settings.schema import Shape
from netkeel.units import Rate


def limit_growth(proposed: Rate, current: Rate, period_s: float, shape: Shape) -> Rate:
    """The proposal, or the most that one feedback delay of `period_s` seconds may add."""
    most = Rate.of(
        min(1e18, current.bps * shape.growth_factor**period_s)
        + shape.growth_step.rate.bps * period_s
    )
    return min(proposed, most)


def is_worth_a_write(
    ordered: Rate, proposed: Rate, floor: Rate, ceiling: Rate, shape: Shape
) -> bool:
    """Whether a change is beyond the dead band.

    Floor and ceiling are always reached: otherwise a limit would stand just short of them for ever.
    """
    if proposed == ordered:
        return False
    if proposed in (floor, ceiling):
        return True
    change = (proposed.bps - ordered.bps) / max(1, ordered.bps)
    return change >= shape.dead_band_up if change > 0 else -change >= shape.dead_band_down
