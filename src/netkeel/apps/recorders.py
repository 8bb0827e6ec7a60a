"""What is told of each decision: a log line, metrics, the decision file, and what status reads.

All from the same frozen record, in the same words.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from prometheus_client import CollectorRegistry, Counter, Gauge

from netkeel.model.gate import Enforcement
from netkeel.model.reading import Kind, Reading
from netkeel.model.record import Record
from netkeel.ports import Recorder

_KEPT = 1_000


def delay_of(record: Record) -> Reading | None:
    """The delay that the decision rests on: the winning objective's, else the first."""
    delays = [r for r in record.readings if r.kind is Kind.DELAY]
    won = [r for r in delays if r.objective == record.decision.objective]
    return next(iter(won or delays), None)


def line_of(record: Record) -> str:
    """One line a period for people."""
    d, delay = record.decision, delay_of(record)
    p95 = "-" if delay is None or delay.value is None else f"{1e3 * delay.value:.2f} ms"
    belief = "-" if delay is None else delay.belief.value
    dry = " (dry run)" if record.dry_run else ""
    return (
        f"{record.workload}: p95 {p95} ({belief}) {d.action.value} "
        f"{d.old or '-'} -> {d.wanted or '-'}, applied {record.state.applied or '-'} "
        f"({record.state.enforcement.value}): {d.reason.sentence}{dry}"
    )


class LogLines:
    """One log line a period and workload, also when nothing changes."""

    def __init__(self, log: Any) -> None:  # noqa: ANN401 - structlog's bound logger
        """Write to a structlog logger."""
        self._log = log

    def record(self, record: Record) -> None:
        """Tell it."""
        d, delay = record.decision, delay_of(record)
        self._log.info(
            "decision",
            text=line_of(record),
            workload=record.workload,
            p95_s=None if delay is None else delay.value,
            belief=None if delay is None else delay.belief.value,
            action=d.action.value,
            reason=d.reason.value,
            old_bps=None if d.old is None else d.old.bps,
            wanted_bps=None if d.wanted is None else d.wanted.bps,
            applied_bps=None if record.state.applied is None else record.state.applied.bps,
            enforcement=record.state.enforcement.value,
            dry_run=record.dry_run,
        )


class Metrics:
    """The metrics of the reference, labels bounded by what is configured."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register them."""
        which = ["namespace", "workload", "gate"]
        self._wanted = Gauge(
            "netkeel_limit_wanted_bits_per_second", "Limit ordered.", which, registry=registry
        )
        self._applied = Gauge(
            "netkeel_limit_applied_bits_per_second", "Limit read back.", which, registry=registry
        )
        self._enforcement = Gauge(
            "netkeel_enforcement",
            "1 for the state in force.",
            ["workload", "state"],
            registry=registry,
        )
        self._blind = Gauge(
            "netkeel_blind_seconds",
            "Since when no delay is believed.",
            ["workload"],
            registry=registry,
        )
        self._decisions = Counter(
            "netkeel_decisions",
            "Decisions taken.",
            ["workload", "action", "reason"],
            registry=registry,
        )
        self._namespaces: dict[str, str] = {}

    def place(self, workload: str, namespace: str) -> None:
        """Tell the namespace of a workload, for its labels."""
        self._namespaces[workload] = namespace

    def record(self, record: Record) -> None:
        """Take the figures."""
        d, name = record.decision, record.workload
        labels = (self._namespaces.get(name, ""), name, record.gate)
        if d.wanted is not None:
            self._wanted.labels(*labels).set(d.wanted.bps)
        if record.state.applied is not None:
            self._applied.labels(*labels).set(record.state.applied.bps)
        for state in Enforcement:
            self._enforcement.labels(name, state.value).set(state is record.state.enforcement)
        self._blind.labels(name).set(d.blind_s)
        self._decisions.labels(name, d.action.value, d.reason.value).inc()


@dataclass
class Memory:
    """The last records, for status, explain and decisions."""

    records: deque[Record] = field(default_factory=lambda: deque(maxlen=_KEPT))
    last: dict[str, Record] = field(default_factory=dict)

    def record(self, record: Record) -> None:
        """Keep it."""
        self.records.append(record)
        self.last[record.workload] = record


@dataclass
class DecisionFile:
    """The decision file: JSON lines, renamed when it grows too large."""

    path: Path
    max_bytes: int
    keep: int
    _file: IO[str] | None = None

    def record(self, record: Record) -> None:
        """Append it; a failure is the loop's to report."""
        if self._file is None:
            self._file = self.path.open("a", buffering=1)
        self._file.write(json.dumps(record.to_dict()) + "\n")
        if self._file.tell() > self.max_bytes:
            self.close()
            self._rotate()

    def _rotate(self) -> None:
        for number in range(self.keep - 1, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{number}")
            if older.exists():
                older.replace(self.path.with_name(f"{self.path.name}.{number + 1}"))
        self.path.replace(self.path.with_name(f"{self.path.name}.1"))

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


__all__ = ["DecisionFile", "LogLines", "Memory", "Metrics", "Recorder", "delay_of", "line_of"]
