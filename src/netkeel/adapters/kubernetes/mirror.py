"""A mirror of some of the cluster's objects, kept by list and watch.

Theory of operation: list once and keep the resource version; watch from there, bookmarks moving
the version on; when the version is too old (410) list again and compare, so that deletions in the
gap are not lost. A connection that is silent for longer than a watchdog allows is opened again:
the server sends bookmarks about once a minute, so silence means a dead connection. Attempts are
spaced by a back-off with seeded jitter.

| state | on | then |
|---|---|---|
| unsynced | list succeeded | watching |
| watching | connection ended, silent, unreachable | watching again from the last version |
| watching | 410 | unsynced (objects kept until the new list is compared) |
| any | error | wait, try again |
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Generic, TypeVar

from netkeel.adapters.kubernetes.client import Api, WatchEvent
from netkeel.adapters.kubernetes.errors import GoneError, KubernetesError, UnreachableError
from netkeel.adapters.kubernetes.resources import Kind

T = TypeVar("T")

# Bookmarks come about once a minute; three times that is silence.
_WATCHDOG_S = 180.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 5.0


class Mirror(Generic[T]):
    """Objects of one kind in one namespace, by name, as last seen."""

    def __init__(
        self,
        api: Api,
        kind: Kind,
        namespace: str,
        *,
        selector: str = "",
        changed: Callable[[], None] = lambda: None,
        sleep: Callable[[float], Awaitable[None]],
        seed: int = 0,
    ) -> None:
        """Mirror what the label selector matches; `changed` is called after each change."""
        self._api, self.kind, self.namespace = api, kind, namespace
        self._selector, self._changed, self._sleep = selector, changed, sleep
        self._random = random.Random(seed)  # noqa: S311 - jitter of retries, reproducible
        self._objects: dict[str, T] = {}
        self._version: str | None = None
        self._failures = 0
        self.is_synced = False
        self.error: KubernetesError | None = None
        """What keeps the mirror from being current; None while it is."""

    @property
    def objects(self) -> Iterable[T]:
        """All objects, by name."""
        return [self._objects[name] for name in sorted(self._objects)]

    def get(self, name: str) -> T | None:
        """One object."""
        return self._objects.get(name)

    def take(self, item: T) -> None:
        """Put in what a write returned: newer than what the watch has told so far."""
        self._objects[_name(item)] = item

    async def run(self) -> None:
        """Keep the mirror until cancelled."""
        while True:
            try:
                await self._follow()
            except GoneError:
                self._version = None
            except KubernetesError as error:
                self._failed(error)
                await self._sleep(self._pause_s())

    async def _follow(self) -> None:
        if self._version is None:
            await self._list()
        events = self._api.watch(
            self.kind, self.namespace, self._selector, self._version or "", _WATCHDOG_S
        )
        self._failures, self.error = 0, None
        async for event in events:
            self._see(event)
        # A watch that ends in order ends after minutes; one that ends at once must not spin.
        await self._sleep(_FIRST_PAUSE_S)

    async def _list(self) -> None:
        items, self._version = await self._api.list(self.kind, self.namespace, self._selector)
        self._objects = {_name(item): item for item in items}
        self.is_synced = True
        self._changed()

    def _see(self, event: WatchEvent) -> None:
        self._version = event.object.metadata.resource_version or self._version
        name = _name(event.object)
        match event.type:
            case "ADDED" | "MODIFIED":
                self._objects[name] = event.object
            case "DELETED":
                self._objects.pop(name, None)
            case _:
                return
        self._changed()

    def _failed(self, error: KubernetesError) -> None:
        self._failures += 1
        self.error = error
        if not isinstance(error, UnreachableError):
            # The version may be what the server objects to; a new list is always safe.
            self._version = None

    def _pause_s(self) -> float:
        longest = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** min(self._failures, 10))
        return float(longest * self._random.uniform(0.5, 1.0))


def _name(item: Any) -> str:  # noqa: ANN401 - any resource
    return str(item.metadata.name)
