"""One real node: kubelet, containerd, runc and CNI in namespaces of their own.

Two kinds of pod network, as clusters have them: `bridge` (a bridge of the node, a veth for each
pod) and `ptp` (a veth for each pod and a route to it), both followed by the plug-in `bandwidth`.
"""

from __future__ import annotations

import json
from pathlib import Path

from beds.kubernetes import cgroups, node_settings
from beds.kubernetes.node_settings import CONTAINERD_SOCKET, PodNetwork
from beds.kubernetes.processes import Server, ServerError, run

CNI_FOLDERS = (Path("/usr/lib/cni"), Path("/opt/cni/bin"))
CNI_PLUGINS = ("bandwidth", "bridge", "host-local", "loopback", "ptp")


def cni_folder() -> Path | None:
    """Find the folder that has every CNI plug-in of the bed, None where there is none."""
    for folder in CNI_FOLDERS:
        if all((folder / name).exists() for name in CNI_PLUGINS):
            return folder
    return None


class Node:
    """A node of a cluster: `begin`, then its two servers, then `down`.

    Args:
        name: Its name and hostname.
        kind: How its pods are connected.
        address: Its own address.
        pod_network: Of its pods, as `10.244.1.0/24`.
        run_folder: Of the run; its state goes to a folder in there.
        logs: Where its logs go.

    Attributes:
        containerd: One of its servers, to be stopped, started, killed and hung by itself.
        kubelet: The other. Both are there once they have been started.
    """

    containerd: Server
    kubelet: Server

    def __init__(
        self,
        name: str,
        kind: PodNetwork,
        *,
        address: str,
        pod_network: str,
        run_folder: Path,
        logs: Path,
    ) -> None:
        self.name = name
        self.kind = kind
        self.address = address
        self.pod_network = pod_network
        self.folder = run_folder / name
        self._logs = logs
        self._cgroup = f"{run_folder.name}-{name}"
        apart = ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--mount-proc"]
        script = Path(__file__).parent / "node_init.sh"
        command: list[str | Path] = [*apart, "--kill-child", "--", "sh", script, name, self.folder]
        # The pid that matters is the child of unshare: PID 1 of the node.
        self._init = Server(f"{name}-init", command, logs, ready=self._is_initialised, inner=True)

    def begin(self) -> None:
        """Make its cgroups and namespaces; does not wait."""
        self.folder.mkdir()
        cgroups.make_root(self._cgroup)
        self._init.start()

    def wait_initialised(self) -> None:
        """Wait until its namespaces are ready for servers.

        Raises:
            ServerError: They could not be made; with the words of what failed.
        """
        self._init.wait_ready(20.0)

    def start_containerd(self) -> None:
        """Start its container runtime; does not wait.

        Raises:
            FileNotFoundError: This machine lacks CNI plug-ins.
        """
        plugins = cni_folder()
        if plugins is None:
            raise FileNotFoundError(f"no CNI plug-ins in {CNI_FOLDERS}: install them")
        cni = node_settings.cni(self.name, self.kind, self.pod_network)
        (self.folder / "cni").mkdir()
        (self.folder / "cni/10-bed.conflist").write_text(json.dumps(cni))
        settings = self.folder / "containerd.toml"
        images = self.folder / "containerd"
        settings.write_text(node_settings.containerd(images, plugins, self.folder / "cni"))
        command = ["containerd", "--config", str(settings)]
        self.containerd = self._server("containerd", command)
        self.containerd.start()

    def start_kubelet(self, kubelet: Path, kubeconfig: Path) -> None:
        """Start its kubelet with the credentials of this node; does not wait."""
        config = self.folder / "kubelet.json"
        settings = node_settings.kubelet(self.folder, self.address, self._cgroup)
        config.write_text(json.dumps(settings))
        command = [
            str(kubelet),
            f"--config={config}",
            f"--kubeconfig={kubeconfig}",
            f"--root-dir={self.folder / 'kubelet'}",
            f"--cert-dir={self.folder / 'kubelet-certificates'}",
            f"--hostname-override={self.name}",
            f"--node-ip={self.address}",
        ]
        self.kubelet = self._server("kubelet", command)
        self.kubelet.start()

    def import_image(self, archive: Path) -> None:
        """Import the images of a `docker save` archive into its container runtime."""
        self.run("ctr", "--namespace", "k8s.io", "images", "import", str(archive))

    def down(self) -> None:
        """End PID 1 and, with it, every process, mount and link of the node."""
        self._init.kill()
        for server in (getattr(self, name, None) for name in ("containerd", "kubelet")):
            if server is not None:
                server.kill()  # it is dead already; this collects its exit code

    @property
    def pid(self) -> int:
        """Its PID 1, as the test process sees it."""
        return self._init.pid

    @property
    def prefix(self) -> tuple[str, ...]:
        """Put before a command, it makes the command run on this node.

        Not `ip netns exec`: that remounts /sys and loses the cgroups.
        """
        return ("nsenter", "--target", str(self.pid), "--net", "--mount", "--pid", "--uts", "--")

    def run(self, *command: str, timeout_s: float = 60.0) -> str:
        """Run a command on the node and give what it printed.

        Raises:
            ServerError: It failed; the message has its words.
        """
        return run([*self.prefix, *command], timeout_s=timeout_s)

    def processes(self) -> list[int]:
        """Find the pids of all processes of the node, as the test process sees them."""
        mine = Path(f"/proc/{self.pid}/ns/pid").readlink()
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and (entry / "ns/pid").readlink() == mine:
                    found.append(int(entry.name))
            except OSError:
                continue  # it ended meanwhile
        return found

    def _is_initialised(self) -> bool:
        return (self.folder / "initialised").exists()

    def _server(self, name: str, command: list[str]) -> Server:
        ready = self._containerd_answers if name == "containerd" else None
        whole = [*self.prefix, *command]
        return Server(f"{self.name}-{name}", whole, self._logs, ready=ready, inner=True)

    def _containerd_answers(self) -> bool:
        """Whether containerd has made its socket and answers on it."""
        try:
            self.run("ctr", "--address", CONTAINERD_SOCKET, "version", timeout_s=5.0)
        except ServerError:
            return False
        return True
