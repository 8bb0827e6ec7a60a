"""The measurements behind the "why" pages of the learning guide.

Each experiment runs the product's own core (never a copy of a formula) against the smallest
plant that can show the point: a cliff, which is what a full buffer looks like to a loop that
looks once in a step. Seeded; prints a table, writes JSON with --out.

    python bench/why.py [--seed 0] [--out why.json]
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netkeel.control.controller import Controller
from netkeel.control.histogram import add, quantile
from netkeel.control.laws import law_settings, laws
from netkeel.model.gate import Enforcement, GateState
from netkeel.model.reading import Buckets, Fault, Kind, Sample
from netkeel.settings import convert
from netkeel.units import Rate

EDGES_S = (0.00025, 0.0005, 0.00075, 0.001, 0.0015, 0.002, 0.005, 0.01, 0.02)
KNEE = Rate.mbps(450)
QUIET_S, FULL_S = 0.0003, 0.0032
PROBES_A_SECOND = 200
STEP_S = 5.0


@dataclass(frozen=True)
class Row:
    """One figure of one experiment."""

    page: str
    case: str
    figure: str
    value: float
    unit: str


def controller(**workload: Any) -> Controller:  # noqa: ANN401 - raw YAML
    """The core with the classic bounds and no shape after the law."""
    shape = {"deadBandUp": 0.0, "deadBandDown": 0.0, "growthFactor": 1000.0}
    raw = {
        "step": "5s",
        "sources": [{"name": "s", "prometheus": {"url": "http://p", "preset": "netkeel"}}],
        "objectives": [{"name": "o"}],
        "workloads": [
            {"name": "w", "selector": {"matchLabels": {"a": "b"}}, "law": "classic", "shape": shape}
            | workload
        ],
    }
    c = convert(raw, law_settings())
    return Controller.create(c, c.workloads[0], laws()[c.workloads[0].law.name], 0.0)


def drive(
    core: Controller, delay_at: Callable[[float, Rate], float | None], periods: int, start: Rate
) -> Iterator[tuple[float, Rate, float | None]]:
    """Step the core; what it orders is in force one step later. Yields (time, limit, delay)."""
    limit, at_s = start, 0.0
    core, _ = core.step(at_s, [], GateState(at_s, limit, Enforcement.APPLIED))
    for _ in range(periods):
        at_s += STEP_S
        delay_s = delay_at(at_s, limit)
        sample = (
            Sample("s", Kind.DELAY, at_s, fault=Fault.EMPTY)
            if delay_s is None
            else Sample("s", Kind.DELAY, at_s, value=delay_s, count=1000)
        )
        state = GateState(at_s, limit, Enforcement.APPLIED)
        core, outcome = core.step(at_s, [sample], state)
        yield at_s, limit, delay_s
        if outcome.decision.wanted is not None:
            limit = outcome.decision.wanted


def cliff(_: float, limit: Rate) -> float:
    """The delay of a bottleneck that is empty up to the knee and full above it."""
    return QUIET_S if limit <= KNEE else FULL_S


def uneven_steps() -> Iterator[Row]:
    """How often each ratio of steps misses, once settled: the ratio is the quantile it tracks."""
    cases = {
        "-50 / +10 (classic)": {"name": "classic"},
        "-10 / +50 (reversed)": {"name": "classic", "increase": "50M", "decrease": "10M"},
        "-10 / +10": {"name": "classic", "increase": "10M", "decrease": "10M"},
        "-99 / +1 (classic_repaired)": {"name": "classic_repaired", "increase": "1M"},
    }
    for case, law in cases.items():
        run = list(drive(controller(law=law), cliff, 4000, Rate.mbps(300)))[1000:]
        missed = sum(limit > KNEE for _, limit, _ in run) / len(run)
        mean = statistics.fmean(limit.in_mbps for _, limit, _ in run)
        yield Row("uneven-steps", case, "periods above target", 100 * missed, "%")
        yield Row("uneven-steps", case, "mean limit (knee 450)", mean, "Mbit/s")


def without_data() -> Iterator[Row]:
    """Metrics vanish for 90 s while the knee falls from 450 to 150: what each fallback does."""
    cases: dict[str, dict[str, Any]] = {
        "assume 0.50 ms (classic)": {"mode": "assume", "assumedDelay": "0.5ms"},
        "ladder (default)": {"mode": "ladder"},
    }
    for case, blind in cases.items():

        def seen(at_s: float, limit: Rate) -> float | None:
            if 60 < at_s <= 150:
                return None
            return QUIET_S if limit <= _knee(at_s) else FULL_S

        core = controller(blind=blind)
        run = list(drive(core, seen, 48, Rate.mbps(400)))
        lost = [(at_s, limit) for at_s, limit, _ in run if 60 < at_s <= 150]
        missed = sum(limit > _knee(at_s) for at_s, limit in lost) / len(lost)
        raised = max(limit.bps for _, limit in lost) - lost[0][1].bps
        yield Row("without-data", case, "blind periods above target", 100 * missed, "%")
        yield Row("without-data", case, "raised while blind by", raised / 1e6, "Mbit/s")


def _knee(at_s: float) -> Rate:
    return KNEE if at_s <= 75 else Rate.mbps(150)


def window(seed: int) -> Iterator[Row]:
    """One spike of 5 s, seen through a 60 s window and through the difference of two polls."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible experiment
    seconds = [_second(rng, FULL_S if 100 <= s < 105 else QUIET_S) for s in range(300)]
    for case, length in {"60 s window (classic)": 60, "5 s, own polls": 5}.items():
        tripped = []
        for end in range(60, 301, 5):
            together = seconds[end - length]
            for one in seconds[end - length + 1 : end]:
                together = add(together, one)
            p95_s, _ = quantile(together, 0.95)
            if p95_s > 0.001:
                tripped.append(end)
        yield Row("window", case, "periods that read a 5 s spike as congestion", len(tripped), "")
        yield Row("window", case, "cut by the classic law in all", 50 * len(tripped), "Mbit/s")


def mean_or_p95(seed: int) -> Iterator[Row]:
    """A tenth of the probes meets a full buffer: what the mean says, and what p95 says."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible experiment
    delays = [abs(rng.gauss(QUIET_S, 2e-5)) for _ in range(9000)]
    delays += [abs(rng.gauss(FULL_S, 3e-4)) for _ in range(1000)]
    delays.sort()
    late = sum(d > 0.0015 for d in delays) / len(delays)
    yield Row("p95-not-mean", "10 % of probes late", "mean", 1e3 * statistics.fmean(delays), "ms")
    yield Row("p95-not-mean", "10 % of probes late", "p95", 1e3 * delays[9500], "ms")
    yield Row("p95-not-mean", "10 % of probes late", "above the 1.5 ms deadline", 100 * late, "%")


def _second(rng: random.Random, delay_s: float) -> Buckets:
    counts = [0.0] * (len(EDGES_S) + 1)
    for _ in range(PROBES_A_SECOND):
        drawn = abs(rng.gauss(delay_s, 0.07 * delay_s))
        counts[next((i for i, e in enumerate(EDGES_S) if drawn <= e), len(EDGES_S))] += 1
    return Buckets(EDGES_S, tuple(counts))


def main() -> None:
    """Run all experiments, print the table, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    rows = [*mean_or_p95(arguments.seed), *uneven_steps(), *window(arguments.seed), *without_data()]
    for row in rows:
        print(f"{row.page:14} {row.case:30} {row.figure:46} {row.value:9.4g} {row.unit}")
    if arguments.out:
        meta = {"command": "python bench/why.py", "seed": arguments.seed}
        results = [vars(row) for row in rows]
        arguments.out.write_text(json.dumps({"meta": meta, "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
