"""What the loop needs of the outside: it knows these shapes and nothing behind them.

A tick of the loop never waits: sources and gates answer at once with what they know. What must
wait for a network implements `Polled` beside its port; the runtime polls it between ticks and
bounds how long that may take. So one loop serves the node (blocking, 10 ms), the controller
(asyncio, seconds) and the simulator (no waiting at all).
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from netkeel.model.gate import GateState, Plan
from netkeel.model.reading import Sample
from netkeel.model.record import Record


class Clock(Protocol):
    """The loop's clock: monotonic seconds with an arbitrary zero, never the time of day."""

    def now_s(self) -> float:
        """Seconds now."""
        ...

    async def sleep_until(self, at_s: float) -> None:
        """Return no sooner than `at_s`."""
        ...


class Source(Protocol):
    """Measures delay and, where it can, the rates of the two classes."""

    @property
    def name(self) -> str:
        """The name that the configuration gave it."""
        ...

    def observe(self, at_s: float) -> tuple[Sample, ...]:
        """The newest sample of each kind it measures; a fault is a sample too. Never raises."""
        ...


class Gate(Protocol):
    """Carries decisions for one workload out, and reads back what is in force."""

    @property
    def kind(self) -> str:
        """The name of its kind, as in the configuration (`pod-annotation`, …)."""
        ...

    def observe(self, at_s: float) -> GateState:
        """What was read back last. Never raises, never waits."""
        ...

    def apply(self, plan: Plan) -> None:
        """Take an order; a newer one replaces it. Never raises, never waits."""
        ...


@runtime_checkable
class Polled(Protocol):
    """Beside a port: what must wait for a network, polled by the runtime between ticks."""

    async def poll(self, at_s: float) -> None:
        """Bring in what is new, or carry out what is wanted. Never raises for outer faults."""
        ...


@runtime_checkable
class Background(Protocol):
    """Beside a port: what runs as long as the daemon does (a watch); the runtime restarts it."""

    async def run(self) -> None:
        """Run until cancelled."""
        ...


class Recorder(Protocol):
    """Tells the world what was done: log, metrics, decision file, status."""

    def record(self, record: Record) -> None:
        """Take one record. Never raises: a full disk must not stop the loop."""
        ...
