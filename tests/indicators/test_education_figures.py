"""Offer days, terms and other rounds of education, in the calendar of the empty project."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from tests.indicators.empty_project import Build


@pytest.fixture(scope="module")
def calendar(project: Build) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(project.layers), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize(
    ("part", "year", "offer_day"),
    [
        ("PRI", 2025, date(2025, 4, 16)),
        ("PRI", 2022, date(2022, 4, 19)),  # Saturday of Easter, then Easter Monday
        ("SEC", 2025, date(2025, 3, 3)),
        ("SEC", 2026, date(2026, 3, 2)),
        ("SEC", 2024, date(2024, 3, 1)),
    ],
)
def test_offer_day_is_the_next_working_day(
    calendar: duckdb.DuckDBPyConnection, part: str, year: int, offer_day: date
) -> None:
    found = calendar.execute(
        "select period_start, period_end from history.hist_education_calendar"
        " where basis = 'annual' and part = ? and end_year = ?",
        [part, year],
    ).fetchall()
    assert found == [(offer_day, offer_day)]


@pytest.mark.parametrize(
    ("basis", "part", "year", "period"),
    [
        ("term", "AUT", 2025, (date(2024, 9, 1), date(2024, 12, 31))),
        ("term", "SPR", 2025, (date(2025, 1, 1), date(2025, 4, 20))),
        ("term", "SUM", 2025, (date(2025, 4, 21), date(2025, 8, 31))),
        ("term", "SPR", 2024, (date(2024, 1, 1), date(2024, 3, 31))),
        ("academic_year_autumn_spring", "", 2024, (date(2023, 8, 1), date(2024, 3, 31))),
        ("december_to_february", "", 2024, (date(2023, 12, 1), date(2024, 2, 29))),
        ("academic_year", "", 2024, (date(2023, 9, 1), date(2024, 8, 31))),
    ],
)
def test_rounds_of_education_begin_and_end(
    calendar: duckdb.DuckDBPyConnection,
    basis: str,
    part: str,
    year: int,
    period: tuple[date, date],
) -> None:
    found = calendar.execute(
        "select period_start, period_end from history.hist_education_calendar"
        " where basis = ? and part = ? and end_year = ?",
        [basis, part, year],
    ).fetchall()
    assert found == [period]
