"""Status and explain: the last records, in the shape that people and programs read."""

from __future__ import annotations

from typing import Any

from netkeel.apps.recorders import delay_of
from netkeel.model.gate import Enforcement
from netkeel.model.record import Record, bps


def status_row(record: Record, now_s: float) -> dict[str, Any]:
    """One workload's line of `netkeel status`."""
    d, delay, state = record.decision, delay_of(record), record.state
    return {
        "workload": record.workload,
        "gate": record.gate,
        "law": record.law,
        "wanted_bps": bps(d.wanted),
        "applied_bps": bps(state.applied),
        "enforcement": state.enforcement.value,
        "objective": None if delay is None else delay.objective,
        "p95_s": None if delay is None else delay.value,
        "belief": None if delay is None else delay.belief.value,
        "blind_s": d.blind_s,
        "action": d.action.value,
        "reason": d.reason.value,
        "hold": None if state.hold is None else state.hold.value,
        "age_s": round(now_s - record.at_s, 3),
        "dry_run": record.dry_run,
        "detail": state.detail,
        "last_write": state.write,
        "pods": [
            {
                "name": p.name,
                "wanted_bps": bps(p.wanted),
                "applied_bps": bps(p.applied),
                "enforcement": p.enforcement.value,
            }
            for p in state.pods
        ],
    }


_ENFORCEMENT = {
    Enforcement.PENDING: "The gate has not carried it out completely yet.",
    Enforcement.APPLIED: "The API server holds exactly that.",
    Enforcement.NOT_APPLIED: "The gate could not carry it out in time.",
    Enforcement.FOREIGN: "Somebody else writes the limit; netkeel repairs it ever more rarely.",
    Enforcement.UNCAPPED: "At least one pod that can send has no valid limit.",
}


def explanation(record: Record) -> str:
    """Why the limit is what it is, in words."""
    d, delay, state = record.decision, delay_of(record), record.state
    parts = [f"{record.workload} is limited to {d.wanted or 'nothing yet'}: {d.reason.sentence}."]
    if delay is not None and delay.value is not None:
        bound = "at least " if delay.above_last_edge else ""
        count = "" if delay.n is None else f" over {delay.n} measurements"
        parts.append(
            f"The delay of {delay.objective} was {bound}{1e3 * delay.value:.2f} ms{count}, "
            f"measured by {delay.source} ({delay.belief.value})."
        )
    if d.blind_s:
        parts.append(f"No delay has been believed for {d.blind_s:.0f} s.")
    parts.append(_ENFORCEMENT[state.enforcement])
    parts += [state.detail + "."] if state.detail else []
    parts += ["Nothing was written: this is a dry run."] if record.dry_run else []
    return " ".join(parts)
