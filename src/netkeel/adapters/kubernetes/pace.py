"""How gently the API server is treated: one pace for all writes of the process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable


class WritePace:
    """A token bucket for API writes; a 429 empties it for as long as the server asks.

    Within one gate cuts are written before raises and raises before notes, so when the pace is
    the bottleneck it is the least needed write that waits.
    """

    def __init__(
        self,
        per_second: float,
        burst: int,
        now_s: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """Allow `burst` writes at once and `per_second` in the long run."""
        self._per_second, self._burst = per_second, float(burst)
        self._now_s, self._sleep = now_s, sleep
        self._tokens, self._at_s = float(burst), now_s()
        self.writes = 0
        """Writes allowed since start."""

    async def next(self) -> None:
        """Return when one more write may go."""
        self._refill()
        self._tokens -= 1
        self.writes += 1
        if self._tokens < 0:
            await self._sleep(-self._tokens / self._per_second)

    def throttled(self, retry_after_s: float) -> None:
        """The server asked to wait."""
        self._refill()
        self._tokens = min(self._tokens, 1 - retry_after_s * self._per_second)

    def _refill(self) -> None:
        now_s = self._now_s()
        earned = (now_s - self._at_s) * self._per_second
        self._tokens = min(self._burst, self._tokens + earned)
        self._at_s = now_s
