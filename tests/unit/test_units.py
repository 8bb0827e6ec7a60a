"""Quantities, rates and durations."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netkeel.errors import DurationError, QuantityError
from netkeel.units import (
    Notation,
    Quantity,
    Rate,
    binary_suffix_warning,
    format_duration,
    parse_duration,
    parse_quantity,
)

SUFFIXES = ["", "k", "M", "G", "T", "Ki", "Mi", "Gi", "e3", "E6", "e0"]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("10M", "10M"),
        ("10Mi", "10Mi"),
        ("1.5G", "1500M"),
        ("0.5M", "500k"),
        ("1000", "1k"),
        ("1024", "1024"),
        ("0.5Ki", "512"),
        ("1.0001", "1000100u"),
        ("1e3", "1e3"),
        ("1E", "1E"),
        ("1E3", "1e3"),
        ("+5M", "5M"),
        (".5M", "500k"),
        ("5.", "5"),
        ("0", "0"),
    ],
)
def test_the_canonical_form_is_the_api_servers(text: str, canonical: str) -> None:
    assert parse_quantity(text).canonical() == canonical


def test_ten_mega_is_not_ten_mebi() -> None:
    assert Rate.parse("10M") == Rate(10_000_000)
    assert Rate.parse("10Mi") == Rate(10_485_760)
    assert "10M" in (binary_suffix_warning("10Mi") or "")
    assert "1k" in (binary_suffix_warning("1Ki") or "")
    assert binary_suffix_warning("10M") is None


@pytest.mark.parametrize("text", ["0.1", "1.5", "1.0000000001"])
def test_a_fraction_of_a_bit_is_rounded_up(text: str) -> None:
    assert Rate.parse(text).bps == int(float(text)) + 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("10m", "milli; write 10M"),
        ("5u", "less than a bit"),
        ("5n", "less than a bit"),
        ("-5M", "negative"),
        ("1e3M", "both an exponent and a suffix"),
        ("10 M", "unknown suffix"),
        ("10Mbit", "unknown suffix"),
        ("", "number must come first"),
        ("M", "number must come first"),
        ("٣M", "number must come first"),
        (" 10M", "number must come first"),
    ],
)
def test_what_is_no_limit_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(QuantityError, match=why):
        Rate.parse(text)


def test_a_huge_exponent_neither_hangs_nor_overflows() -> None:
    assert parse_quantity("1e999999999").value == 2**63 - 1
    assert parse_quantity("1e-999999999").value == Fraction(1, 10**9)


@given(st.integers(0, 10**15), st.sampled_from(SUFFIXES))
def test_a_canonical_quantity_is_read_back_as_itself(number: int, suffix: str) -> None:
    quantity = parse_quantity(f"{number}{suffix}")
    again = parse_quantity(quantity.canonical())
    assert again.value == quantity.value
    assert again.canonical() == quantity.canonical()


@given(
    st.decimals(0, 10**6, places=4, allow_nan=False), st.sampled_from(["", "k", "M", "Ki", "Mi"])
)
def test_fractions_are_exact_and_whole_never_rounds_down(number: Decimal, suffix: str) -> None:
    quantity = parse_quantity(f"{number:f}{suffix}")
    assert 0 <= quantity.whole() - quantity.value < 1


@given(st.integers(0, 2**62))
def test_a_rate_is_written_so_that_kubernetes_reads_the_same(bps: int) -> None:
    assert Rate.parse(str(Rate(bps))) == Rate(bps)


def test_a_binary_quantity_that_is_no_whole_kibi_is_written_without_suffix() -> None:
    assert Quantity(Fraction(1025), Notation.BINARY_SI).canonical() == "1025"


def test_rates_never_go_below_zero() -> None:
    assert Rate.mbps(1) - Rate.mbps(2) == Rate(0)
    assert Rate.of(-3.0) == Rate(0)
    with pytest.raises(QuantityError, match="negative"):
        Rate(-1)


def test_clamp_keeps_a_rate_within_its_bounds() -> None:
    floor, ceiling = Rate.mbps(10), Rate.mbps(1000)
    assert Rate.mbps(5).clamp(floor, ceiling) == floor
    assert Rate.mbps(2000).clamp(floor, ceiling) == ceiling
    assert Rate.mbps(50).clamp(floor, ceiling) == Rate.mbps(50)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10ms", 0.010),
        ("1.5ms", 0.0015),
        ("5s", 5.0),
        ("2m", 120.0),
        ("1h", 3600.0),
        ("50us", 5e-5),
    ],
)
def test_durations_are_exact_to_the_last_bit(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds
    assert parse_duration(format_duration(seconds)) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["5", "5 s", "-5s", "s", "5sec", "1.5", ""])
def test_a_duration_without_a_unit_is_refused(text: str) -> None:
    with pytest.raises(DurationError, match="unit"):
        parse_duration(text)
