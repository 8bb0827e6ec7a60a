"""`netkeel check-config`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from netkeel.apps.configuration import examine
from netkeel.cli.columns import table
from netkeel.cli.options import output_option
from netkeel.cli.render import Format, emit


@click.command("check-config")
@click.argument("file", type=click.Path(path_type=Path))
@output_option
def check_config(file: Path, output: Format) -> None:
    """Report every fault of a configuration: path, value, reason and hint.

    Exits 0 where there is none, 2 otherwise. What is allowed but questionable is a warning.

    \b
    Examples:
      netkeel check-config netkeel.yaml
      netkeel check-config netkeel.yaml -o json
    """  # noqa: D301 - \b is click's mark
    _, faults, warnings = examine(file)
    rows = [{"path": f.path, "value": f.value, "reason": f.reason, "hint": f.hint} for f in faults]
    if output != "table":
        emit(output, "check-config", rows, warnings=warnings)
    elif rows:
        click.echo(table(rows))
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
    if faults:
        click.echo(f"{file}: {len(faults)} fault(s)", err=True)
        sys.exit(2)
    click.echo(f"{file}: no fault found", err=True)
