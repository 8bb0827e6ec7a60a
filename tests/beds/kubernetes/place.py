"""Where a control plane runs, and the addresses and ports by which it is reached."""

from __future__ import annotations

import random
import socket
from dataclasses import dataclass

from beds.kubernetes.processes import ServerError

# Below the range that the kernel takes ports of outgoing connections from. Above, a client that
# keeps trying a stopped server's port on loopback in the end connects to itself, and holds it.
FREE_PORTS = range(20_000, 32_000)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the servers run and by which addresses they are reached.

    Attributes:
        prefix: Put before each command, to enter a network namespace.
        address: What the servers and nodes use.
        outside_address: What the test process uses.
        api_port: Of the API server.
        etcd_port: Of etcd, for the API server alone.
        etcd_peer_port: Of etcd, for members that it does not have; it insists on one.
        etcd_health_port: Where etcd says how it is, and nothing else.
        in_cluster: Pods reach it: its address is published in the service `kubernetes`.
    """

    prefix: tuple[str, ...]
    address: str
    outside_address: str
    api_port: int
    etcd_port: int
    etcd_peer_port: int
    etcd_health_port: int
    in_cluster: bool


def on_loopback() -> Place:
    """Give a place on this machine's loopback, on ports that are free now."""
    here = "127.0.0.1"
    return Place((), here, here, *free_ports(), in_cluster=False)


def in_namespace(prefix: tuple[str, ...], address: str, outside_address: str) -> Place:
    """Give a place in a network namespace of its own, where every port is free.

    The API server takes port 443, the one of the service `kubernetes`: with that service's
    address on the namespace's loopback, pods reach it without kube-proxy.
    """
    return Place(prefix, address, outside_address, 443, 2379, 2380, 2381, in_cluster=True)


def free_ports() -> tuple[int, int, int, int]:
    """Find four TCP ports of loopback that nothing listens on.

    Raises:
        ServerError: There are none to be had.
    """
    found: list[int] = []
    for port in random.SystemRandom().sample(FREE_PORTS, 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == 4:
            return found[0], found[1], found[2], found[3]
    raise ServerError("found no four free ports on loopback: see what listens on 20000 to 32000")
