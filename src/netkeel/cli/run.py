"""`netkeel run`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("run")
@click.argument(
    "file", type=click.Path(path_type=Path), envvar="NETKEEL_CONFIG", default=Path("netkeel.yaml")
)
@click.option("--dry-run", is_flag=True, help="Decide and record, but change nothing.")
@click.option(
    "--log-format",
    type=click.Choice(["json", "text"]),
    envvar="NETKEEL_LOG_FORMAT",
    help="JSON lines, or one line a period for people.  [default: what the file says]",
)
@click.option("--kubeconfig", envvar="NETKEEL_KUBECONFIG", help="Credentials to use.")
@click.option("--listen", envvar="NETKEEL_LISTEN", help="Address and port of the HTTP server.")
@click.option("--record", help="Write every decision to this file (JSON lines).")
def run(
    file: Path,
    log_format: str | None,
    kubeconfig: str | None,
    listen: str | None,
    record: str | None,
    *,
    dry_run: bool,
) -> None:
    """Govern the workloads of a configuration until told to stop.

    SIGTERM ends it within five seconds and leaves the last limits in place.

    \b
    Examples:
      netkeel run netkeel.yaml
      netkeel run netkeel.yaml --dry-run --log-format text
      NETKEEL_CONFIG=/etc/netkeel/netkeel.yaml netkeel run
    """  # noqa: D301 - \b is click's mark
    import asyncio  # noqa: PLC0415 - help must be instant

    from netkeel.apps.configuration import load  # noqa: PLC0415
    from netkeel.apps.daemon import Daemon, Overrides  # noqa: PLC0415

    overrides = Overrides(log_format, kubeconfig, listen, record)
    configuration = overrides.on(load(file))
    daemon = Daemon(configuration, dry_run=dry_run)
    asyncio.run(daemon.run())
