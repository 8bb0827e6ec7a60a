"""`netkeel freeze | open | floor | resume`, and `netkeel restore`."""

from __future__ import annotations

from pathlib import Path

import click

from netkeel.cli.columns import table
from netkeel.cli.options import examples, output_option
from netkeel.cli.render import Format, emit

_config = click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    envvar="NETKEEL_CONFIG",
    default=Path("netkeel.yaml"),
    show_default=True,
    help="The configuration that names the workloads.",
)


def _command(name: str, hold: str | None, summary: str) -> click.Command:
    @click.command(
        name,
        help=f"{summary}\n\nWithout a name: all workloads of the configuration. It is a label on "
        "the workload, so it survives restarts.",
        epilog=examples(f"netkeel {name}", f"netkeel {name} telemetry-upload"),
    )
    @click.argument("workloads", nargs=-1)
    @_config
    @output_option
    def command(*, workloads: tuple[str, ...], file: Path, output: Format) -> None:
        import asyncio  # noqa: PLC0415 - help must be instant

        from netkeel.apps.configuration import load  # noqa: PLC0415
        from netkeel.apps.operator import set_hold  # noqa: PLC0415
        from netkeel.model.gate import Hold  # noqa: PLC0415

        order = None if hold is None else Hold(hold)
        _print(name, asyncio.run(set_hold(load(file), workloads, order)), output)

    return command


def _print(name: str, rows: list[dict[str, object]], output: Format) -> None:
    if output == "table":
        click.echo(table(rows))
    else:
        emit(output, name, rows)


freeze = _command("freeze", "freeze", "Keep limits as they are.")
open_ = _command("open", "open", "Put limits to their ceilings.")
floor = _command("floor", "floor", "Put limits to their floors.")
resume = _command("resume", None, "Let netkeel decide again.")


@click.command(epilog=examples("netkeel restore", "netkeel restore telemetry-upload"))
@click.argument("workloads", nargs=-1)
@_config
@output_option
def restore(*, workloads: tuple[str, ...], file: Path, output: Format) -> None:
    """Give pods the limits that they had before netkeel. Stop the daemon first, or opt out."""
    import asyncio  # noqa: PLC0415 - help must be instant

    from netkeel.apps.configuration import load  # noqa: PLC0415
    from netkeel.apps.operator import restore as restored  # noqa: PLC0415

    _print("restore", asyncio.run(restored(load(file), workloads)), output)
