"""Printed numbers as text. They come rounded from the printed tables (`rpt_*`); nothing is rounded here."""

from __future__ import annotations

from decimal import Decimal


def printed(value: float, decimals: int) -> str:
    """A rounded value with its decimals, thousands with commas, never a negative zero."""
    number = Decimal(repr(value))
    return f"{number if number else abs(number):,.{decimals}f}"


def printed_count(count: float) -> str:
    """A numerator or denominator: whole where it is whole, else with two decimals at most."""
    if count == int(count):
        return f"{int(count):,}"
    return f"{count:,.2f}".rstrip("0")
