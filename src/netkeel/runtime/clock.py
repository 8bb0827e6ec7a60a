"""The loop's clocks: real monotonic time, and time that jumps (demo, simulator, tests)."""

from __future__ import annotations

import asyncio
import time


class MonotonicClock:
    """Real time. Stepping the machine's time of day does not touch it."""

    def now_s(self) -> float:
        """Seconds of the kernel's monotonic clock."""
        return time.monotonic()

    async def sleep_until(self, at_s: float) -> None:
        """Sleep; returns at once where `at_s` has passed."""
        await asyncio.sleep(max(0.0, at_s - time.monotonic()))


class JumpingClock:
    """Time that passes only in `sleep_until`, which jumps there and yields once.

    With `speed` given, each jump also takes its length divided by `speed` in real seconds, so that
    people can watch.
    """

    def __init__(self, start_s: float = 0.0, speed: float | None = None) -> None:
        """Start at `start_s`."""
        self._now_s = start_s
        self._speed = speed

    def now_s(self) -> float:
        """Seconds as far as they were jumped."""
        return self._now_s

    async def sleep_until(self, at_s: float) -> None:
        """Jump to `at_s`, where it lies ahead."""
        ahead_s = at_s - self._now_s
        if self._speed is not None and ahead_s > 0:
            await asyncio.sleep(ahead_s / self._speed)
        else:
            await asyncio.sleep(0)
        self._now_s = max(self._now_s, at_s)
