"""`netkeel demo`."""

from __future__ import annotations

import click

from netkeel.cli.columns import table
from netkeel.cli.options import examples, output_option
from netkeel.cli.render import Format, emit


@click.command(
    epilog=examples(
        "netkeel demo",
        "netkeel demo --law classic",
        "netkeel demo --inject metrics-down@20s:15s",
        "netkeel demo -o json --seed 7",
    )
)
@click.option("--law", default="swift", show_default=True, help="The law to show.")
@click.option("--seed", default=0, show_default=True, help="Seed of the noise.")
@click.option("--duration", default="120s", show_default=True, help="Length of the story.")
@click.option("--speed", default=12.0, show_default=True, help="Story seconds a real second.")
@click.option(
    "--inject", multiple=True, help="A fault: metrics-down|api-down|nan|stale@START:LENGTH."
)
@output_option
def demo(
    *, law: str, seed: int, duration: str, speed: float, inject: tuple[str, ...], output: Format
) -> None:
    """Watch the loop at work: no cluster, no root, no network.

    A third of the story is quiet, in the second a heavy load takes most of the link, in the third
    it is gone. Then the classic law is run through the same story, for comparison.
    """
    import asyncio  # noqa: PLC0415 - help must be instant
    import sys  # noqa: PLC0415

    from netkeel.apps.demo import Demo, line  # noqa: PLC0415
    from netkeel.model.record import Record  # noqa: PLC0415
    from netkeel.sim.parts import Injection, PlantParts  # noqa: PLC0415
    from netkeel.units import parse_duration  # noqa: PLC0415

    faults = [Injection.parse(text) for text in inject]
    length_s = parse_duration(duration)
    watched = output == "table"

    async def show(record: Record, parts: PlantParts) -> None:
        click.echo(line(record, parts))

    async def story() -> list[dict[str, object]]:
        pace = speed if watched and sys.stdout.isatty() else None
        rows = [await Demo(law, seed, length_s, pace, faults).run(show if watched else None)]
        if law != "classic":
            rows.append(await Demo("classic", seed, length_s, None, faults).run())
        return rows

    rows = asyncio.run(story())
    if watched:
        click.echo("\n" + table(rows))
    else:
        emit(output, "demo", rows, seed=seed)
