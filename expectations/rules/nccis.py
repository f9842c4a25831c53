"""Rules of the NCCIS extract that its contract cannot say (education_files.md, 'nccis')."""

from __future__ import annotations

import pandas as pd

from expectations.checks import Check
from expectations.rules.cases import Rows

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


RULES: tuple[Check, ...] = (
    Check(
        "nccis.young_people.age_disagrees.academic_age", "nccis", "young_people", "age_disagrees",
        "academic_age", "consistency", "warn", False,
        "academic_age is not the age on 31 August before the academic year that dob gives: dob decides who is "
        "counted", "Check dob and academic_age", _other_age,
    ),
)  # fmt: skip

CASES: dict[str, list[tuple[Rows, bool]]] = {
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
