"""Rounding for print."""

from __future__ import annotations

import pytest

from orchestration.reports.rounding import exact, exact_value, printed, printed_count


@pytest.mark.parametrize(
    ("kind", "numerator", "denominator", "decimals", "shown"),
    [
        (
            "rate_per_10k",
            330,
            92958,
            0,
            "35",
        ),  # 35.49990...: rounding twice, by way of 35.5, gives 36
        ("rate_per_10k", 330, 92958, 1, "35.5"),
        ("percentage", 1, 8, 0, "13"),  # half goes away from zero, not to the even 12
        ("percentage", 1, 40, 0, "3"),
        ("percentage", 29, 200, 0, "15"),  # the float 0.145 * 100 is below 14.5
        ("mean", 1001, 2, 0, "501"),
        ("mean", -3, 2, 0, "-2"),
        ("percentage", 0, 7, 1, "0.0"),
        ("rate_per_10k", 93851, 93851, 1, "10,000.0"),
    ],
)
def test_ratio_is_rounded_once_on_its_exact_value(
    kind: str, numerator: float, denominator: float, decimals: int, shown: str
) -> None:
    value = exact_value(kind, numerator, denominator, numerator / denominator)
    assert value is not None
    assert printed(value, decimals) == shown


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (0.145, 2, "0.15"),  # printed decimals count, not the binary fraction below them
        (-0.25, 1, "-0.3"),
        (-0.04, 1, "0.0"),
        ((35.2 + 35.3) / 2, 1, "35.3"),
        ((0.1 + 0.2) / 2, 2, "0.15"),
        (1234.5, 0, "1,235"),
    ],
)
def test_published_value_is_rounded_as_the_decimal_it_was_written_as(
    value: float, decimals: int, shown: str
) -> None:
    assert printed(exact(value), decimals) == shown


def test_a_gap_prints_its_own_value_not_its_local_ratio() -> None:
    value = exact_value("gap", 30, 60, -12.5)
    assert value is not None
    assert printed(value, 0) == "-13"


def test_no_value_stays_none() -> None:
    assert exact_value("percentage", 0, 0, None) is None


def test_counts_are_whole_where_they_are_whole() -> None:
    assert [printed_count(count) for count in (0, 2751.0, 12.5, 1000.25)] == [
        "0",
        "2,751",
        "12.5",
        "1,000.25",
    ]
