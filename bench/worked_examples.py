"""The worked examples of the learning guide, by the product's own core.

    python bench/worked_examples.py

prints what `docs/tutorial/learning-guide.md` quotes; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netkeel.control.controller import Controller
from netkeel.control.laws import law_settings, laws
from netkeel.model.gate import Enforcement, GateState
from netkeel.model.reading import Kind, Sample
from netkeel.settings import convert
from netkeel.units import Rate

STEP_S = 5.0


@dataclass(frozen=True)
class Example:
    """One story: the limit at its start, then the p95 that each period brings."""

    title: str
    start: Rate
    first_at_s: float
    p95_ms: Sequence[float]


# Where the classic tables leave a period out while the limit stands still, the p95 must have been
# exactly 1.0 ms: the law moves on anything else.
EXAMPLES = (
    Example("One upload, 0 to 50 s", Rate.mbps(500), 5, [0.5, *[1.0] * 7, 3.5, 0.8]),
    Example("The first two minutes", Rate.mbps(100), 5, [0.5, 0.48, *[0.4] * 22]),
    Example("Heavy load from 5:00", Rate.mbps(600), 305, [3.2, 2.8, 1.0, 1.1, 1.0, 0.9]),
)


def replay(example: Example, law: str) -> list[str]:
    """A line a period: time, p95, limit before and after, action and reason."""
    raw = {"profile": "classic", "workloads": [_workload(law)]}
    configuration = convert(raw, law_settings())
    workload = configuration.workloads[0]
    at_s = example.first_at_s
    core = Controller.create(configuration, workload, laws()[law], at_s - STEP_S)
    limit = example.start
    core, _ = core.step(at_s - STEP_S, [], GateState(at_s, limit, Enforcement.APPLIED))
    lines = []
    for p95_ms in example.p95_ms:
        sample = Sample("prometheus", Kind.DELAY, at_s, value=p95_ms / 1e3, count=1000)
        core, outcome = core.step(at_s, [sample], GateState(at_s, limit, Enforcement.APPLIED))
        d = outcome.decision
        if d.wanted is None:
            continue
        clock = f"{int(at_s) // 60}:{int(at_s) % 60:02d}"
        lines.append(
            f"{clock:>5}  p95 {p95_ms:4.2f} ms  {limit!s:>5} -> {d.wanted!s:<5} "
            f"{d.action.value:8}  {d.reason.sentence}"
        )
        limit, at_s = d.wanted, at_s + STEP_S
    return lines


def _workload(law: str) -> dict[str, object]:
    selector = {"matchLabels": {"app": "telemetry-upload"}}
    return {"name": "telemetry-upload", "selector": selector, "law": law}


def main() -> None:
    """Print every example."""
    for example in EXAMPLES:
        print(example.title)
        print("\n".join(replay(example, "classic")), end="\n\n")


if __name__ == "__main__":
    main()
