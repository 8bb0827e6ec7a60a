"""Standing orders of an operator, and giving pods their own limits back.

Both are written to the cluster with the operator's own credentials, never through the daemon:
so they survive its restarts, and its HTTP server stays read-only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from netkeel.adapters.kubernetes.client import KubernetesClient
from netkeel.adapters.kubernetes.names import EGRESS_BANDWIDTH, HOLD, ORIGINAL
from netkeel.adapters.kubernetes.resources import DEPLOYMENTS, PODS, STATEFUL_SETS
from netkeel.adapters.kubernetes.selection import matches, selector_text
from netkeel.errors import ConfigurationError, NotMetError
from netkeel.model.gate import Hold
from netkeel.settings import Configuration, Workload


def chosen(configuration: Configuration, names: Sequence[str]) -> list[Workload]:
    """The workloads named, or all.

    Raises:
        ConfigurationError: A name is no configured workload's.
    """
    known = {w.name: w for w in configuration.workloads}
    for name in names:
        if name not in known:
            all_names = ", ".join(sorted(known))
            raise ConfigurationError(f"{name!r} is no configured workload: one of {all_names}")
    return [known[name] for name in names] if names else list(known.values())


async def set_hold(
    configuration: Configuration, names: Sequence[str], hold: Hold | None
) -> list[dict[str, Any]]:
    """Label the workloads' Deployments and StatefulSets; None takes the label away.

    Raises:
        KubernetesError: The API server refused or could not be reached.
        NotMetError: A workload has neither.
    """
    client = KubernetesClient(configuration.kubernetes)
    body = {"metadata": {"labels": {HOLD: None if hold is None else hold.value}}}
    try:
        return [
            row
            for workload in chosen(configuration, names)
            for row in await _label(client, workload, body)
        ]
    finally:
        await client.aclose()


async def _label(
    client: KubernetesClient, workload: Workload, body: dict[str, Any]
) -> list[dict[str, Any]]:
    rows = []
    for kind in (DEPLOYMENTS, STATEFUL_SETS):
        items, _ = await client.list(kind, workload.namespace)
        for item in items:
            if matches(workload.selector.match_labels, item.spec.template.metadata.labels):
                name = item.metadata.name
                stored = await client.patch(kind, workload.namespace, name, body)
                hold = stored.metadata.labels.get(HOLD)
                where = f"{kind.kind.lower()}/{name}"
                rows.append({"workload": workload.name, "object": where, "hold": hold})
    if not rows:
        labels = selector_text(workload.selector.match_labels)
        raise NotMetError(
            f"{workload.name} has no Deployment or StatefulSet in namespace {workload.namespace} "
            f"whose template has {labels}: check the selector"
        )
    return rows


async def restore(configuration: Configuration, names: Sequence[str]) -> list[dict[str, Any]]:
    """Give every pod that netkeel wrote to the value that it had before.

    Raises:
        KubernetesError: The API server refused or could not be reached.
    """
    client = KubernetesClient(configuration.kubernetes)
    rows = []
    try:
        for workload in chosen(configuration, names):
            selector = selector_text(workload.selector.match_labels)
            pods, _ = await client.list(PODS, workload.namespace, selector)
            for pod in pods:
                original = pod.metadata.annotations.get(ORIGINAL)
                if original is None:
                    continue
                annotations = {EGRESS_BANDWIDTH: original or None, ORIGINAL: None}
                body = {"metadata": {"annotations": annotations}}
                await client.patch(PODS, workload.namespace, pod.metadata.name, body)
                row = {"workload": workload.name, "pod": pod.metadata.name}
                rows.append(row | {"restored": original or "no limit"})
    finally:
        await client.aclose()
    return rows
