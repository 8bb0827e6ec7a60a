"""Asks a Prometheus server, within bounds of time and size, and translates every fault once."""

from __future__ import annotations

import asyncio
import json
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netkeel.errors import SourceError
from netkeel.model.reading import Fault
from netkeel.settings.schema import PrometheusSettings

if TYPE_CHECKING:
    import httpx2


class PrometheusFaultError(SourceError):
    """Prometheus gave nothing to believe; `fault` says why in one word."""

    def __init__(self, fault: Fault, detail: str) -> None:
        """Keep the word beside the sentence."""
        super().__init__(detail)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave: series, and when the server evaluated it (its own clock, seconds)."""

    series: list[dict[str, Any]]
    server_now_s: float
    warnings: tuple[str, ...] = ()


@dataclass
class PrometheusHttp:
    """One server. Credentials are read from their files again when these change."""

    settings: PrometheusSettings
    _http: httpx2.AsyncClient | None = None
    _secrets: dict[str, tuple[tuple[int, int], str]] = field(default_factory=dict)

    async def query(self, promql: str) -> Answer:
        """Evaluate an instant query now.

        Raises:
            PrometheusFaultError: There is no usable answer.
        """
        # `time()` beside the query tells the server's clock: ages must not depend on ours.
        body, clock = await asyncio.gather(self._ask(promql), self._ask("time()"))
        data, instant = _data(body), _data(clock)
        try:
            server_now_s = float(instant["result"][0])
            result = data["result"]
            series = [{"metric": {}, "value": result}] if data["resultType"] == "scalar" else result
            warnings = tuple(str(w) for w in json.loads(body).get("warnings", ()))
            return Answer(list(series), server_now_s, warnings)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise PrometheusFaultError(Fault.BAD_ANSWER, f"unexpected shape: {error!r}") from error

    async def _ask(self, promql: str) -> bytes:
        import httpx2  # noqa: PLC0415 - loaded when first used

        try:
            async with asyncio.timeout(float(self.settings.timeout)):
                return await self._read(promql)
        except TimeoutError:
            text = f"no complete answer within {self.settings.timeout}"
            raise PrometheusFaultError(Fault.TIMED_OUT, text) from None
        except httpx2.TimeoutException as error:
            raise PrometheusFaultError(Fault.TIMED_OUT, str(error) or "timed out") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            text = f"cannot reach {self.settings.url}: {str(error) or type(error).__name__}"
            raise PrometheusFaultError(Fault.UNREACHABLE, text) from error

    async def _read(self, promql: str) -> bytes:
        url = self.settings.url.rstrip("/") + "/api/v1/query"
        headers = self._headers()
        form = {"query": promql}
        async with self._client().stream("POST", url, data=form, headers=headers) as response:
            received = bytearray()
            async for chunk in response.aiter_bytes():
                received += chunk
                if len(received) > self.settings.max_answer_bytes:
                    limit = self.settings.max_answer_bytes
                    raise PrometheusFaultError(Fault.TOO_LARGE, f"answer above {limit} bytes")
            _must_be_json(response.status_code, bytes(received))
            return bytes(received)

    def _client(self) -> httpx2.AsyncClient:
        if self._http is None:
            import httpx2  # noqa: PLC0415

            verify: ssl.SSLContext | bool = True
            if self.settings.ca_file:
                verify = ssl.create_default_context(cafile=self.settings.ca_file)
            self._http = httpx2.AsyncClient(
                verify=verify, timeout=float(self.settings.timeout), trust_env=False
            )
        return self._http

    def _headers(self) -> dict[str, str]:
        s = self.settings
        headers = {"Accept": "application/json"}
        if s.tenant:
            headers["X-Scope-OrgID"] = s.tenant
        if s.bearer_token_file:
            headers["Authorization"] = f"Bearer {self._secret(s.bearer_token_file)}"
        if s.username is not None and s.password_file:
            import base64  # noqa: PLC0415

            pair = f"{s.username}:{self._secret(s.password_file)}".encode()
            headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        return headers

    def _secret(self, path: str) -> str:
        try:
            stat = Path(path).stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if path not in self._secrets or self._secrets[path][0] != stamp:
                self._secrets[path] = (stamp, Path(path).read_text().strip())
        except OSError as error:
            raise PrometheusFaultError(Fault.REFUSED, f"cannot read {path}: {error}") from error
        return self._secrets[path][1]

    async def aclose(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None


def _must_be_json(status: int, body: bytes) -> None:
    """Turn what is not a successful JSON answer into a fault."""
    shown = body[:200].decode(errors="replace").strip()
    if status in {401, 403}:
        raise PrometheusFaultError(Fault.REFUSED, f"HTTP {status}: check token, user or tenant")
    if status in {400, 422}:
        raise PrometheusFaultError(Fault.BAD_QUERY, f"HTTP {status}: {_error(body) or shown}")
    if status >= 500:
        raise PrometheusFaultError(Fault.SERVER_ERROR, f"HTTP {status}: {_error(body) or shown}")
    if status != 200:
        raise PrometheusFaultError(Fault.BAD_ANSWER, f"HTTP {status}: {shown}")


def _error(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return ""


def _data(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
        if answer["status"] != "success":
            raise PrometheusFaultError(Fault.BAD_QUERY, str(answer.get("error", "no success")))
        data: dict[str, Any] = answer["data"]
    except (ValueError, KeyError, TypeError) as error:
        shown = body[:80].decode(errors="replace")
        text = f"no Prometheus answer but {shown!r}"
        raise PrometheusFaultError(Fault.BAD_ANSWER, text) from error
    return data
