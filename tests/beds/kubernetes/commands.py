"""The command line of each server of a control plane, every setting with its reason."""

from __future__ import annotations

from pathlib import Path

from beds.kubernetes.credentials import SERVICE_NETWORK, Credentials
from beds.kubernetes.place import Place


def etcd(folder: Path, place: Place) -> list[str]:
    """One member on loopback that does not sync to disk: it lives no longer than the run."""
    client = f"http://127.0.0.1:{place.etcd_port}"
    peer = f"http://127.0.0.1:{place.etcd_peer_port}"
    return [
        "--name=bed",
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=bed={peer}",
        f"--listen-metrics-urls=http://{place.outside_address}:{place.etcd_health_port}",
        # A member alone elects itself after this time: 0.1 s instead of 1 s at each start.
        "--election-timeout=100",
        "--heartbeat-interval=10",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def api_server(place: Place, credentials: Credentials) -> list[str]:
    """An API server with the authorisation, admission and validation of a real cluster."""
    key = credentials.folder / "service-accounts.key"
    bind = "0.0.0.0" if place.in_cluster else place.address  # noqa: S104 - in its own namespace
    arguments = [
        f"--etcd-servers=http://127.0.0.1:{place.etcd_port}",
        f"--bind-address={bind}",
        f"--secure-port={place.api_port}",
        f"--advertise-address={place.address}",
        f"--tls-cert-file={credentials.folder / 'server.crt'}",
        f"--tls-private-key-file={credentials.folder / 'server.key'}",
        f"--token-auth-file={credentials.token_file}",
        "--authorization-mode=Node,RBAC",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-cluster-ip-range={SERVICE_NETWORK}",
        "--allow-privileged=true",
        "--enable-admission-plugins=NodeRestriction",
        # It would taint a new node until the controller-manager looks again: 5 s of waiting.
        "--disable-admission-plugins=TaintNodesByCondition",
        "--kubelet-preferred-address-types=InternalIP",
        # Without it a TERM waits for open watches until the request timeout, a minute.
        "--shutdown-watch-termination-grace-period=1s",
        "--profiling=false",
    ]
    if not place.in_cluster:
        # Loopback is no valid endpoint of the service `kubernetes`; trying fails every 10 s.
        arguments.append("--endpoint-reconciler-type=none")
    return arguments


def controller_manager(kubeconfig: Path, credentials: Credentials, controllers: str) -> list[str]:
    """All controllers, or those named, without a leader election that nobody contests."""
    return [
        f"--kubeconfig={kubeconfig}",
        f"--service-account-private-key-file={credentials.folder / 'service-accounts.key'}",
        f"--root-ca-file={credentials.authority}",
        f"--controllers={controllers}",
        "--leader-elect=false",
        "--allocate-node-cidrs=false",
        "--secure-port=0",  # nobody asks it, and two beds would want the same port
        # With an account for each controller it waits 4 s for the API server to make them.
        "--use-service-account-credentials=false",
        "--node-monitor-period=2s",
        "--node-monitor-grace-period=20s",
        # Its defaults, 20 and 30, would make hundreds of pods wait for the client's own limiter.
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
    ]


def scheduler(kubeconfig: Path) -> list[str]:
    """The default scheduler, without a leader election that nobody contests."""
    return [f"--kubeconfig={kubeconfig}", "--leader-elect=false", "--secure-port=0"]
