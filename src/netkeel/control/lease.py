"""How long an order holds, and what holds when none does.

An order is worth what its ground is worth, and that grows old. Within its lifetime it is carried
out as given; after it, it may still lower a limit, never raise one.
"""

from __future__ import annotations

from netkeel.model.gate import Plan
from netkeel.units import Rate


def in_force(plan: Plan, applied: Rate | None, at_s: float) -> Rate:
    """The budget that an order gives now.

    Args:
        plan: The order.
        applied: The budget read back last; None where no pod has a valid limit.
        at_s: Now.
    """
    if at_s <= plan.expires_at_s or applied is None:
        return plan.budget
    return min(plan.budget, applied)
