"""The gate `pod-annotation`: a limit on live pods, which Cilium applies in place.

Level-triggered: each reconciliation looks at what the API holds and at the order in force, and
writes what is missing, cuts first. Nothing is believed that was not read back: a server's answer
to a write is a read-back, the intention is not.

Invariant: the sum of the limits read back never rises above the budget by a write of ours. A pod
is only raised when every cut stands in the mirror, so an interruption anywhere leaves less in
force, never more (`division`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from netkeel.adapters.kubernetes.division import Write, cuts, raises, targets
from netkeel.adapters.kubernetes.governed import Connection, Governed, names
from netkeel.adapters.kubernetes.names import EGRESS_BANDWIDTH, MANAGER, ORIGINAL
from netkeel.adapters.kubernetes.resources import PODS, Pod
from netkeel.adapters.kubernetes.selection import hold_of, is_excluded, limit_of, opted_out
from netkeel.control.lease import in_force
from netkeel.model.gate import Enforcement, GateState, Plan, PodLimit
from netkeel.settings.schema import Workload
from netkeel.units import Rate

# A foreign writer is answered at once, then ever more rarely: two controllers by mistake must
# not write against each other without end.
_FIRST_REPAIR_PAUSE_S, _LONGEST_REPAIR_PAUSE_S = 10.0, 300.0

# The worst state of a pod is the state of the workload; later is worse.
_SEVERITY = (
    Enforcement.APPLIED,
    Enforcement.PENDING,
    Enforcement.NOT_APPLIED,
    Enforcement.FOREIGN,
    Enforcement.UNCAPPED,
)


@dataclass
class _Memory:
    """What the gate remembers of one pod."""

    written: Rate | None = None
    """What we wrote and read back last."""
    raised_at_s: float | None = None
    pending_since_s: float | None = None
    foreign_until_s: float = 0.0
    """No repair before this."""
    repair_pause_s: float = 0.0


@dataclass
class PodAnnotationGate:
    """Implements Gate, Polled and Background for one workload."""

    workload: Workload
    connection: Connection
    governed: Governed = field(init=False)
    kind: str = "pod-annotation"
    _plan: Plan | None = None
    _memory: dict[str, _Memory] = field(default_factory=dict)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        """Mirror the workload's objects; each change wakes the reconciliation."""
        self.governed = Governed(self.connection, self.workload, self._wake.set)

    def apply(self, plan: Plan) -> None:
        """Take an order; the next poll carries it out."""
        self._plan = plan

    def observe(self, at_s: float) -> GateState:
        """What the API holds for every pod that can send."""
        if not self.governed.is_synced:
            return GateState.unknown(at_s, self.governed.trouble or "reading the cluster")
        pods = self.pods()
        wanted = self._targets(at_s, pods)
        limits = tuple(self._limit(at_s, pod, wanted) for pod in pods)
        applied = [limit.applied.bps for limit in limits if limit.applied is not None]
        return GateState(
            at_s=at_s,
            applied=Rate(sum(applied)) if applied else None,
            enforcement=max(
                (p.enforcement for p in limits), key=_SEVERITY.index, default=Enforcement.APPLIED
            ),
            hold=hold_of(self.governed.workloads),
            pods=limits,
            write=self.governed.last_write,
            writes=self.governed.writes,
            detail=self.governed.trouble or ("" if pods else "no pod can send"),
        )

    async def poll(self, at_s: float) -> None:
        """Carry the order out as far as it is allowed now."""
        async with self._lock:
            await self._reconcile(at_s)

    async def run(self) -> None:
        """Keep the mirrors, and answer a change in the cluster without waiting for a period."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.governed.run_mirrors())
            group.create_task(self._answer_changes())

    async def _answer_changes(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.poll(self.connection.now_s())

    def pods(self) -> list[Pod]:
        """The pods that are governed and can send."""
        opted = any(opted_out(w.metadata.labels) for w in self.governed.workloads)
        if opted:
            return []
        return [
            pod
            for pod in self.governed.pods.objects
            if pod.can_send
            and not is_excluded(pod, self.workload)
            and not opted_out(pod.metadata.labels)
        ]

    def preview(self, plan: Plan) -> list[tuple[str, str | None, str]]:
        """What an order would write: (pod, annotation now, annotation then)."""
        self._plan = plan
        pods = self.pods()
        wanted = self._targets(plan.at_s, pods)
        return [
            (
                pod.metadata.name,
                pod.metadata.annotations.get(EGRESS_BANDWIDTH),
                str(wanted[pod.metadata.name]),
            )
            for pod in pods
            if limit_of(pod.metadata.annotations) != wanted[pod.metadata.name]
        ]

    async def _reconcile(self, at_s: float) -> None:
        if not self.governed.is_synced:
            return
        await self._release()
        plan = self._plan
        if plan is None:
            return
        pods = self.pods()
        self._forget_but(pods)
        wanted = self._targets(at_s, pods)
        done = True
        for write in cuts(wanted, self._applied(pods)):
            done &= await self._write(at_s, write)
        if done:
            for write in raises(self._budget(at_s, plan, pods), wanted, self._applied(self.pods())):
                await self._write(at_s, write)
        await self.governed.note(plan, self.observe(at_s).applied)

    def _budget(self, at_s: float, plan: Plan, pods: list[Pod]) -> Rate:
        rates = [rate.bps for rate in self._applied(pods).values() if rate is not None]
        return in_force(plan, Rate(sum(rates)) if rates else None, at_s)

    def _targets(self, at_s: float, pods: list[Pod]) -> Mapping[str, Rate]:
        if self._plan is None:
            return {}
        return targets(self._budget(at_s, self._plan, pods), names(pods))

    def _applied(self, pods: list[Pod]) -> dict[str, Rate | None]:
        """Limits as mirrored now; None also for a pod that is gone."""
        current = {name: self.governed.pods.get(name) for name in names(pods)}
        return {n: limit_of(p.metadata.annotations) if p else None for n, p in current.items()}

    async def _write(self, at_s: float, write: Write) -> bool:
        pod = self.governed.pods.get(write.pod)
        if pod is None:
            return True
        memory = self._of(pod)
        if at_s < memory.foreign_until_s:
            return False
        spacing_s = self.workload.shape.raise_spacing
        last_s = memory.raised_at_s
        if write.is_raise and last_s is not None and at_s - last_s < spacing_s:
            return False
        self._judge_foreign(at_s, pod, memory)
        taken = await self._apply(pod, write.rate)
        if taken:
            memory.written = write.rate
            memory.raised_at_s = at_s if write.is_raise else memory.raised_at_s
        return taken

    def _judge_foreign(self, at_s: float, pod: Pod, memory: _Memory) -> None:
        """A value that is not what we wrote was written by somebody else: repair, ever later."""
        if not self._is_foreign(pod, memory):
            return
        pause_s = max(
            _FIRST_REPAIR_PAUSE_S, min(2 * memory.repair_pause_s, _LONGEST_REPAIR_PAUSE_S)
        )
        memory.repair_pause_s, memory.foreign_until_s = pause_s, at_s + pause_s
        self.connection.tell(
            "foreign_limit",
            pod=pod.metadata.name,
            found=pod.metadata.annotations.get(EGRESS_BANDWIDTH),
            ours=str(memory.written),
            next_repair_s=pause_s,
        )

    def _is_foreign(self, pod: Pod, memory: _Memory) -> bool:
        found = limit_of(pod.metadata.annotations)
        return memory.written is not None and found != memory.written

    async def _apply(self, pod: Pod, rate: Rate) -> bool:
        metadata = pod.metadata
        has = metadata.annotations
        original = has.get(ORIGINAL, has.get(EGRESS_BANDWIDTH, ""))
        body = {
            "metadata": {
                # Another pod of the same name is another pod: the server then answers 409.
                "uid": metadata.uid,
                "annotations": {EGRESS_BANDWIDTH: str(rate), ORIGINAL: original},
            }
        }

        async def request() -> None:
            stored = await self.connection.api.apply(
                PODS, metadata.namespace, metadata.name, body, manager=MANAGER, force=True
            )
            self.governed.pods.take(stored)

        return await self.governed.write(f"{rate} on pod/{metadata.name}", request)

    async def _release(self) -> None:
        """Restore the pods that opted out."""
        governed = set(names(self.pods()))
        for pod in list(self.governed.pods.objects):
            ours = ORIGINAL in pod.metadata.annotations and pod.can_send
            if ours and pod.metadata.name not in governed:
                await self.restore(pod)

    async def restore(self, pod: Pod) -> bool:
        """Give a pod back the value it had before netkeel."""
        original = pod.metadata.annotations.get(ORIGINAL)
        if original is None:
            return True
        body = {"metadata": {"annotations": {EGRESS_BANDWIDTH: original or None, ORIGINAL: None}}}

        async def request() -> None:
            stored = await self.connection.api.patch(
                PODS, pod.metadata.namespace, pod.metadata.name, body
            )
            self.governed.pods.take(stored)

        self._memory.pop(pod.metadata.uid, None)
        return await self.governed.write(f"restore pod/{pod.metadata.name}", request)

    def _limit(self, at_s: float, pod: Pod, wanted: Mapping[str, Rate]) -> PodLimit:
        name = pod.metadata.name
        want, have = wanted.get(name), limit_of(pod.metadata.annotations)
        state = self._enforcement(at_s, pod, want, have)
        return PodLimit(name, want, have, state)

    def _enforcement(
        self, at_s: float, pod: Pod, want: Rate | None, have: Rate | None
    ) -> Enforcement:
        memory = self._of(pod)
        if have is None:
            return Enforcement.UNCAPPED
        if want is None or want == have:
            memory.pending_since_s = None
            if at_s >= memory.foreign_until_s:
                memory.repair_pause_s = 0.0
            return Enforcement.APPLIED
        if self._is_foreign(pod, memory):
            return Enforcement.FOREIGN
        return self._pending(at_s, memory, is_raise=want > have)

    def _pending(self, at_s: float, memory: _Memory, *, is_raise: bool) -> Enforcement:
        spaced = memory.raised_at_s is not None and (
            at_s - memory.raised_at_s < self.workload.shape.raise_spacing
        )
        if memory.pending_since_s is None or (is_raise and spaced):
            memory.pending_since_s = at_s  # a raise that is held back on purpose is not late
        late_s = at_s - memory.pending_since_s
        is_late = late_s > self.workload.shape.apply_deadline
        return Enforcement.NOT_APPLIED if is_late else Enforcement.PENDING

    def _of(self, pod: Pod) -> _Memory:
        return self._memory.setdefault(pod.metadata.uid, _Memory())

    def _forget_but(self, pods: list[Pod]) -> None:
        alive = {pod.metadata.uid for pod in pods}
        self._memory = {uid: m for uid, m in self._memory.items() if uid in alive}
