"""A governed workload on a real API server without nodes.

The pods are objects of the API server; only their status, which a kubelet would write, is written
here. What a node does with a limit is not shown by tests that use this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from beds.kubernetes.controlplane import ControlPlane
from netkeel.adapters.kubernetes.names import EGRESS_BANDWIDTH
from netkeel.control.laws import law_settings
from netkeel.settings import Configuration, convert

LABELS = {"app": "telemetry-upload"}


@dataclass
class Telemetry:
    """A Deployment called telemetry-upload-deployment and pods that carry its labels."""

    control_plane: ControlPlane
    namespace: str

    def create(self, pods: int = 2, annotations: dict[str, str] | None = None) -> None:
        """Make the Deployment and its pods, running."""
        spec = {"selector": {"matchLabels": LABELS}, "replicas": pods, "template": self._template()}
        self._post("/apis/apps/v1", "deployments", "telemetry-upload-deployment", {"spec": spec})
        for number in range(pods):
            self.add_pod(f"telemetry-{number}", annotations)

    def add_pod(self, name: str, annotations: dict[str, str] | None = None) -> None:
        """Make one running pod."""
        body = {"spec": self._template()["spec"] | {"nodeName": "n1"}}
        metadata = {"labels": LABELS, "annotations": annotations or {}}
        self._post("/api/v1", "pods", name, body, metadata)
        running = {"status": {"phase": "Running"}}
        self._patch(f"{self._pod(name)}/status", running)

    def delete_pod(self, name: str) -> None:
        """Remove one pod at once."""
        self.control_plane.api.request("DELETE", f"{self._pod(name)}?gracePeriodSeconds=0")

    def annotate(self, name: str, value: str | None) -> None:
        """Write a pod's limit as somebody else would."""
        self._patch(self._pod(name), {"metadata": {"annotations": {EGRESS_BANDWIDTH: value}}})

    def label_deployment(self, **labels: str | None) -> None:
        """Label the Deployment; underscores stand for the prefix netkeel.dev/."""
        path = f"/apis/apps/v1/namespaces/{self.namespace}/deployments/telemetry-upload-deployment"
        named = {f"netkeel.dev/{key}": value for key, value in labels.items()}
        self._patch(path, {"metadata": {"labels": named}})

    def deployment(self) -> Any:  # noqa: ANN401 - JSON
        """The Deployment as the API server has it."""
        path = f"/apis/apps/v1/namespaces/{self.namespace}/deployments/telemetry-upload-deployment"
        return self.control_plane.api.get(path)

    def pods(self) -> list[Any]:
        """The pods as the API server has them."""
        path = f"/api/v1/namespaces/{self.namespace}/pods"
        items: list[Any] = self.control_plane.api.get(path)["items"]
        return items

    def limits(self) -> dict[str, str | None]:
        """Each pod's annotation as the API server has it."""
        return {
            pod["metadata"]["name"]: pod["metadata"].get("annotations", {}).get(EGRESS_BANDWIDTH)
            for pod in self.pods()
        }

    def _template(self) -> dict[str, Any]:
        containers = [{"name": "c", "image": "localhost/none:1"}]
        spec = {"containers": containers, "automountServiceAccountToken": False}
        return {"metadata": {"labels": LABELS}, "spec": spec | {"serviceAccountName": "default"}}

    def _pod(self, name: str) -> str:
        return f"/api/v1/namespaces/{self.namespace}/pods/{name}"

    def _post(
        self,
        group: str,
        plural: str,
        name: str,
        body: dict[str, Any],
        metadata: dict[str, Any] | None = None,
    ) -> None:
        path = f"{group}/namespaces/{self.namespace}/{plural}"
        kind = {"deployments": "Deployment", "pods": "Pod"}[plural]
        version = group.removeprefix("/apis/").removeprefix("/api/")
        whole = {
            "apiVersion": version,
            "kind": kind,
            "metadata": {"name": name, **(metadata or {})},
        }
        self.control_plane.api.request("POST", path, whole | body)

    def _patch(self, path: str, body: object) -> None:
        self.control_plane.api.request("PATCH", path, body, "application/merge-patch+json")


def configuration(control_plane: ControlPlane, namespace: str, **workload: Any) -> Configuration:  # noqa: ANN401 - raw YAML
    """A configuration that governs the telemetry pods of a namespace as administrator."""
    raw = {
        "step": "1s",
        "sources": [
            {"name": "s", "prometheus": {"url": "http://127.0.0.1:9", "preset": "netkeel"}}
        ],
        "objectives": [{"name": "robot-control"}],
        "workloads": [
            {
                "name": "telemetry-upload",
                "namespace": namespace,
                "selector": {"matchLabels": LABELS},
                **workload,
            }
        ],
        "kubernetes": {"kubeconfig": str(control_plane.kubeconfig())},
        "server": {"listen": "127.0.0.1:0"},
    }
    return convert(raw, law_settings())
