"""Working days between two dates by the populations' calendar (dbt_project/docs/figures.md, 'Working days')."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from tests.empty_project import Build

# start, working days, last day that counts so many
DUE_DATES = [
    ("crosses Easter and early May", "2025-03-03", 15, "2025-03-24"),
    ("crosses Easter and early May", "2025-03-03", 45, "2025-05-08"),
    ("Maundy Thursday", "2025-04-17", 15, "2025-05-13"),
    ("Maundy Thursday", "2025-04-17", 45, "2025-06-25"),
    ("Good Friday", "2025-04-18", 15, "2025-05-13"),
    ("Good Friday", "2025-04-18", 45, "2025-06-25"),
    ("Easter Saturday", "2025-04-19", 15, "2025-05-13"),
    ("Easter Saturday", "2025-04-19", 45, "2025-06-25"),
    ("Christmas Eve", "2025-12-24", 15, "2026-01-19"),
    ("Christmas Eve", "2025-12-24", 45, "2026-03-02"),
    ("leap day", "2024-02-29", 15, "2024-03-21"),
    ("leap day", "2024-02-29", 45, "2024-05-07"),
    ("jubilee of 3 June 2022", "2022-06-01", 1, "2022-06-06"),
    ("funeral of 19 September 2022", "2022-09-16", 1, "2022-09-20"),
    ("coronation of 8 May 2023", "2023-05-05", 1, "2023-05-09"),
]
COUNTS = [
    ("same day", "2025-03-03", "2025-03-03", 0),
    ("next day", "2025-03-03", "2025-03-04", 1),
    ("Friday to Saturday", "2025-03-07", "2025-03-08", 0),
    ("Friday to Sunday", "2025-03-07", "2025-03-09", 0),
    ("Friday to Monday", "2025-03-07", "2025-03-10", 1),
    ("Saturday to Monday", "2025-03-08", "2025-03-10", 1),
    ("Sunday to Monday", "2025-03-09", "2025-03-10", 1),
    ("last working day of 2024 to the first of 2025", "2024-12-31", "2025-01-02", 1),
    ("31 December to 1 January", "2024-12-31", "2025-01-01", 0),
]


@pytest.fixture(scope="module")
def calendar(project: Build) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(project.layers), read_only=True) as connection:
        yield connection


def _working_days(calendar: duckdb.DuckDBPyConnection, start: str, end: str) -> int:
    found = calendar.execute(
        "select ended.working_day_number - started.working_day_number"
        " from history.hist_calendar as started cross join history.hist_calendar as ended"
        " where started.calendar_day = cast($1 as date) and ended.calendar_day = cast($2 as date)",
        [start, end],
    ).fetchone()
    assert found is not None, "a day is not in the calendar"
    return int(found[0])


@pytest.mark.parametrize(("case", "start", "days", "due"), DUE_DATES)
def test_due_date_is_so_many_working_days_after_the_start(
    calendar: duckdb.DuckDBPyConnection, case: str, start: str, days: int, due: str
) -> None:
    assert _working_days(calendar, start, due) == days, case


@pytest.mark.parametrize(("case", "start", "days", "due"), DUE_DATES)
def test_due_date_is_a_working_day_itself(
    calendar: duckdb.DuckDBPyConnection, case: str, start: str, days: int, due: str
) -> None:
    row = calendar.execute(
        "select is_working_day from history.hist_calendar where calendar_day = cast($1 as date)",
        [due],
    ).fetchone()
    assert row == (1,), case


@pytest.mark.parametrize(("case", "start", "end", "days"), COUNTS)
def test_start_day_is_day_0(
    calendar: duckdb.DuckDBPyConnection, case: str, start: str, end: str, days: int
) -> None:
    assert _working_days(calendar, start, end) == days, case


def test_calendar_has_every_day_once(calendar: duckdb.DuckDBPyConnection) -> None:
    row = calendar.execute(
        "select min(calendar_day), max(calendar_day), count(*), count(distinct calendar_day)"
        " from history.hist_calendar"
    ).fetchone()
    n_days = (date(2040, 12, 31) - date(1980, 1, 1)).days + 1
    assert row == (date(1980, 1, 1), date(2040, 12, 31), n_days, n_days)
