"""Rules of the key stage 4 files that their contract cannot say (dbt_project/docs/education.md, 'Key stage 4')."""

from __future__ import annotations

import pandas as pd

from expectations.checks import Check, row_rule
from expectations.rules.cases import Rows
from expectations.rules.shapes import present, rows

# Combined science has two grades in one, '65' or '6-5'; as typed, hyphens are still there.
SINGLE, DOUBLE = r"[1-9UX]", r"[1-9]-?[1-9]|UU|U-U"


def _no_score_anywhere(frame: pd.DataFrame) -> pd.Series:
    """Nothing to recompute the score from: the submission has no results file."""
    return frame["attainment8"].isna() & frame["has_results"].isna()


def _grade_without_points(frame: pd.DataFrame) -> pd.Series:
    """A GCSE's grade that gives no points, where none are given."""
    grade = frame["grade"].astype("string").str.strip().str.upper()
    is_science = (frame["bucket_code"] == "COMBSCI").fillna(False)
    known = grade.str.fullmatch(SINGLE) | (is_science & grade.str.fullmatch(DOUBLE))
    of_gcse = (frame["qualification_type"] == "GCSE").fillna(False)
    return of_gcse & frame["points"].isna() & grade.notna() & ~known.fillna(False).astype(bool)


RULES: tuple[Check, ...] = (
    row_rule(
        "ks4.pupils.no_score.attainment8", rows("attainment8", "has_results", fails=_no_score_anywhere),
        "completeness",
        ("att8 is empty and the submission has no results file: the pupil counts with 0 points",
         "Enter att8, or send the results file with the pupils"),
    ),
    row_rule(
        "ks4.pupils.value_absent.has_ebacc_grade_5", present("has_ebacc_grade_5"),
        "completeness",
        ("ebacc_95 is empty and counts as 0", "Enter 1 or 0"),
    ),
    row_rule(
        "ks4.results.grade_without_points.grade",
        rows("grade", "points", "qualification_type", "bucket_code", fails=_grade_without_points),
        "validity",
        ("The grade is none of a GCSE and points is empty: the result counts for nothing",
         "Enter the points, or the grade as 9 to 1, U or X"),
    ),
)  # fmt: skip

_RESULT = {"qualification_type": "GCSE", "bucket_code": "EBACC", "points": None, "grade": "5"}
CASES: dict[str, list[tuple[Rows, bool]]] = {
    "ks4.pupils.no_score.attainment8": [
        ({"attainment8": None, "has_results": None}, True),
        ({"attainment8": None, "has_results": False}, False),
        ({"attainment8": 0.0, "has_results": None}, False),
    ],
    "ks4.pupils.value_absent.has_ebacc_grade_5": [
        ({"has_ebacc_grade_5": None}, True),
        ({"has_ebacc_grade_5": False}, False),
    ],
    "ks4.results.grade_without_points.grade": [
        (_RESULT, False),
        (_RESULT | {"grade": "A*"}, True),
        (_RESULT | {"grade": "A*", "points": 8.5}, False),
        (_RESULT | {"grade": "65"}, True),
        (_RESULT | {"grade": "65", "bucket_code": "COMBSCI"}, False),
        (_RESULT | {"grade": "6-5", "bucket_code": "COMBSCI"}, False),
        (_RESULT | {"grade": "u"}, False),
        (_RESULT | {"qualification_type": "NONGCSE", "grade": "D*"}, False),
    ],
}
