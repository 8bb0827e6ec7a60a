"""Why a limit is what it is: one enumeration for log, metric, event, condition and explain."""

from __future__ import annotations

from enum import Enum


class Action(Enum):
    """What a decision did to the limit that was wanted before it."""

    INCREASE = "INCREASE"
    DECREASE = "DECREASE"
    STABLE = "STABLE"


class Reason(Enum):
    """Each member's value goes to records; `sentence` is what people read."""

    BELOW_TARGET = "below_target"
    ABOVE_TARGET = "above_target"
    ABOVE_DEADLINE = "above_deadline"
    AT_TARGET = "at_target"
    WITHIN_DEAD_BAND = "within_dead_band"
    CHANGE_TOO_SMALL = "change_too_small"
    WITHIN_REFRACTORY_PERIOD = "within_refractory_period"
    LIMIT_NOT_USED = "limit_not_used"
    AT_FLOOR = "at_floor"
    AT_CEILING = "at_ceiling"
    AWAITING_SAMPLE = "awaiting_sample"
    AWAITING_GATE = "awaiting_gate"
    NO_FRESH_SAMPLE = "no_fresh_sample"
    BLIND_DECAY = "blind_decay"
    BLIND_COUNTERS = "blind_counters"
    BLIND_FLOOR = "blind_floor"
    BLIND_ASSUMED = "blind_assumed"
    ADOPTED = "adopted"
    STARTED = "started"
    HELD_FREEZE = "held_freeze"
    HELD_OPEN = "held_open"
    HELD_FLOOR = "held_floor"
    OUTSIDE_BOUNDS = "outside_bounds"

    @property
    def sentence(self) -> str:
        """The reason in words, complete without the record beside it."""
        return _SENTENCES[self]


_SENTENCES = {
    Reason.BELOW_TARGET: "the delay is below the target, so the gate opens",
    Reason.ABOVE_TARGET: "the delay is above the target, so the gate closes",
    Reason.ABOVE_DEADLINE: "the delay is above the deadline, so the gate closes at once",
    Reason.AT_TARGET: "the delay is exactly at the target",
    Reason.WITHIN_DEAD_BAND: "the delay is within the dead band around the target",
    Reason.CHANGE_TOO_SMALL: "the change would be too small to be worth a write",
    Reason.WITHIN_REFRACTORY_PERIOD: "the last cut has not shown its effect yet",
    Reason.LIMIT_NOT_USED: "best effort does not use the limit it has, so raising teaches nothing",
    Reason.AT_FLOOR: "the limit is at its floor and may not fall further",
    Reason.AT_CEILING: "the limit is at its ceiling and may not rise further",
    Reason.AWAITING_SAMPLE: "no new sample has come since the last decision",
    Reason.AWAITING_GATE: "the limit in force is not known yet",
    Reason.NO_FRESH_SAMPLE: "there is no measurement to believe, so the limit is held",
    Reason.BLIND_DECAY: "blind for a while, so the limit is lowered little by little",
    Reason.BLIND_COUNTERS: "blind for long, so the limit follows the traffic counters alone",
    Reason.BLIND_FLOOR: "blind for long and without counters, so the limit is the floor",
    Reason.BLIND_ASSUMED: "blind, and configured to assume a delay (unsafe)",
    Reason.ADOPTED: "netkeel started from the limit that the cluster has",
    Reason.STARTED: "the cluster has no valid limit, so netkeel started from the configured one",
    Reason.HELD_FREEZE: "an operator froze the limit",
    Reason.HELD_OPEN: "an operator opened the gate",
    Reason.HELD_FLOOR: "an operator put the limit to its floor",
    Reason.OUTSIDE_BOUNDS: "the limit in force lay outside floor and ceiling",
}
