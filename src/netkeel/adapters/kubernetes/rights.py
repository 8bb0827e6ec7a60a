"""Which rights netkeel needs, each with its reason, and which of them are missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from netkeel.adapters.kubernetes.client import Api
from netkeel.settings.schema import Configuration

_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


@dataclass(frozen=True, slots=True)
class Right:
    """One verb on one resource."""

    verb: str
    group: str
    resource: str
    namespace: str
    reason: str
    name: str = ""

    def __str__(self) -> str:
        """As people say it."""
        group = f".{self.group}" if self.group else ""
        one = f" {self.name}" if self.name else ""
        return f"{self.verb} {self.resource}{group}{one} in namespace {self.namespace}"


_GOVERNED = (
    ("", "pods", "to see which pods can send and what limits they have"),
    ("apps", "deployments", "to find the workload, its hold and its rollouts"),
    ("apps", "statefulsets", "to find the workload and its hold"),
)


def rights_needed(configuration: Configuration) -> list[Right]:
    """Every right that a configuration makes necessary, without duplicates."""
    rights: dict[Right, None] = {}
    for workload in configuration.workloads:
        namespace = workload.namespace
        for group, resource, why in _GOVERNED:
            for verb in ("list", "watch"):
                rights[Right(verb, group, resource, namespace, why)] = None
        if workload.gate == "pod-annotation":
            why = "to write the limit of a pod"
            rights[Right("patch", "", "pods", namespace, why)] = None
        for resource in ("deployments", "statefulsets"):
            why = "to note wanted, applied and reason on the workload"
            rights[Right("patch", "apps", resource, namespace, why)] = None
    return [*rights, *_lease_rights(configuration)]


def _lease_rights(configuration: Configuration) -> list[Right]:
    lease = configuration.kubernetes.leader_election
    if not lease.enabled:
        return []
    group, why = "coordination.k8s.io", "to elect a leader among replicas"
    return [
        Right("create", group, "leases", lease.namespace, why),
        Right("get", group, "leases", lease.namespace, why, lease.name),
        Right("update", group, "leases", lease.namespace, why, lease.name),
    ]


async def missing_rights(api: Api, rights: Iterable[Right]) -> list[Right]:
    """The rights that the API server denies this process.

    Raises:
        KubernetesError: The server could not be asked.
    """
    return [right for right in rights if not await _is_granted(api, right)]


async def _is_granted(api: Api, right: Right) -> bool:
    attributes = {
        "verb": right.verb,
        "group": right.group,
        "resource": right.resource,
        "namespace": right.namespace,
        "name": right.name,
    }
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    answer = await api.post(_REVIEW, body)
    return bool(answer.get("status", {}).get("allowed", False))
