"""The classic law with its arithmetic repaired: the ratio of the steps is 1:99.

A law that adds a when below and takes b when above settles where the target is missed a share
a/(a + b) of the time. The classic 10:50 makes that 16.7 %; 1:99 makes it 1 %. With it go the two
other repairs, which are settings and not law: a window of one step and holding when blind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from netkeel.control.law import LawSpec, Observation, Proposal, register
from netkeel.model.reason import Reason
from netkeel.settings.types import Bandwidth


class ClassicRepairedSettings(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """One step, and the ratio to the other."""

    increase: Bandwidth = Bandwidth("5M")
    """Added when the delay is below the target."""
    ratio: float = 99.0
    """How many times the increase a decrease is; sets the share of misses, 1/(1 + ratio)."""


@dataclass(frozen=True, slots=True)
class ClassicRepaired:
    """Additive increase, 99 times additive decrease; no memory."""

    settings: ClassicRepairedSettings

    def step(self, observation: Observation) -> tuple[ClassicRepaired, Proposal]:
        """Compare, add or subtract."""
        increase = self.settings.increase.rate
        if observation.delay_s > observation.target_s:
            rate = observation.limit - increase * self.settings.ratio
            return self, Proposal(rate, Reason.ABOVE_TARGET)
        if observation.delay_s < observation.target_s:
            return self, Proposal(observation.limit + increase, Reason.BELOW_TARGET)
        return self, Proposal(observation.limit, Reason.AT_TARGET)

    def snapshot(self) -> dict[str, Any]:
        """It has no state."""
        return {}


register(
    LawSpec(
        name="classic_repaired",
        version=1,
        summary="classic with step ratio 1:99",
        settings=ClassicRepairedSettings,
        make=ClassicRepaired,
    )
)
