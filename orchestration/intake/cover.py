"""The days that a table of a submission speaks for (contract.md 3, 'Coverage'), and as-at dates."""

from __future__ import annotations

import re
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from expectations.contract import Cover

MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")


def month_end(folder_month: str) -> date:
    """The last day of a folder's month 'YYYY-MM'; ValueError when it is no month."""
    match = MONTH.match(folder_month)
    if match is None:
        raise ValueError(folder_month)
    return date(int(match[1]), int(match[2]), 1) + relativedelta(months=1, days=-1)


def collection_year(as_at: date) -> int:
    """The year in which the financial year holding this date ends."""
    return as_at.year + (as_at.month >= 4)


def cover_of(rule: Cover, as_at: date, look_back_months: int) -> tuple[date, date] | None:
    """First and last day that a table covers; None when it is not about days (reference tables).

    Lengths are counted from the day after the as-at date, so that a February end loses no day.
    """
    day_after = as_at + timedelta(days=1)
    if rule == "look_back":
        return day_after - relativedelta(months=look_back_months), as_at
    if rule == "twelve_months":
        return day_after - relativedelta(months=12), as_at
    if rule == "financial_year":
        return date(collection_year(as_at) - 1, 4, 1), as_at
    if rule == "state":
        return as_at, as_at
    return None
