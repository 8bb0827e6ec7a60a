"""The loop: observe → estimate → decide → enact → record, one tick at a time.

A tick never waits and never fails: sources and gates answer with what they know, the core is a
pure function, and a recorder that fails is reported and passed over. Whoever owns time calls
`tick`: the controller's asyncio driver, the node agent's blocking loop, or the simulator.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from netkeel.control.controller import Controller, Outcome
from netkeel.control.law import LawSpec
from netkeel.model.gate import GateState, Plan
from netkeel.model.reading import Sample
from netkeel.model.record import Record
from netkeel.ports import Gate, Recorder, Source
from netkeel.settings.schema import Configuration, Workload

_STATE_EVERY = 1_000

Complaint = Callable[[str, Exception], None]
"""Told of a part that broke its promise never to raise: its name and the error."""


@dataclass
class Governed:
    """One workload in the loop: its core, its gate, and how it is recorded."""

    workload: Workload
    law: LawSpec
    gate: Gate
    controller: Controller
    settings_sha256: str
    seq: int = 0


@dataclass
class Loop:
    """Everything that one process governs. Only `tick` changes it."""

    configuration: Configuration
    sources: Sequence[Source]
    governed: Mapping[str, Governed]
    recorders: Sequence[Recorder]
    run_id: str
    complain: Complaint
    dry_run: bool = False
    may_act: Callable[[], bool] = field(default=lambda: True)
    """Whether this process is the one that acts (leader election)."""

    def tick(self, at_s: float) -> tuple[Record, ...]:
        """One period of every workload, at `at_s` seconds on the loop's clock."""
        samples = [s for source in self.sources for s in self._observe(source, at_s)]
        return tuple(self._govern(at_s, samples, g) for g in self.governed.values())

    def _observe(self, source: Source, at_s: float) -> tuple[Sample, ...]:
        try:
            return source.observe(at_s)
        except Exception as error:  # noqa: BLE001 - reported, and the loop goes on
            self.complain(f"source {source.name}", error)
            return ()

    def _govern(self, at_s: float, samples: Sequence[Sample], g: Governed) -> Record:
        state = self._read_back(g, at_s)
        before = g.controller
        g.controller, outcome = before.step(at_s, samples, state)
        if outcome.plan is not None and not self.dry_run and self.may_act():
            self._enact(g, outcome.plan)
        record = self._recorded(at_s, g, before, outcome, state)
        for recorder in self.recorders:
            self._tell(recorder, record)
        return record

    def _read_back(self, g: Governed, at_s: float) -> GateState:
        try:
            return g.gate.observe(at_s)
        except Exception as error:  # noqa: BLE001 - reported, and the loop goes on
            self.complain(f"gate of {g.workload.name}", error)
            return GateState.unknown(at_s, str(error))

    def _enact(self, g: Governed, plan: Plan) -> None:
        try:
            g.gate.apply(plan)
        except Exception as error:  # noqa: BLE001 - reported, and the loop goes on
            self.complain(f"gate of {g.workload.name}", error)

    def _recorded(
        self, at_s: float, g: Governed, before: Controller, outcome: Outcome, state: GateState
    ) -> Record:
        seq, g.seq = g.seq, g.seq + 1
        return Record(
            run_id=self.run_id,
            seq=seq,
            at_s=at_s,
            step_s=float(self.configuration.step),
            workload=g.workload.name,
            gate=g.workload.gate,
            law=g.law.name,
            law_version=g.law.version,
            settings_sha256=g.settings_sha256,
            seed=self.configuration.seed,
            readings=outcome.readings,
            load=outcome.load,
            decision=outcome.decision,
            state=state,
            state_before=before.snapshot() if seq % _STATE_EVERY == 0 else None,
            dry_run=self.dry_run or not self.may_act(),
        )

    def _tell(self, recorder: Recorder, record: Record) -> None:
        try:
            recorder.record(record)
        except Exception as error:  # noqa: BLE001 - reported, and the loop goes on
            self.complain(type(recorder).__name__, error)


def govern(
    configuration: Configuration,
    gates: Mapping[str, Gate],
    laws: Mapping[str, LawSpec],
    at_s: float,
) -> dict[str, Governed]:
    """Each configured workload with a fresh core, ready for a loop that starts at `at_s`."""
    return {
        w.name: Governed(
            workload=w,
            law=laws[w.law.name],
            gate=gates[w.name],
            controller=Controller.create(configuration, w, laws[w.law.name], at_s),
            settings_sha256=fingerprint(configuration, w),
        )
        for w in configuration.workloads
    }


def fingerprint(configuration: Configuration, workload: Workload) -> str:
    """SHA-256 over all settings that a workload's decisions depend on."""
    parts = (
        workload,
        configuration.objectives_of(workload),
        float(configuration.step),
        configuration.min_samples,
        float(configuration.max_lag),
    )
    # Texts and numbers only, in a fixed order, so the same settings give the same digest anywhere.
    return hashlib.sha256(msgspec.json.encode(parts, enc_hook=str, order="sorted")).hexdigest()
