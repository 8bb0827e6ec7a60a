"""Rows as plain columns: no colours, so pipes and NO_COLOR need nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Columns as wide as their widest cell, named by the first row."""
    if not rows:
        return "nothing"
    columns = list(rows[0])
    cells = [[_cell(row.get(c)) for c in columns] for row in rows]
    head = [c.upper().replace("_", " ") for c in columns]
    widths = [max(len(r[i]) for r in [head, *cells]) for i in range(len(columns))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) for r in [head, *cells]]
    return "\n".join(line.rstrip() for line in lines)


def _cell(value: object) -> str:
    return "-" if value is None else str(value)
