"""The classic law: above target -50 Mbit/s, below +10, equal unchanged.

It is the reference that everything better is measured against, so it stays exactly as described.
Its drift is zero when 50·p = 10·(1 - p): it misses its target one sixth of the time by
construction, whatever the plant.

`classic_smoothed` is the same law behind exponential smoothing and a dead band.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from netkeel.control.law import LawSpec, Observation, Proposal, register
from netkeel.model.reason import Reason
from netkeel.settings.types import Bandwidth


class ClassicSettings(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Steps of the classic law."""

    increase: Bandwidth = Bandwidth("10M")
    """Added when the delay is below the target."""
    decrease: Bandwidth = Bandwidth("50M")
    """Taken away when the delay is above the target."""


@dataclass(frozen=True, slots=True)
class Classic:
    """Additive increase, additive decrease; no memory."""

    settings: ClassicSettings

    def step(self, observation: Observation) -> tuple[Classic, Proposal]:
        """Compare, add or subtract."""
        if observation.delay_s > observation.target_s:
            rate = observation.limit - self.settings.decrease.rate
            return self, Proposal(rate, Reason.ABOVE_TARGET)
        if observation.delay_s < observation.target_s:
            rate = observation.limit + self.settings.increase.rate
            return self, Proposal(rate, Reason.BELOW_TARGET)
        return self, Proposal(observation.limit, Reason.AT_TARGET)

    def snapshot(self) -> dict[str, Any]:
        """It has no state."""
        return {}


register(
    LawSpec(
        name="classic",
        version=1,
        summary="-50 above the target, +10 below, as the classic system does",
        settings=ClassicSettings,
        make=Classic,
    )
)
register(
    LawSpec(
        name="classic_smoothed",
        version=1,
        summary="classic behind exponential smoothing and a dead band",
        settings=ClassicSettings,
        make=Classic,
        # Half the weight on the newest reading answers a step within two periods; 10 % is about
        # the noise of a p95 over 1,000 probes (lab figures).
        smoothing=0.5,
        dead_band=0.1,
    )
)
