"""The demo: the product's own core and loop against the embedded plant, in accelerated time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from netkeel.apps.recorders import delay_of
from netkeel.control.histogram import add, quantile
from netkeel.control.laws import law_settings, laws
from netkeel.errors import ConfigurationError
from netkeel.model.gate import Enforcement
from netkeel.model.reading import Buckets
from netkeel.model.reason import Action
from netkeel.model.record import Record
from netkeel.runtime.clock import JumpingClock
from netkeel.runtime.driver import Driver
from netkeel.runtime.loop import Loop, govern
from netkeel.settings import Configuration, convert
from netkeel.sim.parts import Injection, PlantParts
from netkeel.sim.plant import Plant, walkthrough
from netkeel.units import Rate

WINDOW_S = 5.0
_START = Rate.mbps(100)
Show = Callable[[Record, PlantParts], Awaitable[None]]


@dataclass
class Score:
    """What the true critical packets met, window by window, not what the loop believed."""

    step_s: float
    windows: list[Buckets] = field(default_factory=list)
    everything: Buckets | None = None
    best_effort_bits: float = 0.0
    changes: int = 0
    elapsed_s: float = 0.0
    _window: Buckets | None = None

    def take(self, record: Record, parts: PlantParts) -> None:
        """Take one step in."""
        if parts.last is None:
            return
        step = parts.last
        self.elapsed_s += self.step_s
        self.best_effort_bits += step.best_effort.bps * self.step_s
        self.changes += record.decision.action is not Action.STABLE
        self.everything = _plus(self.everything, step.delays)
        self._window = _plus(self._window, step.delays)
        if self.elapsed_s % WINDOW_S < self.step_s:
            self.windows.append(self._window)
            self._window = None

    def row(self, law: str, seed: int) -> dict[str, Any]:
        """The result, in the shape that all commands share."""
        p95 = [quantile(w, 0.95)[0] for w in self.windows]
        known = self.everything
        return {
            "law": law,
            "gate": "pod-annotation",
            "scenario": "walkthrough",
            "seed": seed,
            "window_s": WINDOW_S,
            "share_above_target": _share(p95, 0.001),
            "share_above_deadline": _share(p95, 0.0015),
            "p95_ms": None if known is None else round(1e3 * quantile(known, 0.95)[0], 3),
            "p99_ms": None if known is None else round(1e3 * quantile(known, 0.99)[0], 3),
            "best_effort_mbps": round(self.best_effort_bits / max(1e-9, self.elapsed_s) / 1e6, 1),
            "gate_changes": self.changes,
        }


def configuration(law: str) -> Configuration:
    """The demo's configuration: the defaults, or for the classic laws the classic ones.

    Raises:
        ConfigurationError: There is no such law.
    """
    if law not in laws():
        raise ConfigurationError(f"{law!r} is no law: one of {', '.join(sorted(laws()))}")
    raw: dict[str, Any] = {
        "sources": [{"name": "plant", "prometheus": {"url": "http://none", "preset": "netkeel"}}],
        "objectives": [{"name": "robot-control", "source": "plant"}],
        "workloads": [
            {
                "name": "telemetry-upload",
                "selector": {"matchLabels": {"app": "telemetry-upload"}},
                "law": law,
            }
        ],
    }
    if law.startswith("classic"):
        raw["step"] = "5s"
        shape = {"deadBandUp": 0.0, "deadBandDown": 0.0, "growthFactor": 1000.0}
        raw["workloads"][0]["shape"] = shape
    return convert(raw, law_settings())


@dataclass
class Demo:
    """One run of the story under one law."""

    law: str
    seed: int = 0
    duration_s: float = 120.0
    speed: float | None = None
    injections: Sequence[Injection] = ()

    async def run(self, show: Show | None = None) -> dict[str, Any]:
        """Run the story; `show` is awaited after each period.

        Returns:
            The result row.

        Raises:
            ConfigurationError: There is no such law.
        """
        c = configuration(self.law)
        scenario = walkthrough(self.duration_s / 3, self.duration_s / 3)
        parts = PlantParts(Plant(scenario, self.seed), _START, self.injections)
        clock = JumpingClock(speed=self.speed)
        loop = Loop(
            configuration=c,
            sources=[parts],
            governed=govern(c, {"telemetry-upload": parts.gate()}, laws(), clock.now_s()),
            recorders=[],
            run_id=f"demo-{self.seed}",
            complain=_raise,
        )
        score = Score(float(c.step))

        async def after(records: tuple[Record, ...]) -> None:
            for record in records:
                score.take(record, parts)
                if show is not None:
                    await show(record, parts)

        await Driver(loop, clock, _raise, after).run(self.duration_s)
        return score.row(self.law, self.seed)


def line(record: Record, parts: PlantParts) -> str:
    """One period in one line of at most 80 columns."""
    delay, d = delay_of(record), record.decision
    p95 = "    -  " if delay is None or delay.value is None else f"{1e3 * delay.value:5.2f} ms"
    belief = "-" if delay is None else delay.belief.value
    sent = 0.0 if parts.last is None else parts.last.best_effort.in_mbps
    wanted = 0.0 if d.wanted is None else d.wanted.in_mbps
    mark = {Action.INCREASE: "+", Action.DECREASE: "-", Action.STABLE: "="}[d.action]
    late = " NOT APPLIED" if record.state.enforcement is Enforcement.NOT_APPLIED else ""
    return (
        f"{record.at_s:5.0f} s  p95 {p95} {belief:12} {mark} {wanted:6.1f} Mbit/s "
        f"sent {sent:6.1f}  {d.reason.value}{late}"
    )


def _plus(total: Buckets | None, more: Buckets) -> Buckets:
    return more if total is None else add(total, more)


def _share(values: Sequence[float], above_s: float) -> float | None:
    return round(sum(v > above_s for v in values) / len(values), 4) if values else None


def _raise(part: str, error: Exception) -> None:
    raise RuntimeError(f"{part} failed") from error
