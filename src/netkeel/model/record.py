"""The frozen record of one decision: it alone feeds log, metrics, status, events and replay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from netkeel.model.gate import Enforcement, GateState, Hold
from netkeel.model.reading import Reading
from netkeel.model.reason import Action, Reason
from netkeel.units import Rate

VERSION = 1


@dataclass(frozen=True, slots=True)
class Load:
    """Counted traffic of the two classes; None where no source counts it."""

    critical: Rate | None = None
    best_effort: Rate | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What one step of the core decided for one workload.

    `old` is the limit before, `wanted` the limit from now on; both None while the gate's state
    is unknown and nothing can be decided.
    """

    at_s: float
    old: Rate | None
    wanted: Rate | None
    action: Action
    reason: Reason
    objective: str | None = None
    """The objective whose answer won, where several are kept."""
    blind_s: float = 0.0
    """Since when (seconds) no delay could be believed; 0 while one can."""


@dataclass(frozen=True, slots=True)
class Record:
    """One period of one workload, complete: what was read, decided, and in force."""

    run_id: str
    seq: int
    at_s: float
    step_s: float
    workload: str
    gate: str
    law: str
    law_version: int
    settings_sha256: str
    seed: int | None
    readings: tuple[Reading, ...]
    load: Load
    decision: Decision
    state: GateState
    state_before: Mapping[str, Any] | None = None
    """The core's state before the step; at the start and every 1,000 records."""
    dry_run: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The record as the decision file has it (JSON types only)."""
        d = self.decision
        return {
            "v": VERSION,
            "run_id": self.run_id,
            "seq": self.seq,
            "at_s": self.at_s,
            "step_s": self.step_s,
            "workload": self.workload,
            "gate": self.gate,
            "law": self.law,
            "law_version": self.law_version,
            "settings_sha256": self.settings_sha256,
            "seed": self.seed,
            "readings": [_reading(r) for r in self.readings],
            "load": {
                "critical_bps": bps(self.load.critical),
                "best_effort_bps": bps(self.load.best_effort),
            },
            "state_before": self.state_before,
            "old_bps": bps(d.old),
            "wanted_bps": bps(d.wanted),
            "applied_bps": bps(self.state.applied),
            "action": d.action.value,
            "reason": d.reason.value,
            "objective": d.objective,
            "blind_s": d.blind_s,
            "enforcement": self.state.enforcement.value,
            "hold": self.state.hold.value if self.state.hold else None,
            "gate_known": self.state.is_known,
            "write": {"sent": self.state.writes, "result": self.state.write},
            "dry_run": self.dry_run,
        }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "source": reading.source,
        "kind": reading.kind.value,
        "value": reading.value,
        "n": reading.n,
        "age_s": reading.age_s,
        "belief": reading.belief.value,
        "is_new": reading.is_new,
        "above_last_edge": reading.above_last_edge,
        "fault": reading.fault.value if reading.fault else None,
        "objective": reading.objective,
        "period_s": reading.period_s,
        "blind_s": reading.blind_s,
    }


def bps(rate: Rate | None) -> int | None:
    """Bits a second of a rate that may be absent."""
    return None if rate is None else rate.bps


__all__ = ["VERSION", "Decision", "Enforcement", "Hold", "Load", "Record", "bps"]
