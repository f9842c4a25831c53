"""The days that a table of a submission covers (dbt_project/docs/history.md, 'Cover'), and as-at dates."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from expectations.contract import Cover

NAMED_DATE = re.compile(r"(?<!\d)(\d{1,2})[_ -]([A-Za-z]{3,9})[_ -](\d{4})(?!\d)")
DIGIT_DATE = re.compile(r"(?<!\d)(\d{8})(?!\d)")
MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")


def month_end(folder_month: str) -> date:
    """The last day of a folder's month 'YYYY-MM'; ValueError when it is no month."""
    match = MONTH.match(folder_month)
    if match is None:
        raise ValueError(folder_month)
    return date(int(match[1]), int(match[2]), 1) + relativedelta(months=1, days=-1)


def date_in_name(name: str) -> date | None:
    """The date that a file's name carries, as Ofsted (31_Jan_2026) and GIAS (20260131) write it."""
    named, digits = NAMED_DATE.search(name), DIGIT_DATE.search(name)
    with suppress(ValueError):
        if named:
            return datetime.strptime(f"{named[1]} {named[2][:3]} {named[3]}", "%d %b %Y").date()
        if digits:
            return datetime.strptime(digits[1], "%Y%m%d").date()
    return None


def collection_year(as_at: date) -> int:
    """The year in which the financial year holding this date ends."""
    return as_at.year + (as_at.month >= 4)


def cover_of(rule: Cover, as_at: date, look_back_months: int) -> tuple[date, date] | None:
    """First and last day that a table covers; None when it is not about days (reference tables).

    Lengths are counted from the day after the as-at date, so that a February end loses no day.
    """
    day_after = as_at + timedelta(days=1)
    first_days: dict[Cover, date] = {
        "look_back": day_after - relativedelta(months=look_back_months),
        "twelve_months": day_after - relativedelta(months=12),
        "financial_year": date(collection_year(as_at) - 1, 4, 1),
        "state": as_at,
        "month": as_at.replace(day=1),
        "two_calendar_years": date(as_at.year - 1, 1, 1),
        "school_year": date(as_at.year - (as_at.month < 8), 8, 1),
    }
    return (first_days[rule], as_at) if rule in first_days else None
