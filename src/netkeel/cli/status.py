"""`netkeel status`."""

from __future__ import annotations

import time
from typing import Any

import click

from netkeel.cli.columns import table
from netkeel.cli.options import output_option
from netkeel.cli.render import Format, emit

server_option = click.option(
    "--server",
    envvar="NETKEEL_SERVER",
    default="http://127.0.0.1:9760",
    show_default=True,
    help="The daemon to ask.",
)


@click.command("status")
@server_option
@output_option
@click.option("--watch", is_flag=True, help="Show it again every second until interrupted.")
def status(server: str, output: Format, *, watch: bool) -> None:
    """Show what is wanted, applied and measured, and the last decision.

    \b
    Examples:
      netkeel status
      netkeel status --watch
      netkeel status -o json --server http://127.0.0.1:9760
    """  # noqa: D301 - \b is click's mark
    while True:
        rows = _rows(server)
        if output == "table":
            if watch:
                click.clear()
            click.echo(table([_for_people(row) for row in rows]))
        else:
            emit(output, "status", rows)
        if not watch:
            return
        time.sleep(1.0)


def _rows(server: str) -> list[dict[str, Any]]:
    from netkeel.apps.client import read  # noqa: PLC0415 - help must be instant

    rows: list[dict[str, Any]] = read(server, "/api/v1/status")["results"]
    return rows


def _for_people(row: dict[str, Any]) -> dict[str, Any]:
    p95_s = row["p95_s"]
    return {
        "workload": row["workload"],
        "wanted": _mbps(row["wanted_bps"]),
        "applied": _mbps(row["applied_bps"]),
        "state": row["enforcement"],
        "p95": None if p95_s is None else f"{1e3 * p95_s:.2f} ms",
        "belief": row["belief"],
        "law": row["law"],
        "last": f"{row['action']} ({row['reason']})",
        "age": f"{row['age_s']:.1f} s",
        "hold": row["hold"],
    }


def _mbps(bps: int | None) -> str | None:
    return None if bps is None else f"{bps / 1e6:g} Mbit/s"
