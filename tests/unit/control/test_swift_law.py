"""Swift and the repaired classic law."""

import pytest

from core_bench import MakeBench
from netkeel.model.reason import Reason


def test_it_adds_while_the_delay_is_below_the_target(bench: MakeBench) -> None:
    b = bench(100)
    b.step(None)
    b.step(0.5)
    assert b.wanted_mbps == 110
    assert b.outcomes[-1].decision.reason is Reason.BELOW_TARGET


@pytest.mark.parametrize(
    ("delay_ms", "after"),
    [(1.25, 84.0), (2.0, 60.0), (8.0, 50.0)],
)
def test_it_cuts_by_how_far_the_delay_is_above_the_target(
    bench: MakeBench, delay_ms: float, after: float
) -> None:
    b = bench(100)
    b.step(None)
    b.step(delay_ms)
    assert b.wanted_mbps == pytest.approx(after)


def test_it_cuts_at_most_once_a_feedback_delay(bench: MakeBench) -> None:
    b = bench(100, step="100ms")
    b.step(None)
    for _ in range(3):
        b.step(0.5, after_s=1.0)
    before = b.wanted_mbps
    b.step(2.0, after_s=1.0)
    first = b.wanted_mbps
    assert first < before
    b.step(2.0, after_s=0.4)
    assert b.wanted_mbps == first
    assert b.outcomes[-1].decision.reason is Reason.WITHIN_REFRACTORY_PERIOD


def test_a_limit_that_is_not_used_is_not_raised(bench: MakeBench) -> None:
    b = bench(100)
    b.step(None)
    b.step(0.3, best_effort_mbps=20, critical_mbps=5)
    assert b.outcomes[-1].decision.reason is Reason.LIMIT_NOT_USED
    b.step(0.3, best_effort_mbps=90, critical_mbps=5)
    assert b.wanted_mbps == 110


def test_the_repaired_classic_law_cuts_ninety_nine_times_what_it_adds(bench: MakeBench) -> None:
    b = bench(800, law={"name": "classic_repaired", "increase": "5M"})
    b.step(None)
    b.step(0.5, after_s=5.0)
    b.step(0.5, after_s=5.0)
    b.step(0.5, after_s=5.0)
    b.step(0.5, after_s=5.0)
    b.step(0.5, after_s=5.0)
    assert b.wanted_mbps == 825
    b.step(2.0, after_s=5.0)
    assert b.wanted_mbps == 825 - 99 * 5
