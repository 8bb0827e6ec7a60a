"""A bottleneck in which bandwidth changes delay: the smallest closed-loop plant.

One queue of finite length is fed by critical and best-effort traffic and emptied at the link's
capacity. Best effort sends what it wants or what its limit allows, whichever is less. A probe
waits behind what stands in the queue, so its delay is base + queue / capacity, with seeded noise.
Fluid: within one inner step of a millisecond everything flows evenly.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

from netkeel.model.reading import Buckets
from netkeel.units import Rate

EDGES_S = (
    0.0001, 0.00025, 0.0005, 0.00075, 0.001, 0.00125, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.02,
)  # fmt: skip
_INNER_S = 0.001


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens to the plant, as functions of time in seconds."""

    capacity: Callable[[float], Rate]
    critical: Callable[[float], Rate]
    demand: Callable[[float], Rate]
    """What best effort would send without a limit."""
    buffer_s: float = 0.010
    """Longest wait in the queue; beyond it packets are lost."""
    base_delay_s: float = 0.0003
    probes_a_second: int = 200


@dataclass(frozen=True, slots=True)
class PlantStep:
    """What happened in one step."""

    delays: Buckets
    critical: Rate
    best_effort: Rate
    """What got through."""
    misses: int
    """Probes above a millisecond."""
    probes: int


def walkthrough(quiet_s: float = 40.0, heavy_s: float = 40.0) -> Scenario:
    """Quiet, heavy, recovery: in the middle a heavy load takes two thirds of a gigabit link."""

    def critical(at_s: float) -> Rate:
        heavy = quiet_s <= at_s < quiet_s + heavy_s
        return Rate.mbps(650) if heavy else Rate.mbps(50)

    return Scenario(
        capacity=lambda _: Rate.mbps(1000), critical=critical, demand=lambda _: Rate.mbps(5000)
    )


@dataclass
class Plant:
    """The queue, and the noise of its probes. The same seed gives the same run."""

    scenario: Scenario
    seed: int = 0
    at_s: float = 0.0
    queue_s: float = 0.0
    """Standing queue as waiting time."""
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Seed the noise."""
        self._random = random.Random(self.seed)  # noqa: S311 - reproducible on purpose

    def advance(self, step_s: float, limit: Rate) -> PlantStep:
        """Let `step_s` seconds pass with best effort under `limit`."""
        s = self.scenario
        counts = [0.0] * (len(EDGES_S) + 1)
        inner = max(1, round(step_s / _INNER_S))
        every = max(1, round(1 / (s.probes_a_second * _INNER_S)))
        sent_bits, misses, probes = 0.0, 0, 0
        for i in range(inner):
            sent_bits += self._flow(limit) * _INNER_S
            if i % every == 0:
                delay_s = self._probe()
                counts[bisect_left(EDGES_S, delay_s)] += 1
                misses, probes = misses + (delay_s > 0.001), probes + 1
        critical = s.critical(self.at_s - _INNER_S)
        best_effort = Rate.of(sent_bits / (inner * _INNER_S))
        return PlantStep(Buckets(EDGES_S, tuple(counts)), critical, best_effort, misses, probes)

    def _flow(self, limit: Rate) -> float:
        """One inner step; best effort's share of what got through, in bit/s."""
        s = self.scenario
        capacity, critical = s.capacity(self.at_s).bps, s.critical(self.at_s).bps
        best_effort = min(limit.bps, s.demand(self.at_s).bps)
        arriving = critical + best_effort
        queue_s = self.queue_s + _INNER_S * (arriving - capacity) / capacity
        self.queue_s = min(s.buffer_s, max(0.0, queue_s))
        self.at_s += _INNER_S
        through = min(arriving, capacity) if self.queue_s >= s.buffer_s else arriving
        return through * best_effort / arriving if arriving else 0.0

    def _probe(self) -> float:
        noise = abs(self._random.gauss(1.0, 0.07))
        return self.scenario.base_delay_s * noise + self.queue_s
