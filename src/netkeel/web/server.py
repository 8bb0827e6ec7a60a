"""The read-only HTTP server: health, metrics, status, explain, decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import uvicorn
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from netkeel import __version__
from netkeel.model.record import Record

_MOST_DECISIONS = 1_000


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the loop lives, and what keeps it from being ready."""

    is_alive: bool
    problems: list[str]


class View(Protocol):
    """What the server shows; composition brings it."""

    def status(self) -> list[dict[str, Any]]:
        """A row a workload."""
        ...

    def explain(self, workload: str | None) -> list[dict[str, Any]]:
        """Why, in words."""
        ...

    def decisions(self, workload: str | None, limit: int) -> list[Record]:
        """The last records."""
        ...

    def health(self) -> Health:
        """Alive and ready?"""
        ...


def application(view: View, registry: CollectorRegistry) -> Starlette:
    """The routes; GET and HEAD only."""

    def livez(_: Request) -> Response:
        alive = view.health().is_alive
        return PlainTextResponse("ok" if alive else "the loop has stopped", 200 if alive else 503)

    def readyz(_: Request) -> Response:
        problems = view.health().problems
        return PlainTextResponse("\n".join(problems) or "ok", 503 if problems else 200)

    def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    def status(_: Request) -> Response:
        return _envelope("status", view.status(), problems=view.health().problems)

    def explain(request: Request) -> Response:
        return _envelope("explain", view.explain(request.query_params.get("workload")))

    def decisions(request: Request) -> Response:
        asked = request.query_params.get("limit", "100")
        limit = min(_MOST_DECISIONS, int(asked)) if asked.isdigit() else 100
        records = view.decisions(request.query_params.get("workload"), limit)
        return _envelope("decisions", [record.to_dict() for record in records])

    return Starlette(
        routes=[
            Route("/livez", livez),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
            Route("/api/v1/status", status),
            Route("/api/v1/explain", explain),
            Route("/api/v1/decisions", decisions),
        ]
    )


def _envelope(command: str, results: list[dict[str, Any]], **meta: object) -> Response:
    head = {"version": __version__, "schema": f"netkeel.dev/{command}/v1", "command": command}
    return JSONResponse({"meta": head | meta, "results": results})


async def serve(listen: str, app: Starlette, listening: Callable[[str], None]) -> None:
    """Serve until cancelled; `listening` is told the address in use."""
    host, _, port = listen.rpartition(":")
    config = uvicorn.Config(
        app, host=host.strip("[]"), port=int(port), log_config=None, lifespan="off"
    )
    server = _Server(config)
    server.told = listening
    await server.serve()


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the daemon has its own."""

    told: Callable[[str], None]

    async def startup(self, sockets: list[Any] | None = None) -> None:
        """Tell the address once it listens (port 0 becomes a real one)."""
        await super().startup(sockets)
        for server in self.servers:
            for socket in server.sockets:
                host, port = socket.getsockname()[:2]
                self.told(f"http://{host}:{port}")

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the daemon."""
        yield
