"""The gate `pod-annotation` on a real API server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from beds.kubernetes.controlplane import ControlPlane
from beds.telemetry import Telemetry, configuration
from netkeel.adapters.kubernetes.client import KubernetesClient
from netkeel.adapters.kubernetes.governed import Connection
from netkeel.adapters.kubernetes.names import ORIGINAL
from netkeel.adapters.kubernetes.pace import WritePace
from netkeel.adapters.kubernetes.pod_annotation import PodAnnotationGate
from netkeel.model.gate import Enforcement, Hold, Plan
from netkeel.model.reason import Action, Reason
from netkeel.units import Rate


class HandClock:
    """The gate's clock in these tests: it stands until it is told to move."""

    def __init__(self) -> None:
        self.at_s = 0.0

    def now_s(self) -> float:
        return self.at_s


@pytest.fixture
def telemetry(control_plane: ControlPlane, namespace: str) -> Telemetry:
    return Telemetry(control_plane, namespace)


@asynccontextmanager
async def running_gate(telemetry: Telemetry, clock: HandClock) -> AsyncIterator[PodAnnotationGate]:
    c = configuration(telemetry.control_plane, telemetry.namespace)
    client = KubernetesClient(c.kubernetes)
    pace = WritePace(1000.0, 1000, clock.now_s, asyncio.sleep)
    connection = Connection(client, pace, clock.now_s, asyncio.sleep, _silent)
    gate = PodAnnotationGate(c.workloads[0], connection)
    watching = asyncio.create_task(gate.run())
    try:
        await eventually(lambda: gate.observe(clock.at_s).is_known)
        yield gate
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await client.aclose()


def _silent(_: str, /, **about: object) -> None:
    del about


async def eventually(true: Callable[[], bool], within_s: float = 10.0) -> None:
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110 - another process's state has no event
            await asyncio.sleep(0.02)


def order(mbps: float, at_s: float = 0.0) -> Plan:
    return Plan(
        "telemetry-upload", Rate.mbps(mbps), Rate.mbps(10), Rate.mbps(1000), at_s, at_s + 30,
        Action.STABLE, Reason.STARTED,
    )  # fmt: skip


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(60):
            await test()

    asyncio.run(bounded())


def test_a_budget_is_divided_over_the_pods_and_read_back(telemetry: Telemetry) -> None:
    telemetry.create(pods=3)

    async def test() -> None:
        clock = HandClock()
        async with running_gate(telemetry, clock) as gate:
            state = gate.observe(0.0)
            assert (state.applied, state.enforcement) == (None, Enforcement.UNCAPPED)
            gate.apply(order(90))
            await gate.poll(0.0)
            assert set(telemetry.limits().values()) == {"30M"}
            state = gate.observe(0.0)
            assert (state.applied, state.enforcement) == (Rate.mbps(90), Enforcement.APPLIED)

    run(test)


def test_cuts_come_at_once_and_raises_of_a_pod_are_spaced(telemetry: Telemetry) -> None:
    telemetry.create(pods=1, annotations={"kubernetes.io/egress-bandwidth": "100M"})

    async def test() -> None:
        clock = HandClock()
        seen = []
        async with running_gate(telemetry, clock) as gate:
            assert gate.observe(0.0).applied == Rate.mbps(100)
            for at_s, mbps in [(0, 120), (1, 150), (2, 80), (3, 150), (9.9, 150), (10, 150)]:
                clock.at_s = at_s
                gate.apply(order(mbps, at_s))
                await gate.poll(at_s)
                seen.append(telemetry.limits()["telemetry-0"])
        assert seen == ["120M", "120M", "80M", "80M", "80M", "150M"]

    run(test)


def test_a_new_pod_is_limited_within_a_second_and_the_sum_stays_in_budget(
    telemetry: Telemetry,
) -> None:
    telemetry.create(pods=2)

    async def test() -> None:
        async with running_gate(telemetry, HandClock()) as gate:
            gate.apply(order(60))
            await gate.poll(0.0)
            telemetry.add_pod("telemetry-late")
            await eventually(lambda: set(telemetry.limits().values()) == {"20M"}, 1.0)
            assert gate.observe(0.0).applied == Rate.mbps(60)

    run(test)


@pytest.mark.parametrize("value", ["0", "10m", "bogus", None])
def test_what_cilium_takes_for_unlimited_is_uncapped_and_repaired(
    telemetry: Telemetry, value: str | None
) -> None:
    telemetry.create(pods=1)

    async def test() -> None:
        async with running_gate(telemetry, HandClock()) as gate:
            gate.apply(order(50))
            await gate.poll(0.0)
            telemetry.annotate("telemetry-0", value)
            await eventually(lambda: telemetry.limits()["telemetry-0"] == "50M")

    run(test)


def test_a_foreign_writer_is_answered_ever_more_rarely(telemetry: Telemetry) -> None:
    telemetry.create(pods=1)

    async def test() -> None:
        clock = HandClock()
        async with running_gate(telemetry, clock) as gate:
            gate.apply(order(50))
            await gate.poll(0.0)
            before = gate.governed.writes
            for second in range(60):
                clock.at_s = float(second)
                telemetry.annotate("telemetry-0", "70M")
                version = _version(telemetry.pods()[0])
                await eventually(lambda version=version: _mirrored(gate) >= version)  # type: ignore[misc]
                gate.apply(order(50, clock.at_s))
                await gate.poll(clock.at_s)
            # Repairs at 0, 10 and 30 s, and two notes on the workload for each at most.
            assert 3 <= gate.governed.writes - before <= 9
            assert gate.observe(60.0).enforcement is Enforcement.FOREIGN

    run(test)


def _mirrored(gate: PodAnnotationGate) -> int:
    pod = gate.governed.pods.get("telemetry-0")
    return 0 if pod is None else int(pod.metadata.resource_version)


def _version(pod: dict[str, Any]) -> int:
    return int(pod["metadata"]["resourceVersion"])


def test_the_original_value_is_kept_and_given_back_on_opt_out(telemetry: Telemetry) -> None:
    telemetry.create(pods=1, annotations={"kubernetes.io/egress-bandwidth": "77M"})

    async def test() -> None:
        async with running_gate(telemetry, HandClock()) as gate:
            gate.apply(order(50))
            await gate.poll(0.0)
            assert telemetry.limits()["telemetry-0"] == "50M"
            assert telemetry.pods()[0]["metadata"]["annotations"][ORIGINAL] == "77M"
            telemetry.label_deployment(managed="false")
            await eventually(lambda: telemetry.limits()["telemetry-0"] == "77M")
            assert ORIGINAL not in telemetry.pods()[0]["metadata"]["annotations"]

    run(test)


def test_a_hold_on_the_workload_is_seen(telemetry: Telemetry) -> None:
    telemetry.create(pods=1)

    async def test() -> None:
        async with running_gate(telemetry, HandClock()) as gate:
            assert gate.observe(0.0).hold is None
            telemetry.label_deployment(hold="freeze")
            await eventually(lambda: gate.observe(0.0).hold is Hold.FREEZE)

    run(test)


def test_wanted_applied_and_reason_stand_on_the_workload_not_its_template(
    telemetry: Telemetry,
) -> None:
    telemetry.create(pods=2)
    spec = telemetry.deployment()["spec"]

    async def test() -> None:
        async with running_gate(telemetry, HandClock()) as gate:
            gate.apply(order(50))
            await gate.poll(0.0)
            deployment = telemetry.deployment()
            metadata = deployment["metadata"]
            assert metadata["annotations"]["netkeel.dev/wanted"] == "50M"
            assert metadata["annotations"]["netkeel.dev/applied"] == "50M"
            assert metadata["annotations"]["netkeel.dev/reason"] == "started"
            assert deployment["spec"] == spec, "nothing that would roll out"
            writes = gate.governed.writes
            for _ in range(20):
                await gate.poll(0.0)
            assert gate.governed.writes == writes, "without a change nothing is written"

    run(test)


def test_the_gate_survives_a_restart_of_the_api_server(telemetry: Telemetry) -> None:
    telemetry.create(pods=2)

    async def test() -> None:
        clock = HandClock()
        async with running_gate(telemetry, clock) as gate:
            gate.apply(order(60))
            await gate.poll(0.0)
            server = telemetry.control_plane.api_server
            await asyncio.to_thread(server.stop)
            clock.at_s = 1.0
            gate.apply(order(40, 1.0))
            await gate.poll(1.0)
            state = gate.observe(1.0)
            assert state.applied == Rate.mbps(60), "a patch that failed is not believed"
            assert state.enforcement is Enforcement.PENDING
            await asyncio.to_thread(server.start)
            await asyncio.to_thread(server.wait_ready)
            telemetry.control_plane.api.close()
            await gate.poll(2.0)
            assert set(telemetry.limits().values()) == {"20M"}
            telemetry.add_pod("telemetry-late")
            await eventually(lambda: "telemetry-late" in [p.name for p in gate.observe(2.0).pods])

    run(test)
