"""A cluster of two real nodes behind a router, with a 100 Mbit/s bottleneck towards each node.

    host --(link-local)-- control plane --+
                                        router --+-- n1  pods 10.244.1.0/24, bridge
                                                 +-- n2  pods 10.244.2.0/24, ptp

The test process reaches the API server from the host's namespace. What must reach pods (a
Prometheus, say) is started in the control plane's namespace with `control_plane.place.prefix`,
and is reached from pods at `CONTROL_PLANE_ADDRESS` and from the test process at
`control_plane.place.outside_address`.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from beds.kubernetes import binaries, leftovers
from beds.kubernetes.controlplane import ControlPlane
from beds.kubernetes.credentials import SERVICE_ADDRESS, node_user
from beds.kubernetes.images import write_bed_images
from beds.kubernetes.namespaces import Namespace, limit_egress, link, link_with_host
from beds.kubernetes.node import Node
from beds.kubernetes.place import in_namespace
from beds.kubernetes.processes import wait_until

BOTTLENECK_MBPS = 100
CONTROL_PLANE_NETWORK = "172.30.3"
CONTROL_PLANE_ADDRESS = f"{CONTROL_PLANE_NETWORK}.2"


class Cluster:
    """Two real nodes, `n1` and `n2`, and their control plane; needs root.

    Use it as a context manager, or call `start` and `down`.

    Attributes:
        control_plane: With all loops; there once the cluster has started.
        nodes: The nodes by name.
        router: The namespace that joins them.
    """

    control_plane: ControlPlane

    def __init__(self) -> None:
        self._kubelet = binaries.provide()["kubelet"]
        self.folder = leftovers.make_run_folder()
        logs = leftovers.log_folder(self.folder)
        self.router = Namespace("router", self.folder, logs)
        self._control = Namespace("control-plane", self.folder, logs)
        kinds = {"n1": "bridge", "n2": "ptp"}
        self.nodes = {
            name: Node(
                name,
                "bridge" if kind == "bridge" else "ptp",
                address=f"172.30.{number}.2",
                pod_network=f"10.244.{number}.0/24",
                run_folder=self.folder,
                logs=logs,
            )
            for number, (name, kind) in enumerate(kinds.items(), start=1)
        }

    def start(self) -> None:
        """Start everything and wait until a pod can be made on either node.

        Raises:
            ServerError: A part ended or did not become ready; with the end of its log.
        """
        for node in self.nodes.values():
            node.begin()
        outside = self._join()
        place = in_namespace(self._control.prefix, CONTROL_PLANE_ADDRESS, outside)
        self.control_plane = ControlPlane(
            controller_manager=True,
            scheduler=True,
            nodes=list(self.nodes),
            place=place,
            folder=self.folder,
        )
        self.control_plane.etcd.start()
        for node in self.nodes.values():  # while the API server starts
            node.start_containerd()
        self.control_plane.api_server.start()
        images = write_bed_images(self.folder / "images.tar")
        self.import_image(images)
        self.control_plane.start()
        for name, node in self.nodes.items():
            kubeconfig = self.control_plane.kubeconfig(node_user(name), inside=True)
            node.start_kubelet(self._kubelet, kubeconfig)
        for name in self.nodes:
            self.wait_node_ready(name)

    def import_image(self, archive: Path) -> None:
        """Import the images of a `docker save` archive on every node.

        Pods use them with `imagePullPolicy: Never`, by the names that the archive gives.
        """
        for node in self.nodes.values():
            node.containerd.wait_ready()
            node.import_image(archive)

    def wait_node_ready(self, name: str, deadline_s: float = 60.0) -> None:
        """Wait until a node is ready and nothing keeps pods from it.

        Raises:
            ServerError: It did not become so in time; with the end of its logs.
        """
        node = self.nodes[name]
        servers = [node.containerd, node.kubelet]
        wait_until(
            lambda: self._is_ready(name),
            f"node {name} ready",
            deadline_s=deadline_s,
            servers=servers,
        )

    def exec_on_node(self, name: str, *command: str, timeout_s: float = 60.0) -> str:
        """Run a command on a node and give what it printed.

        Raises:
            ServerError: It failed; the message has its words.
        """
        return self.nodes[name].run(*command, timeout_s=timeout_s)

    def down(self) -> None:
        """End everything at once; leaves no process, mount, namespace, link, cgroup or file."""
        for node in self.nodes.values():
            node.down()
        if hasattr(self, "control_plane"):
            self.control_plane.down()
        for namespace in (self._control, self.router):
            namespace.down()
        leftovers.clear(self.folder)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.down()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.down()

    def _join(self) -> str:
        """Join control plane and nodes by the router; give the address for the test process."""
        for namespace in (self.router, self._control):
            namespace.start()
        link(self.router, "control-plane", self._control.pid, CONTROL_PLANE_NETWORK)
        outside = link_with_host(self._control, self.folder)
        # The service address of the API server, so that pods find it without kube-proxy.
        self._control.run("ip", "addr", "add", f"{SERVICE_ADDRESS}/32", "dev", "lo")
        self.router.run("ip", "route", "add", SERVICE_ADDRESS, "via", CONTROL_PLANE_ADDRESS)
        unlimited = (f"{CONTROL_PLANE_NETWORK}.0/24", f"{SERVICE_ADDRESS}/32")
        for name, node in self.nodes.items():
            node.wait_initialised()
            link(self.router, name, node.pid, node.address.rpartition(".")[0])
            self.router.run("ip", "route", "add", node.pod_network, "via", node.address)
            limit_egress(self.router, name, BOTTLENECK_MBPS, unlimited)
        return outside

    def _is_ready(self, name: str) -> bool:
        """Whether a node says that it is ready, without a taint that keeps pods away."""
        path = f"/api/v1/nodes/{name}"
        if not self.control_plane.api.exists(path):
            return False
        node: dict[str, Any] = self.control_plane.api.get(path)
        conditions = node["status"].get("conditions", [])
        ready = any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
        return ready and not node["spec"].get("taints")
