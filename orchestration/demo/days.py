"""Days as whole numbers since 1 January 1970, months as numbers since January 1970, working days.

A day that has not come, or never will, is `NEVER`, so that 'has happened by then' is one comparison.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import date
from functools import cache

import numpy as np

from orchestration.settings import DBT_FOLDER

Days = np.ndarray
NEVER = 99_999
# Excel counts days from 30 December 1899.
EXCEL_OFFSET = 25_569
MONTH_TEXT = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")


def parse_month(text: str) -> int:
    """'YYYY-MM' as a month number; ValueError when it is none."""
    match = MONTH_TEXT.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not a month in the form YYYY-MM")
    return (int(match[1]) - 1970) * 12 + int(match[2]) - 1


def month_text(month: int) -> str:
    """A month number as 'YYYY-MM'."""
    return f"{1970 + month // 12}-{month % 12 + 1:02d}"


def first_day(month: int) -> int:
    """The first day of a month."""
    return (date(1970 + month // 12, month % 12 + 1, 1) - date(1970, 1, 1)).days


def last_day(month: int) -> int:
    """The last day of a month."""
    return first_day(month + 1) - 1


def is_march(month: int) -> bool:
    """Whether a month ends a financial year."""
    return month % 12 == 2


def as_dates(days: Days) -> np.ndarray:
    """Day numbers as numpy dates."""
    return days.astype("datetime64[D]")


def months_of(days: Days) -> np.ndarray:
    """The month number of each day."""
    return as_dates(days).astype("datetime64[M]").astype(np.int64)


def financial_years(days: Days) -> np.ndarray:
    """The year in which the financial year of each day ends."""
    return 1970 + (months_of(days) + 9) // 12


def by_year(intensity: Mapping[int, float], days: Days) -> np.ndarray:
    """An intensity given by financial year, on each day; outside the years given the nearest holds."""
    first, last = min(intensity), max(intensity)
    values = np.array([intensity[year] for year in range(first, last + 1)])
    return values[np.clip(financial_years(days), first, last) - first]


def ages(birth_days: Days, day: Days | int) -> np.ndarray:
    """Completed years on a day; negative before birth."""
    births, now = as_dates(birth_days), as_dates(np.asarray(day))
    years = now.astype("datetime64[Y]").astype(np.int64) - births.astype("datetime64[Y]").astype(
        np.int64
    )
    return years - (_day_of_year(now) < _day_of_year(births))


def _day_of_year(dates: np.ndarray) -> np.ndarray:
    """Month and day as one number that sorts like them."""
    months = dates.astype("datetime64[M]")
    return months.astype(np.int64) % 12 * 32 + (dates - months.astype("datetime64[D]")).astype(
        np.int64
    )


def birthdays(birth_days: Days, age: int) -> Days:
    """The day on which a child reaches an age; born on 29 February: 1 March."""
    births = as_dates(birth_days)
    months = births.astype("datetime64[M]")
    day_of_month = (births - months.astype("datetime64[D]")).astype(np.int64)
    return (months + 12 * age).astype("datetime64[D]").astype(np.int64) + day_of_month


@cache
def working_calendar() -> np.busdaycalendar:
    """The bank holidays, as numpy counts working days."""
    path = DBT_FOLDER / "seeds" / "bank_holidays.csv"
    with path.open(encoding="utf-8", newline="") as file:
        holidays = [row["holiday_date"] for row in csv.DictReader(file)]
    return np.busdaycalendar(holidays=np.array(holidays, dtype="datetime64[D]"))


def working_day(days: Days) -> Days:
    """The day itself, or the next working day."""
    return add_working_days(days, np.zeros_like(days))


def add_working_days(days: Days, number: np.ndarray) -> Days:
    """So many working days later; the day after the start is the first."""
    found = np.busday_offset(as_dates(days), number, roll="backward", busdaycal=working_calendar())
    found = found.astype(np.int64)
    # Starting on a day off and adding none stays there for the caller; move on to a working day.
    on_time = np.busday_offset(
        as_dates(days), 0, roll="forward", busdaycal=working_calendar()
    ).astype(np.int64)
    return np.where(number == 0, on_time, found)


@cache
def working_days_of(month: int) -> Days:
    """The working days of a month."""
    days = np.arange(first_day(month), first_day(month + 1))
    return days[np.is_busday(as_dates(days), busdaycal=working_calendar())]


class Pace:
    """A clock that runs faster or slower by financial year.

    A stay of so many days on this clock ends sooner in a year in which more stays end, whenever it began:
    the intensity of ending has a factor by calendar year.
    """

    FIRST, LAST = 1990, 2100

    def __init__(self, factors: Mapping[int, float]) -> None:
        years = np.arange(self.FIRST, self.LAST)
        self._starts = np.array([first_day((year - 1970) * 12 + 3) for year in years])
        speeds = by_year(factors, self._starts[:-1])
        self._clock = np.concatenate([[0.0], np.cumsum(np.diff(self._starts) * speeds)])

    def end(self, start: Days, stay: np.ndarray) -> Days:
        """The day on which a stay ends, by this clock; NEVER for one that never starts."""
        began = np.interp(start, self._starts, self._clock)
        end = np.rint(np.interp(began + stay, self._clock, self._starts)).astype(np.int64)
        return np.where(start < NEVER, end, NEVER)
