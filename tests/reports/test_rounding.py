"""Rounded values as text; the rounding itself is SQL (`printed_value`) and tested beside it."""

from __future__ import annotations

import pytest

from orchestration.reports.content.rounding import printed, printed_count


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (35.0, 0, "35"),
        (35.5, 1, "35.5"),
        (-0.3, 1, "-0.3"),
        (-0.0, 1, "0.0"),
        (10000.0, 1, "10,000.0"),
        (0.1, 2, "0.10"),
    ],
)
def test_a_rounded_value_keeps_its_decimals(value: float, decimals: int, shown: str) -> None:
    assert printed(value, decimals) == shown


def test_counts_are_whole_where_they_are_whole() -> None:
    assert [printed_count(count) for count in (0, 2751.0, 12.5, 1000.25)] == [
        "0",
        "2,751",
        "12.5",
        "1,000.25",
    ]
