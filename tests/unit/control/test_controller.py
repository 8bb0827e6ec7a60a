"""One step of the core: start, belief, bounds, holds, and the order that results."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core_bench import MakeBench
from netkeel.control.controller import Controller
from netkeel.control.laws import law_settings, laws
from netkeel.model.gate import Enforcement, GateState, Hold
from netkeel.model.reading import Belief, Fault, Kind, Sample
from netkeel.model.reason import Action, Reason
from netkeel.settings import convert
from netkeel.units import Rate


def test_it_starts_from_the_limit_that_the_cluster_has(bench: MakeBench) -> None:
    b = bench(370)
    outcome = b.step(0.5)
    assert outcome.decision.reason is Reason.ADOPTED
    assert b.wanted_mbps == 370


def test_only_where_the_cluster_has_none_it_starts_from_start(bench: MakeBench) -> None:
    b = bench(None)
    outcome = b.step(0.5)
    assert outcome.decision.reason is Reason.STARTED
    assert b.wanted_mbps == 100


def test_a_limit_outside_the_bounds_is_brought_inside(bench: MakeBench) -> None:
    b = bench(5000)
    outcome = b.step(0.5)
    assert outcome.decision.reason is Reason.OUTSIDE_BOUNDS
    assert outcome.decision.action is Action.DECREASE
    assert b.wanted_mbps == 1000


def test_nothing_is_ordered_before_the_gate_is_known(bench: MakeBench) -> None:
    b = bench(100)
    b.state = GateState.unknown(0.0)
    outcome = b.step(0.5)
    assert outcome.plan is None
    assert outcome.decision.reason is Reason.AWAITING_GATE


def test_a_poll_that_brings_nothing_new_changes_nothing(bench: MakeBench) -> None:
    b = bench(100)
    b.step(None)
    b.step(0.5)
    outcome = b.step(None)
    assert outcome.decision.reason is Reason.AWAITING_SAMPLE
    assert outcome.readings[0].belief is Belief.FRESH
    assert outcome.decision.blind_s == 0


def test_the_ladder_holds_decays_and_ends_at_the_floor(bench: MakeBench) -> None:
    b = bench(100)
    b.step(None)
    b.step(0.5)
    reasons = {}
    for second in range(1, 62):
        b.step(None, fault=Fault.UNREACHABLE)
        reasons[second] = b.outcomes[-1].decision.reason
    assert reasons[2] is Reason.AWAITING_SAMPLE
    assert reasons[3] is Reason.NO_FRESH_SAMPLE
    assert reasons[9] is Reason.NO_FRESH_SAMPLE
    assert reasons[10] is Reason.BLIND_DECAY
    assert reasons[60] is Reason.BLIND_FLOOR
    assert b.outcomes[60].decision.wanted == Rate.of(110e6 * 0.99**50) or b.wanted_mbps == 10
    assert b.wanted_mbps == 10


def test_with_counters_the_last_rung_follows_them(bench: MakeBench) -> None:
    b = bench(300)
    b.step(None)
    b.step(0.5, critical_mbps=50, best_effort_mbps=290)  # proven total: 340
    for _ in range(65):
        b.step(None, critical_mbps=100, best_effort_mbps=200, fault=Fault.EMPTY)
    assert b.outcomes[-1].decision.reason is Reason.BLIND_COUNTERS
    # 340 - 100 - max(17, 10) = 223, but the decay has gone below that already: never a raise.
    assert b.wanted_mbps <= 223


@pytest.mark.parametrize(("count", "belief"), [(29, Belief.INSUFFICIENT), (30, Belief.FRESH)])
def test_fewer_than_thirty_measurements_are_no_quantile(
    bench: MakeBench, count: int, belief: Belief
) -> None:
    b = bench(100)
    b.step(None)
    outcome = b.step(0.5, count=count)
    assert outcome.readings[0].belief is belief


@pytest.mark.parametrize("delay_ms", [float("nan"), float("inf"), -1.0, 61e3])
def test_a_value_that_cannot_be_a_delay_is_implausible_and_moves_nothing(
    bench: MakeBench, delay_ms: float
) -> None:
    b = bench(100)
    b.step(None)
    outcome = b.step(delay_ms)
    assert outcome.readings[0].belief is Belief.IMPLAUSIBLE
    assert b.wanted_mbps == 100


def test_a_hold_overrules_the_law_and_is_released(bench: MakeBench) -> None:
    b = bench(100)
    b.step(None)
    b.hold(Hold.FREEZE)
    b.step(0.5)
    assert (b.wanted_mbps, b.outcomes[-1].decision.reason) == (100, Reason.HELD_FREEZE)
    b.hold(Hold.OPEN)
    b.step(5.0)
    assert (b.wanted_mbps, b.outcomes[-1].decision.reason) == (1000, Reason.HELD_OPEN)
    b.hold(Hold.FLOOR)
    b.step(0.5)
    assert (b.wanted_mbps, b.outcomes[-1].decision.reason) == (10, Reason.HELD_FLOOR)
    b.hold(None)
    b.step(0.5)
    assert b.wanted_mbps == 20


def test_of_several_objectives_the_smallest_answer_wins(bench: MakeBench) -> None:
    b = bench(100, objectives=[{"name": "loose", "target": "9ms"}, {"name": "tight"}])
    b.step(None)
    b.step(2.0)
    assert b.wanted_mbps == 60
    assert b.outcomes[-1].decision.objective == "tight"


def test_a_raise_that_was_never_applied_is_not_built_on(bench: MakeBench) -> None:
    b = bench(100)
    b.step(None)
    b.follows = False
    b.state = GateState(0.0, Rate.mbps(100), Enforcement.NOT_APPLIED)
    for _ in range(20):
        b.step(0.5)
    assert b.wanted_mbps <= 110


def test_a_cut_starts_from_what_is_in_force(bench: MakeBench) -> None:
    b = bench(100)
    b.step(None)
    b.follows = False
    b.state = GateState(0.0, Rate.mbps(100), Enforcement.PENDING)
    for _ in range(5):
        b.step(0.5)
    assert b.wanted_mbps == 150
    b.step(2.0)
    assert b.wanted_mbps == 60


def test_a_change_within_the_dead_band_is_kept_but_not_ordered(bench: MakeBench) -> None:
    b = bench(900)
    b.step(None)
    b.step(0.5)
    assert b.wanted_mbps == 900
    assert b.outcomes[-1].decision.reason is Reason.CHANGE_TOO_SMALL
    b.step(0.5)
    b.step(0.5)
    assert b.wanted_mbps == 930, "three small steps add up to one worth a write"


def test_at_the_ceiling_it_says_so(bench: MakeBench) -> None:
    b = bench(1000)
    b.step(None)
    b.step(0.5)
    assert b.outcomes[-1].decision.reason is Reason.AT_CEILING
    assert b.outcomes[-1].decision.action is Action.STABLE


def test_the_period_is_the_pace_of_the_samples_and_one_outage_does_not_change_it(
    bench: MakeBench,
) -> None:
    b = bench(100)
    b.step(None)
    for _ in range(4):
        b.step(0.5, after_s=5.0)
    assert b.controller.keepers[0].signal.period_s == 5.0
    b.step(0.5, after_s=90.0)
    assert b.controller.keepers[0].signal.period_s == 5.0


_EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["sample", "nothing", "nan", "few", "fault"]),
        st.floats(0.05, 20.0),
        st.floats(0.1, 30.0),
        st.sampled_from(list(Enforcement)),
    ),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(_EVENTS, st.sampled_from(["swift", "classic", "classic_repaired", "classic_smoothed"]))
def test_no_raise_happens_while_blind_and_the_limit_keeps_its_bounds(
    events: list[tuple[str, float, float, Enforcement]], law: str
) -> None:
    raw = {
        "sources": [{"name": "s", "prometheus": {"url": "http://p", "preset": "netkeel"}}],
        "objectives": [{"name": "o"}],
        "workloads": [{"name": "w", "selector": {"matchLabels": {"a": "b"}}, "law": law}],
    }
    c = convert(raw, law_settings())
    controller = Controller.create(c, c.workloads[0], laws()[law], 0.0)
    state = GateState(0.0, Rate.mbps(100), Enforcement.APPLIED)
    at_s = 0.0
    controller, _ = controller.step(at_s, [], state)
    for what, delay_ms, pause_s, enforcement in events:
        at_s += pause_s
        samples = {
            "sample": [Sample("s", Kind.DELAY, at_s, value=delay_ms / 1e3, count=100)],
            "nothing": [],
            "nan": [Sample("s", Kind.DELAY, at_s, value=float("nan"))],
            "few": [Sample("s", Kind.DELAY, at_s, value=0.0001, count=3)],
            "fault": [Sample("s", Kind.DELAY, at_s, fault=Fault.TIMED_OUT)],
        }[what]
        controller, outcome = controller.step(at_s, samples, state)
        d = outcome.decision
        assert d.wanted is not None
        assert Rate.mbps(10) <= d.wanted <= Rate.mbps(1000)
        if what != "sample":
            assert d.action is not Action.INCREASE
        assert outcome.plan is not None
        state = replace(state, applied=d.wanted, enforcement=enforcement)


def test_the_same_inputs_give_the_same_bytes(bench: MakeBench) -> None:
    def run() -> object:
        b = bench(100)
        for delay_ms in [None, 0.5, 0.7, 3.0, None, None, None, 0.4]:
            b.step(delay_ms)
        return [o.decision for o in b.outcomes], b.controller.snapshot()

    assert run() == run()
