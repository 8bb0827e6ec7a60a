"""What both Kubernetes gates share: the mirrors of one workload's objects, and its notes.

The notes are annotations on the metadata of the governed workload (never of its template), for
`kubectl get`: what is wanted, what is applied, and why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from netkeel.adapters.kubernetes.client import Api
from netkeel.adapters.kubernetes.errors import (
    ConflictError,
    ForbiddenError,
    KubernetesError,
    NotFoundError,
    ThrottledError,
)
from netkeel.adapters.kubernetes.mirror import Mirror
from netkeel.adapters.kubernetes.names import APPLIED, MANAGER, REASON, WANTED
from netkeel.adapters.kubernetes.pace import WritePace
from netkeel.adapters.kubernetes.resources import (
    DEPLOYMENTS,
    PODS,
    STATEFUL_SETS,
    Kind,
    Pod,
    WorkloadObject,
)
from netkeel.adapters.kubernetes.selection import matches, selector_text
from netkeel.model.gate import Plan
from netkeel.settings.schema import Workload
from netkeel.units import Rate

Sleep = Callable[[float], Awaitable[None]]


class Tell(Protocol):
    """Takes one line about the gate: an event's name, and what it is about."""

    def __call__(self, event: str, /, **about: object) -> None:
        """Tell it."""
        ...


@dataclass
class Connection:
    """What every gate of a process shares."""

    api: Api
    pace: WritePace
    now_s: Callable[[], float]
    sleep: Sleep
    tell: Tell
    seed: int = 0


@dataclass
class Governed:
    """One workload's pods and owners, as mirrored, and the writes to them."""

    connection: Connection
    workload: Workload
    changed: Callable[[], None]
    pods: Mirror[Pod] = field(init=False)
    owners: tuple[Mirror[WorkloadObject], ...] = field(init=False)
    last_write: str = ""
    writes: int = 0
    missing_right: ForbiddenError | None = None
    """The right that the server refused last; None while all are there."""
    _noted: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the mirrors."""
        c, w = self.connection, self.workload
        labels = w.selector.match_labels
        self.pods = Mirror(
            c.api,
            PODS,
            w.namespace,
            selector=selector_text(labels),
            changed=self.changed,
            sleep=c.sleep,
            seed=c.seed,
        )
        self.owners = tuple(
            Mirror(c.api, kind, w.namespace, changed=self.changed, sleep=c.sleep, seed=c.seed)
            for kind in (DEPLOYMENTS, STATEFUL_SETS)
        )

    @property
    def is_synced(self) -> bool:
        """Whether pods and owners were listed once."""
        return self.pods.is_synced and all(owner.is_synced for owner in self.owners)

    @property
    def trouble(self) -> str:
        """Why the mirrors are not current; empty while they are."""
        errors = [self.pods.error, *(owner.error for owner in self.owners)]
        errors.append(self.missing_right)
        return "; ".join(dict.fromkeys(str(e) for e in errors if e is not None))

    @property
    def workloads(self) -> list[WorkloadObject]:
        """Deployments and StatefulSets whose template makes the pods."""
        labels = self.workload.selector.match_labels
        everything = [w for owner in self.owners for w in owner.objects]
        return [w for w in everything if matches(labels, w.spec.template.metadata.labels)]

    async def run_mirrors(self) -> None:
        """Keep the mirrors until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.pods.run())
            for owner in self.owners:
                group.create_task(owner.run())

    async def write(self, what: str, request: Callable[[], Awaitable[None]]) -> bool:
        """Send one write at the common pace; whether the server took it. Never raises."""
        await self.connection.pace.next()
        self.writes += 1
        try:
            await request()
        except NotFoundError:
            self.last_write = f"{what}: gone"
        except KubernetesError as error:
            self._refused(what, error)
        else:
            self.last_write = f"{what}: written"
            self.missing_right = None
            return True
        return False

    def _refused(self, what: str, error: KubernetesError) -> None:
        self.last_write = f"{what}: {error}"
        match error:
            case ThrottledError():
                self.connection.pace.throttled(error.retry_after_s)
            case ForbiddenError():
                self.missing_right = error
            case ConflictError():
                pass  # the mirror will show the newer object, and the next period decides anew
        self.connection.tell("write_refused", write=what, error=str(error))

    async def note(self, plan: Plan, applied: Rate | None) -> None:
        """Put wanted, applied and reason on the workload's metadata, where they changed."""
        texts = (str(plan.budget), "none" if applied is None else str(applied))
        for kind, mirror in zip((DEPLOYMENTS, STATEFUL_SETS), self.owners, strict=True):
            for item in mirror.objects:
                labels = item.spec.template.metadata.labels
                if matches(self.workload.selector.match_labels, labels):
                    await self._note(kind, mirror, item, (*texts, plan.reason.value))

    async def _note(
        self,
        kind: Kind,
        mirror: Mirror[WorkloadObject],
        item: WorkloadObject,
        texts: tuple[str, str, str],
    ) -> None:
        wanted, applied, reason = texts
        has = item.metadata.annotations
        # A reason alone is not worth a write: it changes with every period.
        if (has.get(WANTED), has.get(APPLIED)) == (wanted, applied):
            return
        name, namespace = item.metadata.name, item.metadata.namespace
        body = {"metadata": {"annotations": {WANTED: wanted, APPLIED: applied, REASON: reason}}}

        async def request() -> None:
            api = self.connection.api
            mirror.take(await api.apply(kind, namespace, name, body, manager=MANAGER, force=True))

        await self.write(f"note on {kind.kind.lower()}/{name}", request)


def names(pods: Sequence[Pod]) -> list[str]:
    """Names of pods, in their order."""
    return [pod.metadata.name for pod in pods]
