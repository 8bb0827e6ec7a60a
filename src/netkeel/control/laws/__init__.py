"""Here belong the control laws: one contract, one file and one registration each."""

import msgspec

from netkeel.control.law import LawSpec, registered
from netkeel.control.laws import classic, classic_repaired, swift

__all__ = ["classic", "classic_repaired", "law_settings", "laws", "swift"]


def laws() -> dict[str, LawSpec]:
    """Every registered law by name."""
    return registered()


def law_settings() -> dict[str, type[msgspec.Struct]]:
    """Settings class of every law, for the checker and the JSON Schema."""
    return {name: spec.settings for name, spec in registered().items()}
