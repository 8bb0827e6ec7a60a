"""Divides a workload's budget over its pods, and orders the writes so that no sum exceeds it.

Pure: what is read back goes in, what to write next comes out. Cuts (and first limits of pods that
have none) come at once; raises only when every cut has been read back, only as far as the sum of
what is in force leaves room, and only when the pod's last raise is long enough ago.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netkeel.adapters.kubernetes.selection import LOWEST
from netkeel.control.sharing import Claim, share
from netkeel.units import Rate


@dataclass(frozen=True, slots=True)
class Write:
    """One pod's limit to be written."""

    pod: str
    rate: Rate
    is_raise: bool


def targets(budget: Rate, pods: Sequence[str]) -> Mapping[str, Rate]:
    """What each pod shall have; never below the lowest limit that a data plane takes."""
    shares = share(budget, [Claim(pod) for pod in pods])
    return {pod: max(LOWEST, rate) for pod, rate in shares.items()}


def cuts(wanted: Mapping[str, Rate], applied: Mapping[str, Rate | None]) -> list[Write]:
    """Pods whose limit must come down, those without any first."""
    missing = [Write(p, w, is_raise=False) for p, w in wanted.items() if applied[p] is None]
    above = [
        Write(p, w, is_raise=False)
        for p, w in wanted.items()
        if (a := applied[p]) is not None and a > w
    ]
    return missing + above


def raises(
    budget: Rate, wanted: Mapping[str, Rate], applied: Mapping[str, Rate | None]
) -> list[Write]:
    """Pods whose limit may go up now; empty while a cut is not read back yet."""
    if cuts(wanted, applied):
        return []
    in_force = sum(rate.bps for rate in applied.values() if rate is not None)
    result = []
    for pod, rate in wanted.items():
        now = applied[pod]
        if now is None or now >= rate:
            continue
        step = rate.bps - now.bps
        if in_force + step > max(budget.bps, LOWEST.bps * len(wanted)):
            continue
        in_force += step
        result.append(Write(pod, rate, is_raise=True))
    return result
