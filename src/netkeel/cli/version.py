"""`netkeel version`."""

import platform

import click

from netkeel import __version__
from netkeel.cli.output import output_option, show


@click.command("version")
@output_option
def command(output: str) -> None:
    """Print the version.

    \b
    Examples:
      netkeel version
      netkeel version -o json
    """  # noqa: D301 - \b is click's mark
    rows = [{"netkeel": __version__, "python": platform.python_version()}]
    show("version", rows, output)
