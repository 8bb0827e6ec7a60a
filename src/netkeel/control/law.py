"""The contract of every control law, and the register of laws.

A law is an immutable value: `step(observation) -> (successor, proposal)`. It is asked once for
each new, believed delay of one objective and answers with a rate and a reason. It never sees
time other than the observation's, never a blind loop (the ladder answers then), and its answer
is clamped and shaped afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, Self

import msgspec

from netkeel.model.reason import Reason
from netkeel.model.record import Load
from netkeel.units import Rate


@dataclass(frozen=True, slots=True)
class Observation:
    """What a law sees of one period."""

    at_s: float
    limit: Rate
    """The limit that the answer changes: what is wanted now, or what is in force where less."""
    delay_s: float
    """The objective's quantile of the delay, after smoothing."""
    target_s: float
    deadline_s: float
    period_s: float
    """One feedback delay: the longer of the step and the interval between new samples."""
    floor: Rate
    ceiling: Rate
    load: Load
    above_last_edge: bool = False
    """The delay is only a lower bound: the histogram's last edge."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A law's answer, before bounds and shape."""

    rate: Rate
    reason: Reason


class Law(Protocol):
    """One control law in one state."""

    def step(self, observation: Observation) -> tuple[Self, Proposal]:
        """The law after this observation, and what it proposes."""
        ...

    def snapshot(self) -> dict[str, Any]:
        """Its state in JSON types, without settings; empty where it has none."""
        ...


@dataclass(frozen=True, slots=True)
class LawSpec:
    """A registered law: how it is made, and what it brings along."""

    name: str
    version: int
    """Raised whenever the same observations may give other answers."""
    summary: str
    settings: type[msgspec.Struct]
    make: Callable[[Any], Law]
    """From its settings to its first state."""
    smoothing: float = 1.0
    """Weight of a new reading in the exponential mean before it, where not configured."""
    dead_band: float = 0.0
    """Half width of the band around the target, as a share, where not configured."""


_REGISTER: dict[str, LawSpec] = {}


def register(spec: LawSpec) -> LawSpec:
    """Add a law to the register; called once in the law's own file.

    Raises:
        ValueError: The name is taken.
    """
    if spec.name in _REGISTER:
        raise ValueError(f"two laws are called {spec.name!r}: rename one")
    _REGISTER[spec.name] = spec
    return spec


def registered() -> dict[str, LawSpec]:
    """All laws by name. Import `netkeel.control.laws` first: it loads them."""
    return dict(_REGISTER)
