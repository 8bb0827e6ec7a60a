"""Swift: additive increase below the target delay, multiplicative decrease by how far above.

Above the target the rate is multiplied by max(1 - β·(d - T)/d, 1 - max_mdf), at most once a
feedback delay, since a second cut before the first shows would answer the same congestion twice.
Where best-effort traffic is counted, a limit that is not used is not raised: a clear path proves
nothing about a limit nobody reaches.

References:
    Kumar et al., "Swift: Delay is Simple and Effective for Congestion Control in the Datacenter",
    SIGCOMM 2020, algorithm 1 (without its flow-scaling term: one limit is one flow here).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import msgspec

from netkeel.control.law import LawSpec, Observation, Proposal, register
from netkeel.model.reason import Reason
from netkeel.settings.types import Bandwidth


class SwiftSettings(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Gains of Swift."""

    increase: Bandwidth = Bandwidth("10M")
    """Added a second while the delay is below the target."""
    beta: float = 0.8
    """How strongly the excess of the delay cuts (the paper's β)."""
    max_decrease: float = 0.5
    """Largest share that one cut takes away (the paper's max_mdf)."""
    used_above: float = 0.5
    """The limit counts as used when best effort sends more than this share of it."""


@dataclass(frozen=True, slots=True)
class Swift:
    """Swift, and when it last cut."""

    settings: SwiftSettings
    last_cut_at_s: float | None = None

    def step(self, observation: Observation) -> tuple[Swift, Proposal]:
        """Raise, hold or cut."""
        if observation.delay_s > observation.target_s:
            if self._is_refractory(observation):
                return self, Proposal(observation.limit, Reason.WITHIN_REFRACTORY_PERIOD)
            return self._cut(observation)
        if not self._limit_is_used(observation):
            return self, Proposal(observation.limit, Reason.LIMIT_NOT_USED)
        rate = observation.limit + self.settings.increase.rate * observation.period_s
        return self, Proposal(rate, Reason.BELOW_TARGET)

    def _is_refractory(self, observation: Observation) -> bool:
        if self.last_cut_at_s is None:
            return False
        # A hair less than a period: samples that come exactly a period apart are a lag apart.
        return observation.at_s - self.last_cut_at_s < 0.99 * observation.period_s

    def _cut(self, observation: Observation) -> tuple[Swift, Proposal]:
        excess = (observation.delay_s - observation.target_s) / observation.delay_s
        factor = max(1 - self.settings.beta * excess, 1 - self.settings.max_decrease)
        above_deadline = observation.delay_s > observation.deadline_s
        reason = Reason.ABOVE_DEADLINE if above_deadline else Reason.ABOVE_TARGET
        return (
            replace(self, last_cut_at_s=observation.at_s),
            Proposal(observation.limit * factor, reason),
        )

    def _limit_is_used(self, observation: Observation) -> bool:
        sent = observation.load.best_effort
        return sent is None or sent > observation.limit * self.settings.used_above

    def snapshot(self) -> dict[str, Any]:
        """When it last cut."""
        return {"last_cut_at_s": self.last_cut_at_s}


register(
    LawSpec(
        name="swift",
        version=1,
        summary="additive increase, decrease by how far the delay is above the target",
        settings=SwiftSettings,
        make=Swift,
    )
)
