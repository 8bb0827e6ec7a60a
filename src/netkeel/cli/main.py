"""The command `netkeel`. Each command is loaded when it is called, so that help is instant."""

from __future__ import annotations

import importlib
import sys

import click

from netkeel import __version__
from netkeel.errors import NetkeelError

# name -> (module, one line of help): help must not import what it describes
_COMMANDS = {
    "check-config": ("netkeel.cli.check_config", "Report every fault of a configuration."),
    "completion": ("netkeel.cli.completion", "Print the shell completion."),
    "version": ("netkeel.cli.version", "Print the version."),
}


class _Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, by name."""
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command = importlib.import_module(_COMMANDS[cmd_name][0]).command
        if not isinstance(command, click.Command):
            raise TypeError(cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in sorted(_COMMANDS.items())])


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="netkeel")
@click.option("--debug", is_flag=True, help="Show where an error came from.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:  # noqa: FBT001 - click's way
    """Keep latency-critical pods under their objective; give the rest to best effort.

    \b
    Examples:
      netkeel check-config netkeel.yaml
      netkeel completion bash > /etc/bash_completion.d/netkeel
    """  # noqa: D301 - \b is click's mark, not an escape
    ctx.obj = debug


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; exits with the codes of the reference."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        cli.main(arguments, prog_name="netkeel", standalone_mode=True)
    except NetkeelError as error:
        if "--debug" in arguments:
            raise
        click.echo(f"netkeel: {error}", err=True)
        sys.exit(error.exit_code)


def kubectl_plugin() -> None:
    """Entry point of the kubectl plug-in: `kubectl netkeel …`."""
    main()
