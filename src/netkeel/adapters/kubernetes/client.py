"""Our own small way to the API server.

lightkube finds the server and the credentials (kubeconfig, ServiceAccount, exec plug-ins, rotated
tokens); requests and decoding are ours, because only the fields that netkeel reads are decoded
(`resources`) and because every request needs a bound in time.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from netkeel.adapters.kubernetes.errors import (
    GoneError,
    KubernetesError,
    UnauthorizedError,
    UnreachableError,
    from_status,
)
from netkeel.adapters.kubernetes.resources import Kind, ListMetadata
from netkeel.errors import EnvironmentLackError
from netkeel.settings.schema import KubernetesConnection

if TYPE_CHECKING:
    import httpx2

_PAGE = 500
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"


class WatchEvent(msgspec.Struct, frozen=True):
    """One line of a watch."""

    type: str
    """`ADDED`, `MODIFIED`, `DELETED` or `BOOKMARK`."""
    object: Any


class Api(Protocol):
    """What the parts above need of an API server; `KubernetesClient` and `FakeKubernetes` have it.

    Every method raises only `KubernetesError`.
    """

    async def get(self, kind: Kind, namespace: str, name: str) -> Any:  # noqa: ANN401 - kind.type
        """One object."""
        ...

    async def list(self, kind: Kind, namespace: str, selector: str = "") -> tuple[list[Any], str]:
        """All objects that match, and the resource version of the list."""
        ...

    def watch(
        self, kind: Kind, namespace: str, selector: str, version: str, patience_s: float
    ) -> AsyncIterator[WatchEvent]:
        """Changes since a version; ends with `UnreachableError` after `patience_s` of silence."""
        ...

    async def apply(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        body: Mapping[str, Any],
        *,
        manager: str,
        force: bool,
    ) -> Any:  # noqa: ANN401 - kind.type
        """Server-side apply; returns the object as stored."""
        ...

    async def patch(self, kind: Kind, namespace: str, name: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Merge patch; returns the object as stored."""
        ...

    async def create(self, kind: Kind, namespace: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Create; returns the object as stored."""
        ...

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Post to any path (access reviews)."""
        ...


class KubernetesClient:
    """The real API server."""

    def __init__(self, settings: KubernetesConnection) -> None:
        """Find the server and the credentials.

        Raises:
            EnvironmentLackError: There is neither a kubeconfig nor a ServiceAccount.
        """
        self._settings = settings
        self._http: httpx2.AsyncClient | None = None
        self._config = _config(settings)

    @property
    def server(self) -> str:
        """Address of the API server."""
        return str(self._config.cluster.server)

    @property
    def namespace(self) -> str:
        """The namespace of the kubeconfig's context."""
        return str(self._config.namespace)

    def _client(self) -> httpx2.AsyncClient:
        if self._http is None:
            import httpx2  # noqa: PLC0415 - loaded when first used
            from lightkube.config import client_adapter  # noqa: PLC0415

            timeout = httpx2.Timeout(float(self._settings.timeout))
            self._http = client_adapter.AsyncClient(
                self._config, client_adapter.ConnectionParams(timeout=timeout, trust_env=False)
            )
        return self._http

    async def aclose(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _request(self, method: str, path: str, **more: Any) -> bytes:  # noqa: ANN401
        what = f"{method} {path}"
        try:
            # The whole answer, not each piece of it, has to come in time.
            async with asyncio.timeout(float(self._settings.timeout)):
                response = await self._client().request(method, path, **more)
        except TimeoutError:
            after = self._settings.timeout
            raise UnreachableError(f"{what}: no answer from {self.server} in {after}") from None
        except Exception as error:
            raise self._translated(what, error) from error
        await _must_succeed(response, what)
        return bytes(response.content)

    def _translated(self, what: str, error: Exception) -> KubernetesError:
        from lightkube.core.exceptions import ConfigError  # noqa: PLC0415

        if isinstance(error, ConfigError):
            return UnauthorizedError(f"{what}: credentials for {self.server}: {error}")
        detail = str(error) or type(error).__name__
        return UnreachableError(f"{what}: cannot reach {self.server}: {detail}")

    async def get(self, kind: Kind, namespace: str, name: str) -> Any:  # noqa: ANN401
        """One object."""
        return _decoded(await self._request("GET", kind.path(namespace, name)), kind.type)

    async def list(self, kind: Kind, namespace: str, selector: str = "") -> tuple[list[Any], str]:
        """All objects that match, page by page, and the list's resource version."""
        items: list[Any] = []
        parameters = {"labelSelector": selector, "limit": str(_PAGE)}
        while True:
            page = await self._request("GET", kind.path(namespace), params=parameters)
            part = _decoded(page, _page_type(kind.type))
            items.extend(part.items)
            if not part.metadata.continue_:
                return items, part.metadata.resource_version
            parameters["continue"] = part.metadata.continue_

    async def watch(
        self, kind: Kind, namespace: str, selector: str, version: str, patience_s: float
    ) -> AsyncIterator[WatchEvent]:
        """Changes since a version, until the connection ends."""
        path = kind.path(namespace)
        parameters = {
            "watch": "1",
            "labelSelector": selector,
            "resourceVersion": version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": "300",
        }
        import httpx2  # noqa: PLC0415

        timeout = httpx2.Timeout(float(self._settings.timeout), read=patience_s)
        try:
            async with self._client().stream(
                "GET", path, params=parameters, timeout=timeout
            ) as response:
                await _must_succeed(response, f"WATCH {path}")
                async for line in response.aiter_lines():
                    if line:
                        yield _event(line.encode(), kind)
        except KubernetesError:
            raise
        except Exception as error:
            raise self._translated(f"WATCH {path}", error) from error

    async def apply(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        body: Mapping[str, Any],
        *,
        manager: str,
        force: bool,
    ) -> Any:  # noqa: ANN401
        """Server-side apply of our own fields."""
        whole = {"apiVersion": kind.group_version, "kind": kind.kind, **body}
        answer = await self._request(
            "PATCH",
            kind.path(namespace, name),
            params={"fieldManager": manager, "force": str(force).lower()},
            content=json.dumps(whole),
            headers={"Content-Type": APPLY},
        )
        return _decoded(answer, kind.type)

    async def patch(self, kind: Kind, namespace: str, name: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Merge patch."""
        answer = await self._request(
            "PATCH",
            kind.path(namespace, name),
            content=json.dumps(body),
            headers={"Content-Type": MERGE},
        )
        return _decoded(answer, kind.type)

    async def create(self, kind: Kind, namespace: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Create an object."""
        whole = {"apiVersion": kind.group_version, "kind": kind.kind, **body}
        return _decoded(await self._request("POST", kind.path(namespace), json=whole), kind.type)

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Post to any path."""
        answer = await self._request("POST", path, json=dict(body))
        decoded: dict[str, Any] = _decoded(answer, dict)
        return decoded


async def _must_succeed(response: httpx2.Response, what: str) -> None:
    if not response.is_success:
        message = f"{what}: {response.status_code} {_message(await response.aread())}"
        raise from_status(response.status_code, message, response.headers.get("Retry-After"))


def _config(settings: KubernetesConnection) -> Any:  # noqa: ANN401 - lightkube's own type
    from lightkube.config.kubeconfig import KubeConfig  # noqa: PLC0415 - loaded when first used
    from lightkube.core.exceptions import ConfigError  # noqa: PLC0415

    try:
        if settings.kubeconfig:
            return KubeConfig.from_file(settings.kubeconfig).get(settings.context)
        return KubeConfig.from_env().get(settings.context)
    except (ConfigError, OSError) as error:
        raise EnvironmentLackError(
            f"cannot find a Kubernetes API server: {error}; give --kubeconfig, set KUBECONFIG, "
            "or run in a pod with a ServiceAccount"
        ) from error


def _page_type(kind: type[Any]) -> type[Any]:
    known = _PAGES.get(kind)
    if known is None:
        known = msgspec.defstruct(
            f"{kind.__name__}Page",
            [("metadata", ListMetadata), ("items", list[kind])],  # type: ignore[valid-type]
        )
        _PAGES[kind] = known
    return known


_PAGES: dict[type[Any], type[Any]] = {}


def _decoded(data: bytes, kind: Any) -> Any:  # noqa: ANN401 - any type form
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.MsgspecError as error:
        raise from_status(500, f"the API server answered what is no object: {error}") from error


class _Line(msgspec.Struct, frozen=True):
    type: str
    object: msgspec.Raw


def _event(line: bytes, kind: Kind) -> WatchEvent:
    raw = _decoded(line, _Line)
    if raw.type == "ERROR":
        status = _decoded(bytes(raw.object), dict)
        code = int(status.get("code", 500))
        message = f"WATCH {kind.plural}: {status.get('message', '')}"
        raise GoneError(message) if code == 410 else from_status(code, message)
    return WatchEvent(raw.type, _decoded(bytes(raw.object), kind.type))


def _message(body: bytes) -> str:
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace")
