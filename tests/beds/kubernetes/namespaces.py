"""Network namespaces and the links between them, none of which outlives this process.

A namespace is held by a process, not by a name under /run/netns: it goes with the process, its
links with it, and so nothing is left even after a kill -9.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from beds.kubernetes.leftovers import link_name
from beds.kubernetes.processes import Server, run


class Namespace:
    """A network namespace, held by a process that does nothing else.

    Args:
        name: For logs.
        run_folder: Of the run that it belongs to.
        logs: Where its holder's log goes.
    """

    def __init__(self, name: str, run_folder: Path, logs: Path) -> None:
        self.name = name
        # Watching a file of the run that never changes: idle, and its command line names the run.
        holder = ["unshare", "--net", "--", "tail", "--follow", str(run_folder / "owner.json")]
        self._holder = Server(f"namespace-{name}", holder, logs, ready=self._is_apart)

    def start(self) -> None:
        """Make the namespace, with its loopback up and forwarding on."""
        self._holder.start()
        self._holder.wait_ready(10.0)
        self.run("ip", "link", "set", "lo", "up")
        self.run("sysctl", "-qw", "net.ipv4.ip_forward=1")

    def down(self) -> None:
        """End the namespace; its links go with it."""
        self._holder.kill()

    @property
    def pid(self) -> int:
        """The process that holds it."""
        return self._holder.pid

    @property
    def prefix(self) -> tuple[str, ...]:
        """Put before a command, it makes the command run in this namespace."""
        return ("nsenter", "--target", str(self.pid), "--net", "--")

    def run(self, *command: str, input: str | None = None) -> str:  # noqa: A002 - as subprocess
        """Run a command in the namespace and give what it printed."""
        return run([*self.prefix, *command], input=input)

    def _is_apart(self) -> bool:
        """Whether the holder has left our namespace."""
        ours = Path("/proc/self/ns/net").readlink()
        return Path(f"/proc/{self.pid}/ns/net").readlink() != ours


def link(router: Namespace, device: str, pid: int, subnet: str) -> None:
    """Link the router with the namespace of a process, which gets it as its way to all else.

    Args:
        router: Gets `device` with the address ending in 1.
        device: The router's end; the other end is `eth0` with the address ending in 2.
        pid: Of a process in the other namespace.
        subnet: The first three parts of the address.
    """
    inside = ("nsenter", "--target", str(pid), "--net", "--", "ip", "-batch", "-")
    router.run(
        "ip",
        "-batch",
        "-",
        input=f"""\
link add {device} type veth peer name eth0 netns {pid}
addr add {subnet}.1/24 dev {device}
link set {device} up
""",
    )
    run(
        inside,
        input=f"""\
addr add {subnet}.2/24 dev eth0
link set eth0 up
route add default via {subnet}.1
""",
    )


def link_with_host(namespace: Namespace, run_folder: Path) -> str:
    """Link a namespace with the one of the test process; give its address on that link.

    The one trace of a bed in the host's network: a pair of link-local addresses that no other
    link there has, on a link named after the run, which ends with the namespace.
    """
    ours, theirs = _free_link_local_pair()
    device = link_name(run_folder)
    peer = ("type", "veth", "peer", "name", "host", "netns", str(namespace.pid))
    run(["ip", "link", "add", device, *peer])
    run(["ip", "addr", "add", f"{ours}/30", "dev", device])
    run(["ip", "link", "set", device, "up"])
    namespace.run("ip", "addr", "add", f"{theirs}/30", "dev", "host")
    namespace.run("ip", "link", "set", "host", "up")
    return theirs


def limit_egress(router: Namespace, device: str, rate_mbps: int, unlimited: Sequence[str]) -> None:
    """Make a device of the router a bottleneck with 20 ms of buffer, for all but some sources.

    Args:
        router: The namespace of the device.
        device: Its egress is limited.
        rate_mbps: To this rate in Mbit/s.
        unlimited: Source networks that are let through at 1 Gbit/s: traffic of the control plane
            is not part of an experiment and must not suffer from it.
    """
    buffer_bytes = rate_mbps * 1_000_000 // 8 // 50
    commands = f"""\
qdisc add dev {device} root handle 1: htb default 10
class add dev {device} parent 1: classid 1:10 htb rate {rate_mbps}mbit quantum 3028
class add dev {device} parent 1: classid 1:20 htb rate 1gbit quantum 30280
qdisc add dev {device} parent 1:10 handle 10: bfifo limit {buffer_bytes}
"""
    match = f"filter add dev {device} parent 1: protocol ip prio 1 u32 match ip src"
    commands += "".join(f"{match} {network} flowid 1:20\n" for network in unlimited)
    router.run("tc", "-batch", "-", input=commands)


def _free_link_local_pair() -> tuple[str, str]:
    """Find two addresses of a /30 that no link of the host's namespace uses."""
    used = run(["ip", "-4", "-brief", "addr"])
    for third in range(64, 128):
        for fourth in range(0, 256, 4):
            if f"169.254.{third}.{fourth + 1}/" not in used:
                return f"169.254.{third}.{fourth + 1}", f"169.254.{third}.{fourth + 2}"
    message = "no free link-local addresses on this host: remove links named nk*"
    raise RuntimeError(message)


def is_root() -> bool:
    """Whether this process may make namespaces at all."""
    return os.geteuid() == 0
