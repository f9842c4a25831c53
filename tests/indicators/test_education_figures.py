"""Offer days, terms and other rounds of education, in the calendar of the empty project."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import DEFAULT_HOME_AREA
from tests.empty_project import Build


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


def test_plans_of_barnet_in_2024_are_601_of_601_and_747_of_747_with_exceptions(
    project: Build, tmp_path: Path
) -> None:
    """747 plans issued in 2024, each by day 140; 146 of them with an exception (DfE, EHC plans, 2025, Barnet)."""
    layers = Path(shutil.copy(project.layers, tmp_path))
    with duckdb.connect(str(layers)) as connection:
        connection.execute(
            "insert into history.hist_ehc_plans by name select ? as area_code, 'sen2' as source,"
            " 'request ' || number as request_key, 'child ' || number as child_key, 'Y' as assessment_outcome_code,"
            " number > 601 as has_exception, date '2010-09-01' as birth_date,"
            " date '2024-01-01' + cast(number % 366 as integer) as start_date,"
            " date '2024-01-01' + cast(number % 366 as integer) - cast(number % 141 as integer) as received_date"
            " from range(1, 748) as plans (number)",
            [DEFAULT_HOME_AREA],
        )
        plans = connection.sql(project.sql("pop_ehc_plans_issued"))
        [found] = plans.aggregate(
            "sum(is_within_20_weeks_without_exception::int), sum(is_without_exception::int),"
            " sum(is_within_20_weeks::int), count(*)"
        ).fetchall()

    assert found == (601, 601, 747, 747)
