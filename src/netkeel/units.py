"""Bandwidth and durations, with their units.

A bandwidth crosses a module boundary only as a `Rate`, never as a bare number: tc's `bps` means
bytes, Kubernetes means bits, and Prometheus wants base units. A `Rate` is a whole number of bits
a second, so that dividing a budget among pods is exact.

Texts follow the grammar of Kubernetes' `resource.Quantity`, because the annotation
`kubernetes.io/egress-bandwidth` is one. What that grammar allows and what a limit may be are two
things: `parse_quantity` reads every quantity, `Rate.parse` accepts only what may limit a pod.

References:
    https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource#Quantity
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import total_ordering
from math import ceil

from netkeel.errors import DurationError, QuantityError


class Notation(Enum):
    """The three families of suffix, each with a canonical form of its own."""

    DECIMAL_SI = "decimal"
    BINARY_SI = "binary"
    DECIMAL_EXPONENT = "exponent"


# In ascending order: the canonical form takes the largest that leaves an integer.
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"": 0, "Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<digits>[0-9]+\.?[0-9]*|\.[0-9]+)(?P<suffix>.*)", re.ASCII)
_EXPONENT = re.compile(r"[eE][+-]?[0-9]+", re.ASCII)
# The API server keeps at most nano precision and 2^63 - 1, rounding away from zero.
_NANO = Fraction(1, 10**9)
_MAX = Fraction(2**63 - 1)


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact Kubernetes quantity and the family of suffix it was written in."""

    value: Fraction
    notation: Notation

    def canonical(self) -> str:
        """The text that the API server stores for this quantity.

        No fraction digits, the largest suffix that leaves an integer; a binary quantity that is a
        fraction or below 1024 is written in decimal.
        """
        binary_fits = self.value.denominator == 1 and abs(self.value) >= 1024
        if self.notation is Notation.BINARY_SI and binary_fits:
            return _with_largest_suffix(self.value, [(s, 2**e) for s, e in _BINARY.items()])
        if self.notation is Notation.DECIMAL_EXPONENT:
            return _with_largest_suffix(self.value, _exponent_suffixes())
        return _with_largest_suffix(
            self.value, [(s, Fraction(10) ** e) for s, e in _DECIMAL.items()]
        )

    def whole(self) -> int:
        """The value as Kubernetes' `Value()` gives it: a fraction is rounded up, away from zero."""
        return ceil(self.value) if self.value >= 0 else -ceil(-self.value)


def _exponent_suffixes() -> list[tuple[str, Fraction]]:
    exponents = range(-9, 19, 3)
    return [(f"e{e}" if e else "", Fraction(10) ** e) for e in exponents]


def _with_largest_suffix(value: Fraction, suffixes: Iterable[tuple[str, Fraction | int]]) -> str:
    if value == 0:
        return "0"
    fitting = [(s, value / m) for s, m in suffixes if (value / m).denominator == 1]
    suffix, mantissa = fitting[-1]
    return f"{mantissa.numerator}{suffix}"


def parse_quantity(text: str) -> Quantity:
    """Read a Kubernetes quantity exactly.

    Like the API server, a value finer than 10^-9 is rounded up (away from zero) to it, and one
    above 2^63 - 1 is cut to it.

    Raises:
        QuantityError: The text is not a quantity.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise _not_a_quantity(text, "a number must come first, without spaces")
    multiplier, notation = _suffix(text, match["suffix"])
    value = Fraction("0" + match["digits"].rstrip(".")) * multiplier
    nanos = ceil(value / _NANO)
    value = min(nanos * _NANO, _MAX)
    return Quantity(-value if match["sign"] == "-" else value, notation)


def _suffix(text: str, suffix: str) -> tuple[Fraction, Notation]:
    if suffix in _DECIMAL:
        return Fraction(10) ** _DECIMAL[suffix], Notation.DECIMAL_SI
    if suffix in _BINARY:
        return Fraction(2) ** _BINARY[suffix], Notation.BINARY_SI
    if _EXPONENT.fullmatch(suffix):
        exponent = int(suffix[1:])
        # 10^±40 is already beyond every quantity; without a bound "1e999999999" eats the memory.
        return Fraction(10) ** max(-40, min(40, exponent)), Notation.DECIMAL_EXPONENT
    if _EXPONENT.match(suffix):
        raise _not_a_quantity(text, "it has both an exponent and a suffix: use one of them")
    raise _not_a_quantity(text, f"unknown suffix {suffix!r} (k, M, G, T, P, E, or Ki, Mi, Gi, …)")


def _not_a_quantity(text: str, why: str) -> QuantityError:
    return QuantityError(f"{text!r} is not a Kubernetes quantity: {why}; write it like 50M")


@total_ordering
@dataclass(frozen=True, slots=True)
class Rate:
    """A bandwidth: a whole number of bits a second, never negative."""

    bps: int

    def __post_init__(self) -> None:
        """Refuse what is no bandwidth.

        Raises:
            QuantityError: The rate is negative.
        """
        if self.bps < 0:
            raise QuantityError(f"a rate of {self.bps} bit/s is negative: use 0 or more")

    @classmethod
    def of(cls, bps: float | Fraction) -> Rate:
        """The nearest rate to a computed number of bits a second; below zero it is zero."""
        return cls(max(0, round(bps)))

    @classmethod
    def mbps(cls, mbps: float) -> Rate:
        """A rate from megabits (10^6) a second."""
        return cls.of(mbps * 1e6)

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Read a limit as Kubernetes would, refusing what nobody means as a limit.

        Raises:
            QuantityError: No quantity, negative, or with a suffix below one bit (`m`, `u`, `n`).
        """
        quantity = parse_quantity(text)
        if quantity.value < 0:
            raise QuantityError(f"{text!r} is negative: a bandwidth is 0 or more")
        if text[-1:] in ("m", "u", "n"):
            hint = f"{text[:-1]}M" if text.endswith("m") else "50M"
            raise QuantityError(f"{text!r} is less than a bit: 'm' means milli; write {hint}")
        return cls(quantity.whole())

    def __lt__(self, other: Rate) -> bool:
        """Order by bandwidth."""
        return self.bps < other.bps

    def __add__(self, other: Rate) -> Rate:
        """The sum of two rates."""
        return Rate(self.bps + other.bps)

    def __sub__(self, other: Rate) -> Rate:
        """What is left of this rate: zero where the other is larger."""
        return Rate(max(0, self.bps - other.bps))

    def __mul__(self, factor: float) -> Rate:
        """The nearest whole rate to a multiple."""
        return Rate.of(self.bps * factor)

    def clamp(self, floor: Rate, ceiling: Rate) -> Rate:
        """This rate, or the nearer of the two bounds where it lies outside them."""
        return max(floor, min(self, ceiling))

    @property
    def in_mbps(self) -> float:
        """Megabits (10^6) a second."""
        return self.bps / 1e6

    def __str__(self) -> str:
        """The canonical Kubernetes quantity, such as `110M`."""
        return Quantity(Fraction(self.bps), Notation.DECIMAL_SI).canonical()


def binary_suffix_warning(text: str) -> str | None:
    """What to tell someone who wrote `10Mi` where `10M` is meant; None where nothing is odd."""
    if not text.endswith("i"):
        return None
    decimal = text.removesuffix("i").replace("K", "k")
    return (
        f"{text!r} counts in powers of 1024 and is {Rate.parse(text).bps} bit/s; "
        f"network rates are decimal: write {decimal!r} if that is what you mean"
    )


_DURATION = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>us|ms|s|m|h)", re.ASCII)
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def parse_duration(text: str) -> float:
    """Seconds from a text such as `10ms`, `1.5ms`, `5s` or `2m`.

    Raises:
        DurationError: The text has no unit, or is no duration.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise DurationError(
            f"{text!r} is not a duration: write a number and a unit (us, ms, s, m, h), like 1.5ms"
        )
    # Division by the exact power of ten keeps 1.5ms == 0.0015 to the last bit.
    number = Fraction(match["number"])
    return float(number * Fraction(_SECONDS[match["unit"]]).limit_denominator(10**6))


def format_duration(duration_s: float) -> str:
    """A short text that `parse_duration` reads back, such as `1.5ms`."""
    for unit in ("h", "m", "s", "ms", "us"):
        number = duration_s / _SECONDS[unit]
        if number >= 1 or unit == "us":
            return f"{number:.6g}{unit}"
    raise AssertionError("unreachable")
