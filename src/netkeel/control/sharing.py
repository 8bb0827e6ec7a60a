"""Weighted max-min fair division of a budget.

Water filling: every claimant gets up to its demand, and what one does not want is lent to the
others in proportion to their weights. Whole bits are handed out, so the sum never exceeds the
budget.

References:
    Bertsekas and Gallager, "Data Networks", section 6.5.2 (max-min flow control).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from netkeel.units import Rate

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Claim(Generic[K]):
    """One claimant: its key, its weight, and what it wants at most (None: all it can get)."""

    key: K
    weight: float = 1.0
    demand: Rate | None = None


def share(budget: Rate, claims: Sequence[Claim[K]]) -> Mapping[K, Rate]:
    """Divide a budget among claimants; the sum is at most the budget.

    Where all demands are met, what is left stays undivided: a demand is a bound.
    """
    open_claims = sorted(claims, key=_saturation)
    left = budget.bps
    shares: dict[K, Rate] = {}
    weight_left = sum(c.weight for c in open_claims)
    for claim in open_claims:
        # The claims come in the order in which rising water saturates them, so one pass is enough.
        fair = int(left * claim.weight / weight_left) if weight_left > 0 else 0
        given = min(fair, left) if claim.demand is None else min(fair, left, claim.demand.bps)
        shares[claim.key] = Rate(given)
        left -= given
        weight_left -= claim.weight
    return shares


def _saturation(claim: Claim[K]) -> float:
    return float("inf") if claim.demand is None else claim.demand.bps / claim.weight
