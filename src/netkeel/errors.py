"""The tree of errors: each branch says what the program does next.

A message has three parts: what failed, on what, and what to do. Foreign exceptions are translated
into this tree once, at the border (an adapter), and never leak past it.
"""

from __future__ import annotations


class NetkeelError(Exception):
    """Anything netkeel raises on purpose; `exit_code` is what a command ends with."""

    exit_code: int = 1


class ConfigurationError(NetkeelError):
    """The configuration cannot be used: a command stops, a running daemon keeps the old one."""

    exit_code = 2


class QuantityError(ConfigurationError, ValueError):
    """A text is not a bandwidth that may be written to a cluster: refuse it, change nothing."""


class DurationError(ConfigurationError, ValueError):
    """A text is not a duration with a unit: refuse it."""


class NotMetError(NetkeelError):
    """An objective or a check was not met: report it, exit 3."""

    exit_code = 3


class EnvironmentLackError(NetkeelError):
    """This machine or cluster lacks something netkeel needs: say what and the remedy, exit 4."""

    exit_code = 4


class SourceError(NetkeelError):
    """A measurement could not be had: the loop goes on with what it believes."""


class GateError(NetkeelError):
    """A limit could not be read or written: the loop goes on and the gate is tried again."""
