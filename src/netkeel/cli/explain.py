"""`netkeel explain`."""

from __future__ import annotations

import click

from netkeel.cli.options import output_option
from netkeel.cli.render import Format, emit
from netkeel.cli.status import server_option


@click.command("explain")
@click.argument("workload", required=False)
@server_option
@output_option
def explain(workload: str | None, server: str, output: Format) -> None:
    """Say in words why each limit is what it is.

    \b
    Examples:
      netkeel explain
      netkeel explain telemetry-upload
    """  # noqa: D301 - \b is click's mark
    from netkeel.apps.client import read  # noqa: PLC0415 - help must be instant

    asked = {} if workload is None else {"workload": workload}
    rows = read(server, "/api/v1/explain", **asked)["results"]
    if workload is not None and not rows:
        raise click.ClickException(f"the daemon governs no workload called {workload!r}")
    if output == "table":
        click.echo("\n".join(row["explanation"] for row in rows))
    else:
        emit(output, "explain", rows)
