"""One way to print results: a table for people, an envelope in JSON or YAML for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from netkeel import __version__

output_option = click.option(
    "-o",
    "--output",
    type=click.Choice(["table", "json", "yaml"]),
    default="table",
    show_default=True,
    help="How results are printed.",
)


def show(command: str, rows: Sequence[Mapping[str, Any]], output: str, **meta: object) -> None:
    """Print rows as the user asked for; a table takes its columns from the first row."""
    if output == "table":
        click.echo(table(rows))
        return
    schema = f"netkeel.dev/{command}/v1"
    document = {
        "meta": {"version": __version__, "schema": schema, "command": f"netkeel {command}"} | meta,
        "results": [dict(row) for row in rows],
    }
    if output == "json":
        click.echo(json.dumps(document, indent=2, default=str))
        return
    import yaml  # noqa: PLC0415 - only where it is asked for

    click.echo(
        yaml.safe_dump(json.loads(json.dumps(document, default=str)), sort_keys=False), nl=False
    )


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Columns as wide as their widest cell; no colours, so pipes and NO_COLOR need nothing."""
    if not rows:
        return "nothing"
    columns = list(rows[0])
    cells = [[_cell(row.get(c)) for c in columns] for row in rows]
    head = [c.upper().replace("_", " ") for c in columns]
    widths = [max(len(r[i]) for r in [head, *cells]) for i in range(len(columns))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) for r in [head, *cells]]
    return "\n".join(line.rstrip() for line in lines)


def _cell(value: object) -> str:
    return "-" if value is None else str(value)
