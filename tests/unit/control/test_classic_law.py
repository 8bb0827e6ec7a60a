"""The classic law, exactly as described, and its worked examples."""

import pytest

from core_bench import MakeBench
from netkeel.model.reading import Fault
from netkeel.model.reason import Action, Reason


@pytest.mark.parametrize(
    ("delay_ms", "before", "after"),
    [(0.5, 100, 110), (3.0, 100, 50), (1.0, 100, 100), (2.5, 500, 450)],
)
def test_the_four_examples_of_the_classic_rule(
    classic: MakeBench, delay_ms: float, before: float, after: float
) -> None:
    b = classic(before)
    b.step(delay_ms)
    assert b.wanted_mbps == after


@pytest.mark.parametrize(("delay_ms", "before", "after"), [(0.5, 995, 1000), (3.0, 40, 10)])
def test_the_result_is_clamped_to_floor_and_ceiling(
    classic: MakeBench, delay_ms: float, before: float, after: float
) -> None:
    b = classic(before)
    b.step(delay_ms)
    assert b.wanted_mbps == after


def test_the_first_worked_example_replays_exactly(classic: MakeBench) -> None:
    """The table of the learning guide, 0 to 50 s: the p95 at 0 s and 40 s is seen 5 s later."""
    b = classic(500)
    limits = []
    for delay_ms in [0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 3.5, 0.8]:
        b.step(delay_ms)
        limits.append(b.wanted_mbps)
    assert limits[0] == 510
    assert limits[7] == 510
    assert limits[8:] == [460, 470]


def test_the_operation_example_replays_exactly(classic: MakeBench) -> None:
    b = classic(100)
    limits = []
    for delay_ms in [0.5, 0.48, *[0.4] * 22]:
        b.step(delay_ms)
        limits.append(b.wanted_mbps)
    assert limits[:2] == [110, 120]
    assert limits[-1] == 340, "24 steps of +10, where the classic text claims 600"
    b = classic(600)
    limits = []
    for delay_ms in [3.2, 2.8, 1.1, 0.9]:
        b.step(delay_ms)
        limits.append(b.wanted_mbps)
    assert limits == [550, 500, 450, 460]


def test_blind_and_told_to_assume_it_opens_the_gate(classic: MakeBench) -> None:
    """Row 5, known to be unsafe: available, and never the default."""
    b = classic(100, blind={"mode": "assume", "assumedDelay": "0.5ms"})
    for _ in range(3):
        b.step(None, fault=Fault.EMPTY)
    assert b.wanted_mbps == 130
    assert b.outcomes[-1].decision.reason is Reason.BLIND_ASSUMED
    assert b.outcomes[-1].decision.action is Action.INCREASE


def test_by_default_the_classic_law_is_blind_safely(classic: MakeBench) -> None:
    b = classic(100)
    for _ in range(30):
        b.step(None, fault=Fault.EMPTY)
    assert b.wanted_mbps == 10
    assert all(o.decision.action is not Action.INCREASE for o in b.outcomes)


def test_smoothed_it_ignores_a_single_spike_near_the_target(bench: MakeBench) -> None:
    b = bench(100, law="classic_smoothed", shape={"deadBandUp": 0.0})
    b.step(None)
    b.step(0.95)
    assert b.outcomes[-1].decision.reason is Reason.WITHIN_DEAD_BAND
    b.step(1.2)  # the mean is 1.075, within 10 % of the target
    assert b.outcomes[-1].decision.reason is Reason.WITHIN_DEAD_BAND
    assert b.wanted_mbps == 100
    b.step(1.5)
    assert b.wanted_mbps == 50
