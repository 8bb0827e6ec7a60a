"""`netkeel check-config`."""

from __future__ import annotations

from pathlib import Path

import click

from netkeel.cli.options import examples, output_option, set_option
from netkeel.cli.render import Format, emit, print_table

_FAULTY = 2


@click.command(
    "check-config",
    epilog=examples(
        "netkeel check-config netkeel.yaml",
        "netkeel check-config netkeel.yaml --set step=5s -o json",
        "netkeel check-config --schema > netkeel.schema.json",
    ),
)
@click.argument(
    "file", type=click.Path(path_type=Path), envvar="NETKEEL_CONFIG", default=Path("netkeel.yaml")
)
@set_option
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the file instead.")
@output_option
def check_config(*, file: Path, settings: tuple[str, ...], schema: bool, output: Format) -> int:
    """Report every fault of a configuration: path, value, reason and hint.

    Variables NETKEEL_* and --set count as they would for `netkeel run`. What is allowed but
    questionable is a warning. Exits 0 where there is no fault, 2 otherwise.
    """
    if schema:
        _print_schema()
        return 0
    from netkeel.apps.configuration import examine  # noqa: PLC0415 - help must be instant
    from netkeel.apps.overrides import from_flag  # noqa: PLC0415

    examined = examine(file, [from_flag(text) for text in settings])
    rows = [
        {"path": f.path, "value": f.value, "reason": f.reason, "hint": f.hint, "where": f.where}
        for f in examined.faults
    ]
    if output != "table":
        emit(output, "check-config", rows, file=str(file), warnings=list(examined.warnings))
    elif rows:
        columns = ("WHERE", "PATH", "VALUE", "REASON", "HINT")
        print_table(columns, [[row[c.lower()] or "-" for c in columns] for row in rows])
    for warning in examined.warnings:
        click.echo(f"warning: {warning}", err=True)
    count = len(rows)
    found = "no fault found" if not rows else f"{count} fault{'s' if count > 1 else ''}"
    click.echo(f"{file}: {found}", err=True)
    return _FAULTY if rows else 0


def _print_schema() -> None:
    import json  # noqa: PLC0415 - help must be instant

    from netkeel.control.laws import law_settings  # noqa: PLC0415
    from netkeel.settings.json_schema import json_schema  # noqa: PLC0415

    click.echo(json.dumps(json_schema(law_settings()), indent=2))
