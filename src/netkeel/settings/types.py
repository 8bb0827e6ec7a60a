"""The leaf types of the configuration: texts with a unit that become values of one unit."""

from __future__ import annotations

from typing import Any, Self

from netkeel.units import Rate, format_duration, parse_duration


class Duration(float):
    """Seconds; in files a text with a unit, such as `1.5ms`."""

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read a duration.

        Raises:
            DurationError: The text is no duration.
        """
        return cls(parse_duration(text))

    def __str__(self) -> str:
        """The text that a file would have."""
        return format_duration(float(self))


class Bandwidth(str):  # noqa: SLOT000 - a str subclass cannot have slots and an attribute
    """A Kubernetes quantity in bit/s as it was written, and the rate it means."""

    rate: Rate

    def __new__(cls, text: str) -> Self:
        """Read a bandwidth.

        Raises:
            QuantityError: The text is no bandwidth.
        """
        self = super().__new__(cls, text)
        self.rate = Rate.parse(text)
        return self


def schema_hook(kind: type[Any]) -> dict[str, Any]:
    """JSON Schema of the leaf types (for `msgspec.json.schema`)."""
    if kind is Duration:
        return {
            "type": "string",
            "pattern": r"^[0-9]+(\.[0-9]+)?(us|ms|s|m|h)$",
            "description": "A duration with its unit, such as 1.5ms.",
        }
    if kind is Bandwidth:
        return {
            "type": ["string", "integer"],
            "pattern": r"^[0-9]+(\.[0-9]*)?([kMGTPE]|[KMGTPE]i|[eE]\+?[0-9]+)?$",
            "description": "A bandwidth in bit/s as a Kubernetes quantity, such as 50M.",
        }
    raise NotImplementedError(kind)
