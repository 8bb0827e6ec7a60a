"""The command `netkeel`: which commands there are, and how an error ends.

Each command is imported only when it is called: `--help` and completion read one table, so they
answer at once however much a command needs. An error of ours is one clear line and an exit code;
its traceback appears only with `--debug`.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click

from netkeel import __version__
from netkeel.errors import NetkeelError

_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """Where a command is found when it is called, and what the list says of it until then."""

    module: str
    attribute: str
    summary: str


_GOVERN, _LOOK, _ORDER, _TRY = "Govern", "Look", "Order", "Try and set up"

COMMANDS: Mapping[str, Mapping[str, LazyCommand]] = {
    _GOVERN: {
        "check-config": LazyCommand("check_config", "check_config", "Report all faults of a file."),
        "run": LazyCommand("run", "run", "Govern workloads until told to stop."),
        "restore": LazyCommand("hold", "restore", "Give pods their own limits back."),
    },
    _LOOK: {
        "status": LazyCommand("status", "status", "Show limits, delays and last decisions."),
        "explain": LazyCommand("explain", "explain", "Say why a limit is what it is."),
    },
    _ORDER: {
        "freeze": LazyCommand("hold", "freeze", "Keep limits as they are."),
        "open": LazyCommand("hold", "open_", "Put limits to their ceilings."),
        "floor": LazyCommand("hold", "floor", "Put limits to their floors."),
        "resume": LazyCommand("hold", "resume", "Let netkeel decide again."),
    },
    _TRY: {
        "demo": LazyCommand("demo", "demo", "Watch the loop at work: no cluster, no root."),
        "completion": LazyCommand("completion", "completion", "Print a shell's completion script."),
        "version": LazyCommand("version", "version", "Print the version."),
    },
}
_BY_NAME = {name: lazy for section in COMMANDS.values() for name, lazy in section.items()}


class LazyGroup(click.Group):
    """A group whose commands are imported one by one, when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the table."""
        del ctx
        return list(_BY_NAME)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; None where there is none of this name."""
        del ctx
        lazy = _BY_NAME.get(cmd_name)
        if lazy is None:
            return None
        module = importlib.import_module(f"netkeel.cli.{lazy.module}")
        command = getattr(module, lazy.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by section, from the table alone."""
        del ctx
        for section, commands in COMMANDS.items():
            with formatter.section(section):
                formatter.write_dl([(name, lazy.summary) for name, lazy in commands.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Begin with `netkeel check-config FILE`, then `netkeel run FILE --dry-run`.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(__version__, message="netkeel %(version)s")
def cli(*, debug: bool) -> None:
    """Keep critical pods under their latency objective, give all other bandwidth away.

    Exit codes: 0 done; 1 failed; 2 usage or bad configuration; 3 an objective or a check was not
    met; 4 cannot run here.
    """
    del debug  # read by `run_command`, which alone sees every error


def main(arguments: Sequence[str] | None = None, *, program: str = "netkeel") -> None:
    """Run the command line and exit with its code."""
    sys.exit(run_command(arguments, program=program))


def kubectl_plugin() -> None:
    """Run as `kubectl netkeel …`."""
    main(program="kubectl netkeel")


def run_command(arguments: Sequence[str] | None = None, *, program: str = "netkeel") -> int:
    """Run the command line; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = cli.main(
            given, prog_name=program, complete_var="_NETKEEL_COMPLETE", standalone_mode=False
        )
    except NetkeelError as error:
        if _wants_traceback(given):
            raise
        _complain(program, str(error))
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader (`head`, a pager) has gone; nothing may be flushed to it at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if _wants_traceback(given):
            raise
        kind = type(error).__name__
        _complain(program, f"unexpected {kind}: {error}; --debug shows where it came from")
        return 1
    return code if isinstance(code, int) else 0


def _wants_traceback(arguments: Sequence[str]) -> bool:
    return "--debug" in arguments


def _complain(program: str, message: str) -> None:
    click.echo(f"{program}: {message}", err=True)
