"""What is asked of a gate (`Plan`) and what a gate read back (`GateState`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from netkeel.model.reason import Action, Reason
from netkeel.units import Rate


class Enforcement(Enum):
    """How far what is wanted is what is in force."""

    PENDING = "pending"
    APPLIED = "applied"
    NOT_APPLIED = "not_applied"
    """Not read back within the gate's deadline, or seen not to bite."""
    FOREIGN = "foreign"
    """Somebody else writes the limit."""
    UNCAPPED = "uncapped"
    """A pod that can send has no limit."""


class Hold(Enum):
    """An operator's standing order, which no law overrules."""

    FREEZE = "freeze"
    OPEN = "open"
    FLOOR = "floor"


@dataclass(frozen=True, slots=True)
class PodLimit:
    """One pod that can send: what it shall have and what was read back (None: no valid limit)."""

    name: str
    wanted: Rate | None
    applied: Rate | None
    enforcement: Enforcement
    detail: str = ""


@dataclass(frozen=True, slots=True)
class GateState:
    """What the gate holds, as read back; what was only written does not count.

    `applied` is the budget in force: the sum over pods that can send, None while it is unknown or
    no pod has a valid limit. `is_known` is False until a first complete read-back.
    """

    at_s: float
    applied: Rate | None
    enforcement: Enforcement
    is_known: bool = True
    hold: Hold | None = None
    pods: tuple[PodLimit, ...] = ()
    write: str = ""
    """The last write and its result, in words for record and status."""
    writes: int = 0
    """Writes sent since start."""
    detail: str = ""

    @classmethod
    def unknown(cls, at_s: float, detail: str = "") -> GateState:
        """The state before a first complete read-back."""
        return cls(at_s, None, Enforcement.PENDING, is_known=False, detail=detail)


@dataclass(frozen=True, slots=True)
class Plan:
    """An order to a gate: a budget for one workload, why, and how long it holds.

    An order that has expired must not be carried out where it raises a limit: its ground is gone.
    """

    workload: str
    budget: Rate
    floor: Rate
    ceiling: Rate
    at_s: float
    expires_at_s: float
    action: Action
    reason: Reason
