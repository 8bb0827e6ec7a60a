"""Drives the loop in time: polls what must wait for a network, ticks, and keeps watches alive.

Each period: the sources are polled, but waited for no longer than a share of the step, so that a
hanging server delays no tick; then the loop ticks; then the gates are polled, which carries the
orders out, without the next tick waiting for them. A poll that still hangs is not started twice.
The clock is a port, so the same driver runs in real time and, in the demo, as fast as it can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from netkeel.model.record import Record
from netkeel.ports import Background, Clock, Polled
from netkeel.runtime.loop import Complaint, Loop

_SHARE_OF_STEP_FOR_POLLS = 0.5
_RESTART_PAUSE_S = 1.0


@dataclass
class Driver:
    """One loop in time. `run` returns when `stop` was called."""

    loop: Loop
    clock: Clock
    complain: Complaint
    after_tick: Callable[[tuple[Record, ...]], Awaitable[None]] | None = None
    """Awaited after each tick (the demo's view); None for a daemon."""
    last_tick_at_s: float | None = None
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _polls: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    async def run(self, until_s: float | None = None) -> None:
        """Tick until stopped, or until `until_s` on the loop's clock."""
        watches = [asyncio.create_task(self._keep_alive(b)) for b in self._backgrounds()]
        try:
            await self._tick_on(until_s)
        finally:
            await _cancelled([*watches, *self._polls.values()])

    def stop(self) -> None:
        """End `run` after the tick under way."""
        self._stopping.set()

    async def _tick_on(self, until_s: float | None) -> None:
        next_at_s = self.clock.now_s()
        while not self._stopping.is_set() and (until_s is None or next_at_s <= until_s):
            await self._period()
            step_s = float(self.loop.configuration.step)
            # A late tick is not made up for by a burst of ticks.
            next_at_s = max(next_at_s + step_s, self.clock.now_s())
            await self._sleep_until(next_at_s)

    async def _period(self) -> None:
        step_s = float(self.loop.configuration.step)
        await self._poll(self.loop.sources, step_s * _SHARE_OF_STEP_FOR_POLLS)
        at_s = self.clock.now_s()
        records = self.loop.tick(at_s)
        self.last_tick_at_s = at_s
        await self._poll([g.gate for g in self.loop.governed.values()], 0.0)
        if self.after_tick is not None:
            await self.after_tick(records)

    async def _poll(self, parts: Sequence[object], patience_s: float) -> None:
        for part in parts:
            task = self._polls.get(id(part))
            if isinstance(part, Polled) and (task is None or task.done()):
                self._polls[id(part)] = asyncio.create_task(self._polled(part))
        waiting = [self._polls[id(p)] for p in parts if id(p) in self._polls]
        if waiting:
            await asyncio.wait(waiting, timeout=patience_s)

    async def _polled(self, part: Polled) -> None:
        try:
            await part.poll(self.clock.now_s())
        except Exception as error:  # noqa: BLE001 - reported, and the loop goes on
            self.complain(type(part).__name__, error)

    def _backgrounds(self) -> list[Background]:
        parts = [*self.loop.sources, *(g.gate for g in self.loop.governed.values())]
        return [part for part in parts if isinstance(part, Background)]

    async def _keep_alive(self, part: Background) -> None:
        while True:
            try:
                await part.run()
            except Exception as error:  # noqa: BLE001 - reported, and the loop goes on
                self.complain(type(part).__name__, error)
            await self.clock.sleep_until(self.clock.now_s() + _RESTART_PAUSE_S)

    async def _sleep_until(self, at_s: float) -> None:
        sleep = asyncio.create_task(_completed(self.clock.sleep_until(at_s)))
        stop = asyncio.create_task(_completed(self._stopping.wait()))
        await asyncio.wait([sleep, stop], return_when=asyncio.FIRST_COMPLETED)
        await _cancelled([sleep, stop])


async def _completed(awaitable: Awaitable[object]) -> None:
    await awaitable


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
