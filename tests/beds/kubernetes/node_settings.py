"""The settings of a node's three parts, every one that is not a default with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from beds.kubernetes.images import PAUSE

# Inside the node /run is its own, which keeps the sockets' paths below the kernel's 107 bytes.
CONTAINERD_SOCKET = "/run/containerd/containerd.sock"

PodNetwork = Literal["bridge", "ptp"]


def containerd(folder: Path, cni_plugins: Path, cni_settings: Path) -> str:
    """Give containerd's settings; its state goes with the node, its images to `folder`.

    `restrict_oom_score_adj`: without CAP_SYS_RESOURCE (a root that has not all rights) each
    sandbox would die with "can't get final child's PID from pipe: EOF".
    """
    snapshotters = ("btrfs", "zfs", "aufs", "devmapper")
    unused = (*(f"snapshotter.v1.{name}" for name in snapshotters), "internal.v1.opt")
    disabled = ", ".join(f'"io.containerd.{name}"' for name in unused)
    cri = 'plugins."io.containerd.grpc.v1.cri"'
    return f"""\
version = 2
root = "{folder}"
state = "/run/containerd/state"
disabled_plugins = [{disabled}]
[grpc]
  address = "{CONTAINERD_SOCKET}"
[{cri}]
  sandbox_image = "{PAUSE}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
[{cri}.cni]
  bin_dir = "{cni_plugins}"
  conf_dir = "{cni_settings}"
[{cri}.containerd]
  snapshotter = "overlayfs"
  default_runtime_name = "runc"
[{cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[{cri}.containerd.runtimes.runc.options]
  SystemdCgroup = false
  Root = "/run/runc"
"""


def kubelet(folder: Path, address: str, cgroup: str) -> Mapping[str, object]:
    """Give kubelet's settings (KubeletConfiguration); JSON is YAML, so they are written as such."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "failCgroupV1": False,
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{cgroup}",
        "enforceNodeAllocatable": ["pods"],
        "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
        # Reached over the bed's own network only; the API server's exec and logs need no more.
        "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
        "authorization": {"mode": "AlwaysAllow"},
        "address": address,
        "readOnlyPort": 0,
        "failSwapOn": False,
        "makeIPTablesUtilChains": False,  # no kube-proxy here that would need them
        "clusterDNS": ["10.96.0.10"],  # nobody answers there, but pods get a resolv.conf
        "resolvConf": "",
        # A full disk of a test machine is no reason to evict pods.
        "imageGCHighThresholdPercent": 100,
        "evictionHard": {
            "nodefs.available": "1%",
            "imagefs.available": "1%",
            "memory.available": "50Mi",
        },
        "podLogsDir": str(folder / "pod-logs"),
        "volumePluginDir": str(folder / "volume-plugins"),
        "maxPods": 110,
        "nodeStatusUpdateFrequency": "2s",
        "syncFrequency": "10s",
    }


def cni(node: str, kind: PodNetwork, pod_network: str) -> Mapping[str, object]:
    """Give the list of CNI plug-ins: the pods' network, then the limits of their annotations."""
    addresses = {
        "type": "host-local",
        "dataDir": "/run/cni-addresses",
        "ranges": [[{"subnet": pod_network}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    main: dict[str, object] = {"type": kind, "ipMasq": False, "mtu": 1500, "ipam": addresses}
    if kind == "bridge":
        main |= {"bridge": "cni0", "isGateway": True, "hairpinMode": True}
    limits = {"type": "bandwidth", "capabilities": {"bandwidth": True}}
    return {"cniVersion": "0.4.0", "name": f"bed-{node}", "plugins": [main, limits]}
