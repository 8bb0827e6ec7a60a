"""The few fields of Kubernetes objects that netkeel reads.

Everything else in an object is skipped while decoding: 10,000 pods cost tens of megabytes this
way and more than a thousand with whole models.
"""

from __future__ import annotations

from typing import Any

import msgspec


class _Resource(msgspec.Struct, rename="camel", frozen=True, kw_only=True, omit_defaults=True):
    """What all have in common: camelCase on the wire, unknown fields skipped."""


class OwnerReference(_Resource, frozen=True, kw_only=True):
    """Whose object this is."""

    kind: str = ""
    name: str = ""
    uid: str = ""


class ManagedFields(_Resource, frozen=True, kw_only=True):
    """Who wrote which fields."""

    manager: str = ""
    operation: str = ""
    fields_v1: dict[str, Any] = msgspec.field(default_factory=dict, name="fieldsV1")


class Metadata(_Resource, frozen=True, kw_only=True):
    """Metadata of any object."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    labels: dict[str, str] = msgspec.field(default_factory=dict)
    annotations: dict[str, str] = msgspec.field(default_factory=dict)
    owner_references: list[OwnerReference] = msgspec.field(default_factory=list)
    managed_fields: list[ManagedFields] = msgspec.field(default_factory=list)
    deletion_timestamp: str | None = None


class ContainerStatus(_Resource, frozen=True, kw_only=True):
    """Whether a container runs."""

    state: dict[str, Any] = msgspec.field(default_factory=dict)


class PodSpec(_Resource, frozen=True, kw_only=True):
    """Where a pod runs."""

    node_name: str = ""
    host_network: bool = False


class PodStatus(_Resource, frozen=True, kw_only=True):
    """How far a pod is."""

    phase: str = ""
    pod_ip: str = msgspec.field(default="", name="podIP")
    container_statuses: list[ContainerStatus] = msgspec.field(default_factory=list)


class Pod(_Resource, frozen=True, kw_only=True):
    """A pod."""

    metadata: Metadata
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    @property
    def can_send(self) -> bool:
        """Whether it is started and not yet gone, ready or not."""
        if self.status.phase in {"Succeeded", "Failed"}:
            return False
        running = any("running" in c.state for c in self.status.container_statuses)
        return self.status.phase == "Running" or running


class TemplateMetadata(_Resource, frozen=True, kw_only=True):
    """Metadata that pods of a template get."""

    labels: dict[str, str] = msgspec.field(default_factory=dict)
    annotations: dict[str, str] = msgspec.field(default_factory=dict)


class PodTemplate(_Resource, frozen=True, kw_only=True):
    """A pod template."""

    metadata: TemplateMetadata = TemplateMetadata()


class WorkloadSpec(_Resource, frozen=True, kw_only=True):
    """Spec of a Deployment or a StatefulSet."""

    replicas: int = 1
    paused: bool = False
    template: PodTemplate = PodTemplate()


class WorkloadStatus(_Resource, frozen=True, kw_only=True):
    """How far a rollout is."""

    observed_generation: int = 0
    replicas: int = 0
    updated_replicas: int = 0
    available_replicas: int = 0
    unavailable_replicas: int = 0


class WorkloadObject(_Resource, frozen=True, kw_only=True):
    """A Deployment or a StatefulSet."""

    metadata: Metadata
    spec: WorkloadSpec = WorkloadSpec()
    status: WorkloadStatus = WorkloadStatus()

    @property
    def is_rolling_out(self) -> bool:
        """Whether a rollout is under way."""
        s = self.status
        seen = s.observed_generation >= self.metadata.generation
        # A surge pod that is still going counts in `replicas`.
        settled = s.updated_replicas == s.replicas == s.available_replicas == self.spec.replicas
        return not (seen and settled)


class LeaseSpec(_Resource, frozen=True, kw_only=True):
    """Who holds a lease."""

    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    acquire_time: str | None = None
    renew_time: str | None = None
    lease_transitions: int = 0


class Lease(_Resource, frozen=True, kw_only=True):
    """A lease of coordination.k8s.io."""

    metadata: Metadata
    spec: LeaseSpec = LeaseSpec()


class ListMetadata(_Resource, frozen=True, kw_only=True):
    """Where a list ends."""

    resource_version: str = ""
    continue_: str = msgspec.field(default="", name="continue")


class Kind(msgspec.Struct, frozen=True):
    """Where objects of one kind live in the API."""

    group_version: str
    """`v1` or `group/version`."""
    kind: str
    plural: str
    type: type[Any]

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        return self.group_version.rpartition("/")[0]

    def path(self, namespace: str, name: str | None = None) -> str:
        """Path below the server's address."""
        prefix = f"/apis/{self.group_version}" if "/" in self.group_version else "/api/v1"
        tail = f"/{name}" if name else ""
        return f"{prefix}/namespaces/{namespace}/{self.plural}{tail}"


PODS = Kind("v1", "Pod", "pods", Pod)
DEPLOYMENTS = Kind("apps/v1", "Deployment", "deployments", WorkloadObject)
STATEFUL_SETS = Kind("apps/v1", "StatefulSet", "statefulsets", WorkloadObject)
LEASES = Kind("coordination.k8s.io/v1", "Lease", "leases", Lease)
EVENTS = Kind("events.k8s.io/v1", "Event", "events", dict)
