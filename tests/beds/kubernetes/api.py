"""A bare client of the API server, for what the bed itself asks of it.

Not kubectl, which costs 60 ms a call, and on purpose not the client that the product uses: a bed
that shares it would share its faults.
"""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.parse
from pathlib import Path
from typing import Any

MERGE_PATCH = "application/merge-patch+json"


class ApiError(RuntimeError):
    """The API server refused a request; `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """Requests to one API server over one connection that is kept and made anew when lost.

    Not for use by several threads at once: make one each.
    """

    def __init__(self, server: str, authority: Path, token: str, timeout_s: float = 10.0) -> None:
        self._address = urllib.parse.urlsplit(server)
        self._context = ssl.create_default_context(cafile=str(authority))
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._timeout_s = timeout_s
        self._connection: http.client.HTTPSConnection | None = None

    def get(self, path: str) -> Any:  # noqa: ANN401 - any object of the API
        """Read an object or a list."""
        return self.request("GET", path)

    def exists(self, path: str) -> bool:
        """Say whether there is an object; False only where the server says that there is none."""
        try:
            self.request("GET", path)
        except ApiError as error:
            if error.status == http.HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        content_type: str = "application/json",
    ) -> Any:  # noqa: ANN401 - any object of the API
        """Send one request and decode its JSON answer.

        Raises:
            ApiError: The server answered with an error.
            OSError: It could not be reached, or hung up.
        """
        data = None if body is None else json.dumps(body)
        headers = self._headers | ({} if body is None else {"Content-Type": content_type})
        answer, raw = self._exchange(method, path, data, headers)
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            text = raw.decode(errors="replace")
            raise ApiError(answer.status, f"{method} {path}: {answer.status}: {text[:500]}")
        return json.loads(raw)

    def is_ready(self) -> bool:
        """Whether the API server says that it is ready; False where it cannot be reached."""
        try:
            answer, _ = self._exchange("GET", "/readyz", None, self._headers)
        except OSError:
            return False
        return answer.status == http.HTTPStatus.OK

    def close(self) -> None:
        """Give the connection up; the next request makes a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(
        self, method: str, path: str, data: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        reused = self._connection is not None
        try:
            return self._send(method, path, data, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            # A server that restarted, or was idle for long, has closed the kept connection: that
            # shows on the next request only, and only there is it right to send it again.
            if reused and isinstance(error, http.client.RemoteDisconnected | BrokenPipeError):
                return self._send(method, path, data, headers)
            if isinstance(error, OSError):
                raise
            raise ConnectionError(f"{method} {path}: {error!r}") from error

    def _send(
        self, method: str, path: str, data: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(
                self._address.hostname or "",
                self._address.port,
                timeout=self._timeout_s,
                context=self._context,
            )
        self._connection.request(method, path, data, headers)
        answer = self._connection.getresponse()
        return answer, answer.read()
