"""`netkeel version`."""

from __future__ import annotations

import platform

import click

from netkeel import __version__
from netkeel.cli.options import examples, output_option
from netkeel.cli.render import Format, emit


@click.command(epilog=examples("netkeel version", "netkeel version -o json"))
@output_option
def version(*, output: Format) -> None:
    """Print the version of netkeel."""
    if output == "table":
        click.echo(f"netkeel {__version__}")
        return
    row = {"netkeel": __version__, "python": platform.python_version()}
    emit(output, "version", [row])
