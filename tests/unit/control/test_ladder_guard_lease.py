"""The small pure pieces around a law."""

import pytest

from netkeel.control.guard import is_worth_a_write, limit_growth
from netkeel.control.ladder import Rung, blind_rate, heracles_rate, rung
from netkeel.control.lease import in_force
from netkeel.model.gate import Plan
from netkeel.model.reason import Action, Reason
from netkeel.model.record import Load
from netkeel.settings import Blindness, Shape
from netkeel.units import Rate

FLOOR, CEILING = Rate.mbps(10), Rate.mbps(1000)


@pytest.mark.parametrize(
    ("blind_s", "counters", "expected"),
    [
        (2.0, True, Rung.SIGHTED),
        (2.1, True, Rung.HOLD),
        (10.0, True, Rung.DECAY),
        (59.9, True, Rung.DECAY),
        (60.0, True, Rung.COUNTERS),
        (60.0, False, Rung.FLOOR),
    ],
)
def test_each_rung_begins_at_its_time(blind_s: float, counters: bool, expected: Rung) -> None:
    assert rung(blind_s, 1.0, Blindness(), counters=counters) is expected


def test_the_decay_takes_one_percent_a_second_and_stops_at_the_floor() -> None:
    def decayed(rate: Rate, elapsed_s: float) -> Rate:
        return blind_rate(Rung.DECAY, rate, FLOOR, elapsed_s=elapsed_s, decay_per_s=0.01, safe=None)

    assert decayed(Rate.mbps(100), 1.0) == Rate.mbps(99)
    assert decayed(Rate.mbps(10.01), 1.0) == FLOOR
    assert decayed(Rate.mbps(5), 1.0) == Rate.mbps(5), "below the floor it is not raised"


def test_heracles_leaves_the_larger_of_its_two_margins() -> None:
    proven = Rate.mbps(100)
    assert heracles_rate(proven, Load(Rate.mbps(20), None)) == Rate.mbps(75)
    assert heracles_rate(proven, Load(Rate.mbps(80), None)) == Rate.mbps(12)
    assert heracles_rate(proven, Load()) is None
    assert heracles_rate(None, Load(Rate.mbps(20), None)) is None


def test_growth_is_bounded_by_factor_and_step_a_second() -> None:
    assert limit_growth(Rate.mbps(900), Rate.mbps(100), 1.0, Shape()) == Rate.mbps(160)
    assert limit_growth(Rate.mbps(110), Rate.mbps(100), 1.0, Shape()) == Rate.mbps(110)
    assert limit_growth(Rate.mbps(50), Rate.mbps(100), 1.0, Shape()) == Rate.mbps(50)


@pytest.mark.parametrize(
    ("before", "after", "worth"),
    [(100, 102.9, False), (100, 103, True), (100, 99.1, False), (100, 99, True),
     (100, 100, False), (990, 1000, True), (10.05, 10, True)],
)  # fmt: skip
def test_small_changes_are_not_worth_a_write_but_the_bounds_are_reached(
    before: float, after: float, worth: bool
) -> None:
    assert is_worth_a_write(Rate.mbps(before), Rate.mbps(after), FLOOR, CEILING, Shape()) is worth


def test_an_expired_order_lowers_but_never_raises() -> None:
    plan = Plan("w", Rate.mbps(200), FLOOR, CEILING, 0.0, 30.0, Action.INCREASE, Reason.STARTED)
    assert in_force(plan, Rate.mbps(100), 30.0) == Rate.mbps(200)
    assert in_force(plan, Rate.mbps(100), 30.1) == Rate.mbps(100)
    assert in_force(plan, Rate.mbps(300), 30.1) == Rate.mbps(200)
    assert in_force(plan, None, 30.1) == Rate.mbps(200), "no limit at all is worse than an old one"
