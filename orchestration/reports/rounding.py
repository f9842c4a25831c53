"""Rounding for print: half away from zero, once, on the exact value (contract.md 4).

A binary float of 330 / 92958 * 10000 is close to 35.4999; rounded to a decimal first and then to a whole number
it would print 36. So ratios are taken again from their whole numbers, exactly.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

# Kinds whose value is numerator / denominator on this scale; all others print their value as it stands.
SCALES = {"rate_per_10k": 10_000, "percentage": 100, "mean": 1}
# Means of published figures (one to two decimals, ten areas) carry float noise far below this place.
NOISE_DECIMALS = 9


def exact(value: float) -> Fraction:
    """The decimal that the float was written for: 35.25 for 35.24999999999999."""
    return Fraction(Decimal(repr(round(value, NOISE_DECIMALS))))


def exact_value(
    kind: str, numerator: float | None, denominator: float | None, value: float | None
) -> Fraction | None:
    """The unrounded value of a figure; None where it has none."""
    if value is None:
        return None
    if kind in SCALES and numerator is not None and denominator:
        return Fraction(numerator) * SCALES[kind] / Fraction(denominator)
    return exact(value)


def round_half_away(value: Fraction, decimals: int) -> Decimal:
    """`value` at `decimals` decimals, a tie going away from zero."""
    units = floor(abs(value) * 10**decimals + Fraction(1, 2))
    return Decimal(units if value >= 0 else -units).scaleb(-decimals)


def printed(value: Fraction, decimals: int) -> str:
    """`value` as it stands on the page: rounded, thousands with commas, never a negative zero."""
    rounded = round_half_away(value, decimals)
    return f"{rounded if rounded else abs(rounded):,.{decimals}f}"


def printed_count(count: float) -> str:
    """A numerator or denominator: whole where it is whole, else with its own decimals."""
    number = exact(count)
    return (
        f"{int(number):,}"
        if number.denominator == 1
        else f"{round_half_away(number, 2).normalize():,f}"
    )
