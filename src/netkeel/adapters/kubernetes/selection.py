"""Which pods and workloads a configured workload means, and which are never governed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from netkeel.adapters.kubernetes.names import EGRESS_BANDWIDTH, HOLD, MANAGED
from netkeel.adapters.kubernetes.resources import Pod, WorkloadObject
from netkeel.errors import QuantityError
from netkeel.model.gate import Hold
from netkeel.settings.schema import Workload
from netkeel.units import Rate

# Below this the bandwidth plug-in fails to make a sandbox, and Cilium rounds to unlimited.
LOWEST = Rate(1_000)
HIGHEST = Rate(10**15)


def selector_text(labels: Mapping[str, str]) -> str:
    """A label selector as the API takes it."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def matches(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether labels satisfy a selector."""
    return all(labels.get(key) == value for key, value in selector.items())


def limit_of(annotations: Mapping[str, str]) -> Rate | None:
    """The limit that an annotation really means; None where the data plane takes it for none.

    Cilium takes a missing, zero, milli or unparsable value for unlimited.
    """
    text = annotations.get(EGRESS_BANDWIDTH)
    if text is None:
        return None
    try:
        rate = Rate.parse(text)
    except QuantityError:
        return None
    return rate if LOWEST <= rate <= HIGHEST else None


def is_excluded(pod: Pod, workload: Workload) -> bool:
    """Whether a pod is never governed: host network, static, DaemonSet, unless named one by one."""
    named = workload.also_govern
    if f"pod/{pod.metadata.name}" in named:
        return False
    for owner in pod.metadata.owner_references:
        if owner.kind == "Node":  # a static pod's mirror
            return True
        if owner.kind == "DaemonSet" and f"daemonset/{owner.name}" not in named:
            return True
    return pod.spec.host_network


def opted_out(labels: Mapping[str, str]) -> bool:
    """Whether the owner asked netkeel to keep off."""
    return labels.get(MANAGED) == "false"


def hold_of(workloads: Iterable[WorkloadObject]) -> Hold | None:
    """The operator's standing order; of several, the strictest."""
    words = {w.metadata.labels.get(HOLD) for w in workloads}
    for hold in (Hold.FLOOR, Hold.FREEZE, Hold.OPEN):
        if hold.value in words:
            return hold
    return None
