"""Rules of the NCCIS extract that its contract cannot say.

Source: dbt_project/docs/education.md, 'Young people aged 16 and 17'.
"""

from __future__ import annotations

import pandas as pd

from expectations.checks import AS_AT, Check, row_rule
from expectations.rules.cases import Rows
from expectations.rules.shapes import never, not_after_as_at, rows

SEPTEMBER = 9


def _other_age(frame: pd.DataFrame) -> pd.Series:
    """The academic age is not the age on 31 August before the academic year of the extract's month."""
    as_at, born = pd.to_datetime(frame["as_at_date"]), pd.to_datetime(frame["birth_date"])
    year = as_at.dt.year - (as_at.dt.month < SEPTEMBER)
    has_had_birthday = born.dt.month < SEPTEMBER
    age = year - born.dt.year - (~has_had_birthday)
    return (
        (age != frame["academic_age"]).fillna(False) & born.notna() & frame["academic_age"].notna()
    )


def _of_an_earlier_month(frame: pd.DataFrame) -> pd.Series:
    """The extract is written in its month or soon after it, never before."""
    first_day = pd.to_datetime(frame["as_at_date"]).dt.to_period("M").dt.start_time
    return (pd.to_datetime(frame["extract_date"]) < first_day).fillna(False)


RULES: tuple[Check, ...] = (
    row_rule(
        "nccis.young_people.age_disagrees.academic_age", rows("academic_age", "birth_date", AS_AT, fails=_other_age),
        "consistency",
        ("academic_age is not the age on 31 August before the academic year that dob gives: dob decides who is "
         "counted", "Check dob and academic_age"),
    ),
    row_rule(
        "nccis.young_people.legacy_code.activity_code", never("activity_code", "720"),
        "validity",
        ("720 is an activity code of former years: the young person stays in the cohort, as neither NEET nor not known",
         "Use the code of the activity that is in the present list"),
    ),
    row_rule(
        "nccis.young_people.of_an_earlier_month.extract_date",
        rows("extract_date", AS_AT, fails=_of_an_earlier_month),
        "timeliness",
        ("extract_date lies before the month of the extract: the row may be of another month", "Send the row of this month"),
    ),
    row_rule(
        "nccis.young_people.after_as_at.activity_start_date", not_after_as_at("activity_start_date"),
        "timeliness",
        ("The activity starts after the date of the extract", "Check activity_start, or give the activity of that day"),
    ),
)  # fmt: skip

CASES: dict[str, list[tuple[Rows, bool]]] = {
    "nccis.young_people.legacy_code.activity_code": [
        ({"activity_code": "720"}, True),
        ({"activity_code": "710"}, False),
        ({"activity_code": None}, False),
    ],
    "nccis.young_people.of_an_earlier_month.extract_date": [
        ({"extract_date": "2025-02-28", "as_at_date": "2025-03-31"}, True),
        ({"extract_date": "2025-03-01", "as_at_date": "2025-03-31"}, False),
        ({"extract_date": "2025-04-08", "as_at_date": "2025-03-31"}, False),
    ],
    "nccis.young_people.after_as_at.activity_start_date": [
        ({"activity_start_date": "2025-04-01", "as_at_date": "2025-03-31"}, True),
        ({"activity_start_date": "2025-03-31", "as_at_date": "2025-03-31"}, False),
    ],
    "nccis.young_people.age_disagrees.academic_age": [
        ({"as_at_date": "2025-12-31", "birth_date": "2008-08-31", "academic_age": 17}, False),
        ({"as_at_date": "2025-12-31", "birth_date": "2008-09-01", "academic_age": 17}, True),
        ({"as_at_date": "2025-12-31", "birth_date": "2008-09-01", "academic_age": 16}, False),
        # in August the academic year is still the old one
        ({"as_at_date": "2025-08-31", "birth_date": "2008-08-31", "academic_age": 16}, False),
        ({"as_at_date": "2025-09-30", "birth_date": "2008-08-31", "academic_age": 16}, True),
        ({"as_at_date": "2025-12-31", "birth_date": None, "academic_age": 16}, False),
        ({"as_at_date": "2025-12-31", "birth_date": "2008-08-31", "academic_age": None}, False),
    ],
}
