"""Academic years, by the year in which they end, and the days that the school calendar fixes.

A cohort is named by the year in whose August its youngest are born: born 1 September 2013 to 31 August
2014 is cohort 2014, which ends key stage 2 in 2025.
"""

from __future__ import annotations

from datetime import date

import numpy as np
from dateutil.easter import easter

from orchestration.demo.days import Days, working_day

EPOCH_DAY = date(1970, 1, 1)
KS2_AGE, KS4_AGE = 11, 16
RECEPTION_AGE, YEAR_7_AGE = 4, 11


def day_number(year: int, month: int, day: int) -> int:
    """A day as a number."""
    return (date(year, month, day) - EPOCH_DAY).days


def academic_year(day: int) -> int:
    """The academic year that holds a day."""
    found = np.datetime64(day, "D").astype(date)
    return int(found.year) + (found.month >= 9)


def label(year: int) -> str:
    """'2024/25' for 2025."""
    return f"{year - 1}/{year % 100:02d}"


def month_number(year: int, month: int) -> int:
    """A month as a number."""
    return (year - 1970) * 12 + month - 1


def year_of(month: int) -> int:
    """The calendar year of a month number."""
    return 1970 + month // 12


def month_of_year(month: int) -> int:
    """1 to 12."""
    return month % 12 + 1


def easter_sunday(year: int) -> int:
    """Easter Sunday as a day number."""
    return (easter(year) - EPOCH_DAY).days


def easter_month(year: int) -> int:
    """The month of Easter Sunday, by number."""
    return month_number(year, easter(year).month)


def offer_day(phase: str, entry_year: int) -> int:
    """National offer day: 16 April (primary), 1 March (secondary), or the next working day."""
    day = day_number(entry_year, *{"PRI": (4, 16), "SEC": (3, 1)}[phase])
    return int(working_day(np.array([day]))[0])


def closing_day(phase: str, entry_year: int) -> int:
    """The last day for an application to be on time."""
    if phase == "PRI":
        return day_number(entry_year, 1, 15)
    return day_number(entry_year - 1, 10, 31)


def terms(year: int) -> dict[str, tuple[int, int]]:
    """First and last day of each term."""
    sunday = easter_sunday(year)
    return {
        "AUT": (day_number(year - 1, 9, 1), day_number(year - 1, 12, 31)),
        "SPR": (day_number(year, 1, 1), sunday),
        "SUM": (sunday + 1, day_number(year, 8, 31)),
    }


def school_weeks(year: int) -> Days:
    """The Mondays of the weeks in which schools are open, some 38 of them."""
    sunday = easter_sunday(year)
    monday = _monday(day_number(year - 1, 9, 1) + 3)
    mondays = np.arange(monday, day_number(year, 7, 18), 7)
    closed = np.array(
        [
            *_weeks_of(_monday(day_number(year - 1, 10, 27)), 1),
            *_weeks_of(_monday(day_number(year - 1, 12, 24)), 2),
            *_weeks_of(_monday(day_number(year, 2, 17)), 1),
            # Two weeks around Easter: schools close before it when it is late, after it when it is early.
            *_weeks_of(sunday - 6, 2),
            *_weeks_of(_monday(day_number(year, 5, 29)), 1),
        ]
    )
    return mondays[~np.isin(mondays, closed)]


def _weeks_of(monday: int, number: int) -> list[int]:
    return [monday + 7 * place for place in range(number)]


def _monday(day: int) -> int:
    # Day 0, 1 January 1970, was a Thursday.
    return day - (day + 3) % 7


def birth_days(cohort: int, levels: np.ndarray) -> Days:
    """Birthdays of a cohort from numbers between 0 and 1."""
    start = day_number(cohort - 1, 9, 1)
    length = day_number(cohort, 9, 1) - start
    return start + (levels * length).astype(np.int64)
