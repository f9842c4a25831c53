"""Rules of the attendance file that its contract cannot say.

Source: dbt_project/docs/education.md, 'Attendance in primary schools'.
"""

from __future__ import annotations

import pandas as pd

from expectations.checks import AS_AT, Check, row_rule
from expectations.rules.cases import Rows
from expectations.rules.shapes import not_after_as_at, rows

MONDAY, AUGUST = 0, 8
PARTS = ("attended_sessions", "authorised_sessions", "unauthorised_sessions")


def _does_not_add_up(frame: pd.DataFrame) -> pd.Series:
    """The parts are not the whole; more attended than possible is a fault of its own."""
    parts = frame[list(PARTS)].astype("Float64").sum(axis=1, skipna=False)
    possible = frame["possible_sessions"].astype("Float64")
    attended = frame["attended_sessions"].astype("Float64")
    return ((parts != possible) & (attended <= possible)).fillna(False).astype(bool)


def _not_a_monday(frame: pd.DataFrame) -> pd.Series:
    given = pd.to_datetime(frame["week_given_date"])
    return (given.dt.day_of_week != MONDAY) & given.notna()


def _before_the_school_year(frame: pd.DataFrame) -> pd.Series:
    """The week of 1 August is the first; an earlier one is in no figure of this extract."""
    day = pd.to_datetime(frame["as_at_date"])
    years = day.dt.year - (day.dt.month < AUGUST)
    first = pd.to_datetime(years.astype(str) + "-08-01") - pd.Timedelta(days=6)
    return (pd.to_datetime(frame["week_date"]) < first).fillna(False)


RULES: tuple[Check, ...] = (
    row_rule(
        "attendance.school_weeks.does_not_add_up.attended_sessions", rows("possible_sessions", *PARTS, fails=_does_not_add_up),
        "consistency",
        ("Attended, authorised and unauthorised sessions do not add up to the possible sessions",
         "Check the four numbers of the school's week"),
    ),
    row_rule(
        "attendance.school_weeks.not_a_monday.week_date", rows("week_given_date", fails=_not_a_monday),
        "validity",
        ("week_commencing is not a Monday: the row counts for the week of that day",
         "Give the Monday of the week"),
    ),
    row_rule(
        "attendance.school_weeks.before_the_school_year.week_date", rows("week_date", AS_AT, fails=_before_the_school_year), "timeliness",
        ("The week lies before the school year of the extract: it is not used", "Check the year of week_commencing"),
    ),
    row_rule(
        "attendance.school_weeks.after_as_at.week_date", not_after_as_at("week_date"), "timeliness",
        ("The week begins after the date of the extract",
         "Check the year and the month of week_commencing, or the month of the folder"),
    ),
)  # fmt: skip

_WEEK = {
    "possible_sessions": 10, "attended_sessions": 7, "authorised_sessions": 2, "unauthorised_sessions": 1,
}  # fmt: skip
CASES: dict[str, list[tuple[Rows, bool]]] = {
    "attendance.school_weeks.does_not_add_up.attended_sessions": [
        (_WEEK, False),
        (_WEEK | {"unauthorised_sessions": 2}, True),
        (_WEEK | {"authorised_sessions": None}, False),
        # told as more than possible
        (_WEEK | {"attended_sessions": 11}, False),
        (_WEEK | {"attended_sessions": 10}, True),
    ],
    "attendance.school_weeks.not_a_monday.week_date": [
        ({"week_given_date": "2025-03-03"}, False),
        ({"week_given_date": "2025-03-04"}, True),
        ({"week_given_date": "2025-03-09"}, True),
        ({"week_given_date": None}, False),
    ],
    "attendance.school_weeks.before_the_school_year.week_date": [
        ({"week_date": "2024-07-26", "as_at_date": "2025-03-31"}, False),
        ({"week_date": "2024-07-25", "as_at_date": "2025-03-31"}, True),
        ({"week_date": "2024-09-02", "as_at_date": "2025-08-31"}, True),
        ({"week_date": "2024-09-02", "as_at_date": "2025-07-31"}, False),
    ],
    "attendance.school_weeks.after_as_at.week_date": [
        ({"week_date": "2025-03-31", "as_at_date": "2025-03-31"}, False),
        ({"week_date": "2025-04-07", "as_at_date": "2025-03-31"}, True),
    ],
}
