"""The committed seed of bank holidays is what the library says and holds the one-off days."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from orchestration.warehouse.bank_holidays import SEED, bank_holidays, write_seed

ONE_OFFS = (
    "1981-07-29",
    "1999-12-31",
    "2002-06-03",
    "2011-04-29",
    "2012-06-05",
    "2022-06-03",
    "2022-09-19",
    "2023-05-08",
)
# The day it moved from, the day it moved to.
MOVED = (
    ("1995-05-01", "1995-05-08"),
    ("2002-05-27", "2002-06-04"),
    ("2012-05-28", "2012-06-04"),
    ("2020-05-04", "2020-05-08"),
    ("2022-05-30", "2022-06-02"),
)
# The weekend day, its substitute.
SUBSTITUTED = (
    ("2000-01-01", "2000-01-03"),
    ("2020-12-26", "2020-12-28"),
    ("2021-12-25", "2021-12-27"),
    ("2021-12-26", "2021-12-28"),
    ("2022-01-01", "2022-01-03"),
    ("2022-12-25", "2022-12-27"),
)


def read_seed(path: Path) -> list[tuple[date, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        rows = csv.DictReader(handle)
        return [(date.fromisoformat(row["holiday_date"]), row["holiday_name"]) for row in rows]


@pytest.fixture(scope="module")
def seed() -> list[tuple[date, str]]:
    return read_seed(SEED)


@pytest.fixture(scope="module")
def seed_days(seed: list[tuple[date, str]]) -> set[str]:
    return {day.isoformat() for day, _ in seed}


def test_seed_equals_the_library_for_2000_to_2035(seed: list[tuple[date, str]]) -> None:
    assert [row for row in seed if 2000 <= row[0].year <= 2035] == bank_holidays(2000, 2035)


@pytest.mark.parametrize("day", ONE_OFFS)
def test_seed_holds_the_one_off_holiday(seed_days: set[str], day: str) -> None:
    assert day in seed_days


@pytest.mark.parametrize(("usual", "moved_to"), MOVED)
def test_a_moved_holiday_stands_on_its_new_day_only(
    seed_days: set[str], usual: str, moved_to: str
) -> None:
    assert (usual in seed_days, moved_to in seed_days) == (False, True)


@pytest.mark.parametrize(("weekend_day", "substitute"), SUBSTITUTED)
def test_a_weekend_holiday_stands_on_its_substitute_day_only(
    seed_days: set[str], weekend_day: str, substitute: str
) -> None:
    assert (weekend_day in seed_days, substitute in seed_days) == (False, True)


def test_every_day_of_the_seed_is_a_weekday_and_stands_once(seed: list[tuple[date, str]]) -> None:
    days = [day for day, _ in seed]
    assert all(day.weekday() < 5 for day in days)
    assert len(days) == len(set(days))


def test_every_year_from_the_first_to_the_last_has_its_holidays(
    seed: list[tuple[date, str]],
) -> None:
    years = [day.year for day, _ in seed]
    assert min(years) == 1980
    assert all(years.count(year) >= 8 for year in range(min(years), max(years) + 1))


def test_writing_the_seed_twice_gives_the_same_file(tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    assert write_seed(first, 2020, 2023) == write_seed(second, 2020, 2023) == 35
    assert first.read_bytes() == second.read_bytes()
