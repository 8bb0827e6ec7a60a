"""What can stand before any law: exponential smoothing, and hysteresis around the target."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class DelayFilter:
    """The exponential mean of an objective's delay; None before the first reading."""

    smoothing: float
    """Weight of the newest reading, above 0 to 1."""
    dead_band: float
    """Half width of the band around the target, as a share of it."""
    mean_s: float | None = None

    def update(self, delay_s: float) -> DelayFilter:
        """Take one reading in."""
        if self.mean_s is None or self.smoothing >= 1:
            return replace(self, mean_s=delay_s)
        return replace(self, mean_s=self.mean_s + self.smoothing * (delay_s - self.mean_s))

    def is_within_band(self, target_s: float) -> bool:
        """Whether the mean is so near the target that the law is not asked."""
        if self.mean_s is None or self.dead_band == 0:
            return False
        return abs(self.mean_s - target_s) <= self.dead_band * target_s
