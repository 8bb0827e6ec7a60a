"""A real control plane: etcd, kube-apiserver and, where wanted, its two loops.

Each server is started, stopped, killed and hung by itself (`control_plane.api_server.stop()`), on
addresses that stay the same, so that a test can break one part of it and watch what a client does.
"""

from __future__ import annotations

import os
import subprocess
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from beds.kubernetes import binaries, commands, leftovers
from beds.kubernetes.api import Api
from beds.kubernetes.credentials import ADMIN, CONTROLLER_MANAGER, SCHEDULER, Credentials
from beds.kubernetes.place import Place, on_loopback
from beds.kubernetes.processes import Server, ServerError, wait_until


class ControlPlane:
    """A control plane of its own, in a folder of its own that goes with it.

    Use it as a context manager, or call `start` and `down`.

    Args:
        controller_manager: Also run kube-controller-manager: Deployments make pods, namespaces
            can be deleted and have their default ServiceAccount.
        scheduler: Also run kube-scheduler.
        controllers: Which of its controllers the controller-manager runs.
        nodes: Names of the nodes that get credentials.
        place: Where it runs; the default is loopback.
        folder: Where its state goes; the default makes one.

    Attributes:
        etcd: One of the servers, each to be stopped, started, killed and hung by itself.
        api_server: Another.
        controller_manager: Another, None where it was not asked for.
        scheduler: Another, None where it was not asked for.
        api: A bare client with the rights of an administrator.
        logs: The folder of the servers' logs.
    """

    def __init__(
        self,
        *,
        controller_manager: bool = False,
        scheduler: bool = False,
        controllers: str = "*",
        nodes: Sequence[str] = (),
        place: Place | None = None,
        folder: Path | None = None,
    ) -> None:
        loops = {"kube-controller-manager": controller_manager, "kube-scheduler": scheduler}
        wanted = ["etcd", "kube-apiserver", "kubectl", *(name for name in loops if loops[name])]
        self._binaries = binaries.provide(wanted)
        self.place = on_loopback() if place is None else place
        self.folder = leftovers.make_run_folder() if folder is None else folder
        self.logs = leftovers.log_folder(self.folder)
        addresses = [self.place.address, self.place.outside_address, "127.0.0.1"]
        self.credentials = Credentials(self.folder / "credentials", addresses, nodes)
        self.api = self.connect()
        self.etcd = self._server("etcd", commands.etcd(self.folder, self.place))
        arguments = commands.api_server(self.place, self.credentials)
        self.api_server = self._server("kube-apiserver", arguments)
        self.controller_manager = self._controller_manager(controllers, controller_manager)
        self.scheduler = self._scheduler(scheduler)

    @property
    def server(self) -> str:
        """The API server's URL for the test process."""
        return f"https://{self.place.outside_address}:{self.place.api_port}"

    @property
    def inside_server(self) -> str:
        """The API server's URL for nodes and for what runs beside it."""
        return f"https://{self.place.address}:{self.place.api_port}"

    @property
    def servers(self) -> list[Server]:
        """All servers of this control plane, in the order of their start."""
        loops = [self.controller_manager, self.scheduler]
        return [self.etcd, self.api_server, *(loop for loop in loops if loop is not None)]

    def start(self) -> None:
        """Start all servers and wait until the API can be used.

        Raises:
            ServerError: One ended or did not become ready; with the end of its log.
        """
        for server in self.servers:
            server.start()
            server.wait_ready()
        if self.controller_manager is not None:
            self.wait_for_account("default")

    def wait_for_account(self, namespace: str) -> None:
        """Wait for a namespace's default ServiceAccount: no pod can be made before it is there."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/default"
        what = f"default ServiceAccount of {namespace}"
        wait_until(lambda: self.api.exists(path), what, servers=self.servers)

    def down(self) -> None:
        """End all servers at once and remove their state; nothing of it is wanted any more."""
        self.api.close()
        for server in reversed(self.servers):
            server.kill()
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

    def connect(self, timeout_s: float = 10.0) -> Api:
        """Make another bare client with the rights of an administrator."""
        token = self.credentials.token(ADMIN)
        return Api(self.server, self.credentials.authority, token, timeout_s)

    def kubeconfig(self, user: str = ADMIN, *, inside: bool = False) -> Path:
        """Write a kubeconfig for one of the static users.

        Args:
            user: `admin`, `system:node:NAME`, `system:kube-scheduler` and so on.
            inside: With the address for nodes and for what runs beside the API server.
        """
        file_name = f"{user.replace(':', '-')}{'-inside' if inside else ''}.kubeconfig"
        token = self.credentials.token(user)
        return self.credentials.kubeconfig(self._url(inside=inside), token, file_name)

    def service_account_kubeconfig(
        self, namespace: str, name: str, *, inside: bool = False, duration_s: int = 3600
    ) -> Path:
        """Write a kubeconfig with a token of an existing ServiceAccount (TokenRequest).

        What uses it has the rights that Roles give to that account and nothing more.

        Args:
            namespace: Of the account; it also becomes the kubeconfig's default namespace.
            name: Of the account.
            inside: With the address for nodes and for what runs beside the API server.
            duration_s: How long the token holds; the API server takes no less than 600 s.

        Raises:
            ApiError: There is no such account.
        """
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
        kind = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"}
        answer = self.api.request("POST", path, kind | {"spec": {"expirationSeconds": duration_s}})
        token = answer["status"]["token"]
        file_name = f"account-{namespace}-{name}{'-inside' if inside else ''}.kubeconfig"
        url = self._url(inside=inside)
        return self.credentials.kubeconfig(url, token, file_name, namespace)

    def kubectl(
        self,
        *arguments: str,
        input: str | None = None,  # noqa: A002 - as subprocess.run names it
        kubeconfig: Path | None = None,
        timeout_s: float = 60.0,
    ) -> str:
        """Run kubectl, as administrator unless a kubeconfig is given, and give what it printed.

        Raises:
            ServerError: It failed; the message has its words.
        """
        done = self.try_kubectl(*arguments, input=input, kubeconfig=kubeconfig, timeout_s=timeout_s)
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip()
            raise ServerError(f"kubectl {' '.join(arguments)}: {said}")
        return done.stdout

    def try_kubectl(
        self,
        *arguments: str,
        input: str | None = None,  # noqa: A002 - as subprocess.run names it
        kubeconfig: Path | None = None,
        timeout_s: float = 60.0,
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl and give its exit code and output, for tests that expect a refusal."""
        config = self.kubeconfig() if kubeconfig is None else kubeconfig
        # Its discovery cache goes to HOME, and no setting of the caller's may reach it.
        environment = {"HOME": str(self.folder), "PATH": os.environ.get("PATH", os.defpath)}
        return subprocess.run(
            [self._binaries["kubectl"], "--kubeconfig", config, *arguments],
            input=input,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def _url(self, *, inside: bool) -> str:
        return self.inside_server if inside else self.server

    def _server(self, name: str, arguments: Sequence[str]) -> Server:
        """Describe one server of this control plane."""
        ready = {"kube-apiserver": self.api.is_ready, "etcd": self._etcd_is_healthy}.get(name)
        command = [*self.place.prefix, str(self._binaries[name]), *arguments]
        return Server(name, command, self.logs, ready=ready)

    def _controller_manager(self, controllers: str, wanted: bool) -> Server | None:
        if not wanted:
            return None
        config = self.kubeconfig(CONTROLLER_MANAGER, inside=True)
        arguments = commands.controller_manager(config, self.credentials, controllers)
        return self._server("kube-controller-manager", arguments)

    def _scheduler(self, wanted: bool) -> Server | None:
        if not wanted:
            return None
        config = self.kubeconfig(SCHEDULER, inside=True)
        return self._server("kube-scheduler", commands.scheduler(config))

    def _etcd_is_healthy(self) -> bool:
        """Ask etcd whether it serves; it has no leader for its first moments."""
        url = f"http://{self.place.outside_address}:{self.place.etcd_health_port}/health"
        try:
            with urllib.request.urlopen(url, timeout=2.0) as answer:
                return b'"true"' in answer.read()
        except OSError:
            return False
