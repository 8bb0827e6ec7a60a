"""Certificates, tokens and kubeconfigs of one control plane.

All made for one run: keys by openssl on P-256 (an RSA pair takes longer than all the rest), and
random tokens in a static token file, the one way to have a user without another server.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from beds.kubernetes.processes import run

SERVICE_NETWORK = "10.96.0.0/16"
SERVICE_ADDRESS = "10.96.0.1"  # of the API server itself: the first of the service network
VALID_DAYS = "30"


@dataclass(frozen=True, slots=True)
class User:
    """A user whom the API server knows by a static token."""

    name: str
    group: str = ""
    token: str = field(default_factory=lambda: secrets.token_hex(16))


ADMIN = "admin"
CONTROLLER_MANAGER = "system:kube-controller-manager"
SCHEDULER = "system:kube-scheduler"


def node_user(node: str) -> str:
    """Name the user that the Node authoriser takes for this node's kubelet."""
    return f"system:node:{node}"


class Credentials:
    """The keys and users of a control plane in a folder of their own.

    The controller-manager is in `system:masters` and uses its own token for all controllers: with
    an account for each it would wait 4 s at start for the API server to make them.
    """

    def __init__(self, folder: Path, addresses: Iterable[str], nodes: Iterable[str]) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700)
        users = [User(ADMIN, "system:masters"), User(CONTROLLER_MANAGER, "system:masters")]
        users += [User(SCHEDULER)]
        users += [User(node_user(node), "system:nodes") for node in nodes]
        self._users = {user.name: user for user in users}
        self._make_keys(addresses)
        lines = [f'{user.token},{user.name},{user.name},"{user.group}"' for user in users]
        self.token_file.write_text("\n".join(lines) + "\n")

    @property
    def authority(self) -> Path:
        """The certificate of the authority that signed the API server's."""
        return self.folder / "ca.crt"

    @property
    def token_file(self) -> Path:
        """The users and tokens, as kube-apiserver reads them."""
        return self.folder / "tokens.csv"

    def token(self, user: str) -> str:
        """Give the static token of a user."""
        return self._users[user].token

    def kubeconfig(self, server: str, token: str, file_name: str, namespace: str = "") -> Path:
        """Write a kubeconfig for a bearer of this token at this address (`https://host:port`)."""
        context = {"cluster": "bed", "user": "bearer"} | (
            {"namespace": namespace} if namespace else {}
        )
        cluster = {"server": server, "certificate-authority": str(self.authority)}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "bed", "cluster": cluster}],
            "users": [{"name": "bearer", "user": {"token": token}}],
            "contexts": [{"name": "bed", "context": context}],
            "current-context": "bed",
        }
        path = self.folder / file_name
        path.touch(mode=0o600)
        path.write_text(json.dumps(document, indent=1))  # JSON is YAML
        return path

    def _make_keys(self, addresses: Iterable[str]) -> None:
        """Make the authority, the API server's certificate and the key of service accounts."""
        at = self.folder
        for name in ("ca", "server", "service-accounts"):
            # Not genpkey: Kubernetes finds no public key in the PKCS #8 form that it writes.
            new = ("ecparam", "-genkey", "-name", "prime256v1", "-noout")
            run(["openssl", *new, "-out", at / f"{name}.key"])
        authority = ("-subj", "/CN=netkeel-test-bed", "-days", VALID_DAYS, "-out", self.authority)
        usage = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
        run(["openssl", "req", "-x509", "-new", "-key", at / "ca.key", *authority, *usage])
        names = ["DNS:kubernetes", "DNS:kubernetes.default.svc", "DNS:localhost"]
        names += [f"IP:{address}" for address in dict.fromkeys([*addresses, SERVICE_ADDRESS])]
        extensions = at / "server.ext"
        extensions.write_text(f"subjectAltName={','.join(names)}\nextendedKeyUsage=serverAuth\n")
        request = at / "server.csr"
        subject = ("-subj", "/CN=kube-apiserver", "-out", request)
        run(["openssl", "req", "-new", "-key", at / "server.key", *subject])
        signer = ("-CA", self.authority, "-CAkey", at / "ca.key", "-CAcreateserial")
        result = ("-days", VALID_DAYS, "-extfile", extensions, "-out", at / "server.crt")
        run(["openssl", "x509", "-req", "-in", request, *signer, *result])
