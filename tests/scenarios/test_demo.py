"""The demo: a closed loop, deterministic, and honest about what it believes while broken."""

from __future__ import annotations

import asyncio
import json

import pytest
from click.testing import CliRunner

from netkeel.apps.demo import Demo, line
from netkeel.cli.main import cli
from netkeel.errors import ConfigurationError
from netkeel.model.gate import Enforcement
from netkeel.model.reading import Belief
from netkeel.model.reason import Action, Reason
from netkeel.model.record import Record
from netkeel.sim.parts import Injection, PlantParts
from netkeel.sim.plant import Plant, walkthrough
from netkeel.units import Rate


def watch(*faults: str, law: str = "swift") -> list[tuple[Record, float]]:
    seen: list[tuple[Record, float]] = []

    async def show(record: Record, parts: PlantParts) -> None:
        seen.append((record, parts.applied.in_mbps))
        assert len(line(record, parts)) <= 100

    demo = Demo(law, injections=[Injection.parse(f) for f in faults])
    asyncio.run(demo.run(show))
    return seen


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    def printed(seed: str) -> str:
        return CliRunner().invoke(cli, ["demo", "-o", "json", "--seed", seed]).stdout

    assert printed("3") == printed("3")
    assert printed("3") != printed("4")
    assert [row["law"] for row in json.loads(printed("3"))["results"]] == ["swift", "classic"]


def test_bandwidth_changes_delay() -> None:
    def p95_bucket(limit: Rate) -> float:
        plant = Plant(walkthrough(0.0, 100.0))
        plant.advance(1.0, limit)
        return plant.queue_s

    assert p95_bucket(Rate.mbps(300)) == 0
    assert p95_bucket(Rate.mbps(400)) == pytest.approx(0.010)


def test_quiet_opens_heavy_closes_within_a_period_and_recovery_opens_again() -> None:
    wanted = {round(r.at_s): d.in_mbps for r, _ in watch() if (d := r.decision.wanted)}
    assert wanted[39] > 400
    assert wanted[43] < wanted[40]
    assert wanted[60] < 360
    assert wanted[119] > wanted[79] + 200


@pytest.mark.parametrize(
    ("fault", "belief"),
    [("metrics-down", Belief.STALE), ("stale", Belief.STALE), ("nan", Belief.IMPLAUSIBLE)],
)
def test_a_broken_measurement_is_not_believed_and_never_opens_the_gate(
    fault: str, belief: Belief
) -> None:
    seen = watch(f"{fault}@20s:30s")
    blind = [r for r, _ in seen if 23 <= r.at_s < 50]
    assert {r.readings[0].belief for r in blind} == {belief}
    assert all(r.decision.action is not Action.INCREASE for r in blind)
    assert Reason.BLIND_DECAY in {r.decision.reason for r in blind}
    after = [r for r, _ in seen if r.at_s >= 55]
    assert after[0].readings[0].belief is Belief.FRESH


def test_a_limit_that_is_not_applied_is_said_and_not_built_on() -> None:
    seen = watch("api-down@10s:20s")
    down = [(r, mbps) for r, mbps in seen if 11 <= r.at_s < 30]
    assert len({mbps for _, mbps in down}) == 1
    assert down[-1][0].state.enforcement is Enforcement.NOT_APPLIED
    wanted = down[-1][0].decision.wanted
    assert wanted is not None
    assert wanted.in_mbps <= down[-1][1] + 25


def test_the_limit_keeps_its_bounds_under_every_law() -> None:
    for law in ("swift", "classic", "classic_repaired", "classic_smoothed"):
        assert all(10 <= mbps <= 1000 for _, mbps in watch("nan@30s:20s", law=law))


@pytest.mark.parametrize("text", ["nan", "nan@5s", "nan@5:5s", "frob@5s:5s", "@:"])
def test_a_fault_that_is_none_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigurationError, match="nan@20s:5s"):
        Injection.parse(text)


def test_the_plain_lines_have_no_control_codes() -> None:
    done = CliRunner().invoke(cli, ["demo", "--duration", "6s"])
    assert done.exit_code == 0
    assert "\x1b" not in done.stdout
