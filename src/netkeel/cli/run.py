"""`netkeel run`."""

from __future__ import annotations

from pathlib import Path

import click

from netkeel.cli.options import examples, set_option


@click.command(
    "run",
    epilog=examples(
        "netkeel run netkeel.yaml",
        "netkeel run netkeel.yaml --dry-run --log-format text",
        "NETKEEL_CONFIG=/etc/netkeel/netkeel.yaml NETKEEL_STEP=5s netkeel run",
    ),
)
@click.argument(
    "file", type=click.Path(path_type=Path), envvar="NETKEEL_CONFIG", default=Path("netkeel.yaml")
)
@click.option("--dry-run", is_flag=True, help="Decide and record, but change nothing.")
@click.option(
    "--log-format",
    type=click.Choice(["json", "text"]),
    help="JSON lines, or one line a period for people (log.format).",
)
@click.option("--kubeconfig", metavar="FILE", help="Credentials (kubernetes.kubeconfig).")
@click.option("--listen", metavar="ADDRESS:PORT", help="Of the HTTP server (server.listen).")
@click.option("--record", metavar="FILE", help="Write every decision there (decisions.path).")
@set_option
def run(
    *,
    file: Path,
    dry_run: bool,
    log_format: str | None,
    kubeconfig: str | None,
    listen: str | None,
    record: str | None,
    settings: tuple[str, ...],
) -> None:
    """Govern the workloads of a configuration until told to stop.

    SIGTERM ends it within five seconds and leaves the last limits in place. Every setting can
    also be given as --set PATH=VALUE or as a variable: server.listen is NETKEEL_SERVER_LISTEN.
    """
    import asyncio  # noqa: PLC0415 - help must be instant

    from netkeel.apps.configuration import examine  # noqa: PLC0415
    from netkeel.apps.daemon import Daemon  # noqa: PLC0415
    from netkeel.apps.overrides import Override, from_flag  # noqa: PLC0415
    from netkeel.settings import FaultyConfigurationError  # noqa: PLC0415

    flags = [from_flag(text) for text in settings]
    given = {
        "log.format": ("--log-format", log_format),
        "kubernetes.kubeconfig": ("--kubeconfig", kubeconfig),
        "server.listen": ("--listen", listen),
        "decisions.path": ("--record", record),
        "decisions.complete": ("--record", None if record is None else "true"),
    }
    flags += [Override(path, text, o) for path, (o, text) in given.items() if text is not None]
    examined = examine(file, flags)
    if examined.configuration is None:
        raise FaultyConfigurationError(examined.faults)
    daemon = Daemon(examined.configuration, dry_run=dry_run, warnings=examined.warnings)
    asyncio.run(daemon.run())
