"""How every command prints what it found: a table for people, JSON or YAML for programs.

Programs get one shape from all commands: {"meta": {…}, "results": […]}. Nothing but the result
goes to standard output; progress and complaints go to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import click

from netkeel import __version__

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Format = Literal["table", "json", "yaml"]
SCHEMA = 1
"""Raised when a field of any result changes its meaning; fields are otherwise only added."""


def envelope(
    command: str, results: Sequence[Mapping[str, Any]], **more: object
) -> dict[str, object]:
    """What a program gets of a command."""
    meta = {"version": __version__, "schema": SCHEMA, "command": command, **more}
    return {"meta": meta, "results": [dict(result) for result in results]}


def emit(form: Format, command: str, results: Sequence[Mapping[str, Any]], **more: object) -> None:
    """Print results for a program.

    Args:
        form: `json` or `yaml`; a table is the command's own business.
        command: What was called, for `meta`.
        results: JSON types only.
        more: Further members of `meta`.
    """
    whole = envelope(command, results, **more)
    if form == "yaml":
        import yaml  # noqa: PLC0415 - loaded when used: --help must be quick

        click.echo(yaml.safe_dump(whole, sort_keys=False, allow_unicode=True), nl=False)
    else:
        click.echo(json.dumps(whole, indent=2, ensure_ascii=False))


def console(*, err: bool = False) -> Console:
    """A terminal that honours NO_COLOR, and stays plain where there is no terminal."""
    from rich.console import Console  # noqa: PLC0415 - loaded when used

    stream = sys.stderr if err else sys.stdout
    plain = not stream.isatty()
    return Console(
        file=stream, highlight=False, soft_wrap=plain, emoji=False, no_color=True if plain else None
    )


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table without frames, as kubectl prints them."""
    from rich.table import Table  # noqa: PLC0415 - loaded when used

    made = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, no_wrap=True)
    for row in rows:
        made.add_row(*row)
    return made


def plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The same table as plain lines, never cut or wrapped: for pipes and files."""
    lines = [list(columns), *(list(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: as fits a terminal, or plain and whole where there is none."""
    if sys.stdout.isatty():
        console().print(table(columns, rows))
    else:
        click.echo(plain_table(columns, rows))
