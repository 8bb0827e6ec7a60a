"""The gate `deployment-template`, as the classic system has it: available, never the default.

The limit is written undivided into the Deployment's pod template, so every change is a rollout
that restarts the pods, and N replicas may send N times the limit. It is written only when it
changes, and not while a rollout is under way or paused: a template changed again in the middle
of a rollout would start the next one over the half-done one.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from netkeel.adapters.kubernetes.governed import Connection, Governed
from netkeel.adapters.kubernetes.names import EGRESS_BANDWIDTH, ORIGINAL
from netkeel.adapters.kubernetes.resources import DEPLOYMENTS, WorkloadObject
from netkeel.adapters.kubernetes.selection import hold_of, limit_of, opted_out
from netkeel.control.lease import in_force
from netkeel.model.gate import Enforcement, GateState, Plan, PodLimit
from netkeel.settings.schema import Workload
from netkeel.units import Rate


@dataclass
class DeploymentTemplateGate:
    """Implements Gate, Polled and Background for one Deployment."""

    workload: Workload
    connection: Connection
    governed: Governed = field(init=False)
    kind: str = "deployment-template"
    rollouts: int = 0
    """Rollouts that this process caused."""
    _plan: Plan | None = None
    _pending_since_s: float | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        """Mirror the workload's objects."""
        self.governed = Governed(self.connection, self.workload, lambda: None)

    def apply(self, plan: Plan) -> None:
        """Take an order; the next poll carries it out."""
        self._plan = plan

    async def run(self) -> None:
        """Keep the mirrors until cancelled."""
        await self.governed.run_mirrors()

    def deployment(self) -> WorkloadObject | None:
        """The Deployment, as mirrored."""
        name = self.workload.deployment
        found = None if name is None else self.governed.owners[0].get(name)
        return None if found is not None and opted_out(found.metadata.labels) else found

    def observe(self, at_s: float) -> GateState:
        """What the template holds; a rollout under way leaves it pending."""
        if not self.governed.is_synced:
            return GateState.unknown(at_s, self.governed.trouble or "reading the cluster")
        item = self.deployment()
        if item is None:
            return GateState.unknown(at_s, f"no Deployment {self.workload.deployment} to govern")
        applied = limit_of(item.spec.template.metadata.annotations)
        state = self._enforcement(at_s, item, applied)
        wanted = None if self._plan is None else self._plan.budget
        return GateState(
            at_s=at_s,
            applied=applied,
            enforcement=state,
            hold=hold_of([item]),
            pods=(PodLimit(f"template of {item.metadata.name}", wanted, applied, state),),
            write=self.governed.last_write,
            writes=self.governed.writes,
            detail=self.governed.trouble or _obstacle(item),
        )

    def _enforcement(self, at_s: float, item: WorkloadObject, applied: Rate | None) -> Enforcement:
        if applied is None:
            return Enforcement.UNCAPPED
        waits = self._plan is not None and applied != self._plan.budget
        if not waits:
            self._pending_since_s = None
            return Enforcement.PENDING if item.is_rolling_out else Enforcement.APPLIED
        since_s = at_s if self._pending_since_s is None else self._pending_since_s
        self._pending_since_s = since_s
        late = at_s - since_s > self.workload.shape.apply_deadline
        return Enforcement.NOT_APPLIED if late else Enforcement.PENDING

    async def poll(self, at_s: float) -> None:
        """Write the template, where it has to change and may."""
        async with self._lock:
            item = self.deployment() if self.governed.is_synced else None
            plan = self._plan
            if item is None or plan is None:
                return
            applied = limit_of(item.spec.template.metadata.annotations)
            budget = in_force(plan, applied, at_s)
            if applied != budget and not _obstacle(item):
                await self._write(item, budget)
            await self.governed.note(plan, self.observe(at_s).applied)

    async def _write(self, item: WorkloadObject, budget: Rate) -> None:
        name, template = item.metadata.name, item.spec.template.metadata.annotations
        original = item.metadata.annotations.get(ORIGINAL, template.get(EGRESS_BANDWIDTH, ""))
        body = {
            "metadata": {"annotations": {ORIGINAL: original}},
            "spec": {"template": {"metadata": {"annotations": {EGRESS_BANDWIDTH: str(budget)}}}},
        }
        if await self._patch(f"{budget} in the template of deployment/{name}", item, body):
            self.rollouts += 1

    async def restore(self) -> bool:
        """Give the template back the value it had before netkeel (a last rollout)."""
        item = self.deployment()
        if item is None or ORIGINAL not in item.metadata.annotations:
            return True
        original = item.metadata.annotations[ORIGINAL] or None
        body = {
            "metadata": {"annotations": {ORIGINAL: None}},
            "spec": {"template": {"metadata": {"annotations": {EGRESS_BANDWIDTH: original}}}},
        }
        return await self._patch(f"restore deployment/{item.metadata.name}", item, body)

    async def _patch(self, what: str, item: WorkloadObject, body: dict[str, object]) -> bool:
        async def request() -> None:
            stored = await self.connection.api.patch(
                DEPLOYMENTS, item.metadata.namespace, item.metadata.name, body
            )
            self.governed.owners[0].take(stored)

        return await self.governed.write(what, request)


def _obstacle(item: WorkloadObject) -> str:
    """Why the template may not be written now; empty where it may."""
    if item.spec.paused:
        return f"the rollout of {item.metadata.name} is paused: kubectl rollout resume"
    return f"a rollout of {item.metadata.name} is in progress" if item.is_rolling_out else ""
