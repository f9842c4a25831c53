"""The matrix of checks is current and has no gap; the rules that follow from any contract."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from expectations import coverage
from expectations.checks import Shape
from expectations.rules.derived import (
    age_not_reached,
    born_long_after,
    first_orphan,
    key_part_missing,
    needed_for_code,
    not_before_known,
    not_repeated,
    of_an_age,
    one_birth,
    same_within,
    year_begun,
)


def test_matrix_is_current() -> None:
    assert coverage.TARGET.read_text(encoding="utf-8") == coverage.document(), (
        "run python -m expectations.coverage"
    )


def test_no_critical_field_lacks_a_check_in_a_dimension_that_applies() -> None:
    gaps = [
        f"{row.source}.{row.table}.{row.field}: {dimension}"
        for row in coverage.rows()
        for dimension, cell in row.cells.items()
        if cell.is_gap
    ]
    assert gaps == []


def test_cell_without_a_check_is_a_gap_only_where_the_dimension_applies() -> None:
    assert (coverage.Cell(True, ()).is_gap, coverage.Cell(False, ()).is_gap) == (True, False)


BORN = born_long_after(["referral_date"], "birth_date")
AGE = of_an_age("birth_date")
PART = key_part_missing("start_date", "authorisation_date")


@pytest.mark.parametrize(
    ("shape", "row", "breaks"),
    [
        (BORN, {"referral_date": "2025-01-01", "birth_date": "2025-10-08"}, False),
        (BORN, {"referral_date": "2025-01-01", "birth_date": "2025-10-09"}, True),
        (BORN, {"referral_date": "2025-01-01", "birth_date": None}, False),
        (AGE, {"as_at_date": "2025-03-31", "birth_date": "1995-03-31"}, False),
        (AGE, {"as_at_date": "2025-03-31", "birth_date": "1995-03-30"}, True),
        (AGE, {"as_at_date": "2025-03-31", "birth_date": "2026-01-05"}, False),
        (AGE, {"as_at_date": "2025-03-31", "birth_date": "2026-01-06"}, True),
        (PART, {"start_date": None, "authorisation_date": "2025-03-31"}, True),
        (PART, {"start_date": None, "authorisation_date": None}, False),
        (PART, {"start_date": "2025-03-01", "authorisation_date": "2025-03-31"}, False),
    ],
)
def test_rule_that_follows_from_any_contract(
    shape: Shape, row: dict[str, Any], breaks: bool
) -> None:
    assert _broken(shape, row) == [breaks]


def _broken(shape: Shape, *rows: dict[str, Any]) -> list[bool]:
    known = {"submission_id": "s", "as_at_date": "2025-03-31", "outcome": "loaded"}
    frame = pd.DataFrame([known | row for row in rows])
    assert shape.fails is not None
    for name in frame.columns:
        if name.endswith("_date"):
            frame[name] = pd.to_datetime(frame[name])
    return [
        bool(breaks) for breaks in shape.fails(frame[shape.arguments["column_list"]]).fillna(False)
    ]


def test_other_birthday_is_the_rarer_one_and_one_that_cannot_be_is_told_elsewhere() -> None:
    shape = one_birth("child_key", "birth_date")

    def born(child: str, day: str, submission: str = "s") -> dict[str, Any]:
        return {"child_key": child, "birth_date": day, "submission_id": submission}

    assert _broken(
        shape, born("a", "2010-05-01"), born("a", "2010-05-02"), born("a", "2010-05-02")
    ) == [True, False, False]
    assert _broken(shape, born("a", "2010-05-01"), born("a", "2010-05-02")) == [False, True]
    assert _broken(shape, born("a", "1960-05-01"), born("a", "2010-05-02")) == [False, False]
    assert _broken(shape, born("a", "2010-05-01"), born("b", "2010-05-02")) == [False, False]
    assert _broken(shape, born("a", "2010-05-01"), born("a", "2010-05-02", "t")) == [False, False]


def test_row_that_is_not_counted_says_nothing_about_another() -> None:
    number = {"upn_key": "u"}
    rows = [
        {**number, "child_key": child, "outcome": outcome}
        for child, outcome in (("a", "loaded"), ("b", "deduplicated"))
    ]
    assert _broken(same_within("upn_key", "child_key"), *rows) == [False, False]
    assert _broken(
        same_within("upn_key", "child_key"), rows[0], {**rows[1], "outcome": "loaded"}
    ) == [False, True]
    same = [
        {"child_key": "a", "outcome": outcome}
        for outcome in ("loaded", "deduplicated", "quarantined")
    ]
    assert _broken(not_repeated(["child_key"]), *same) == [True, True, False]


def test_orphan_is_asked_about_once_by_its_id() -> None:
    orphans = [
        {"is_there": there, "id": name}
        for there, name in ((False, "a"), (False, "a"), (False, "b"), (True, "c"), (None, "d"))
    ]
    assert _broken(first_orphan("is_there", "id"), *orphans) == [True, False, True, False, False]


def test_value_is_needed_for_its_code_only() -> None:
    rows = [
        {"points": points, "kind": kind}
        for points, kind in ((None, "X"), (1.0, "X"), (None, "Y"), (None, None))
    ]
    assert _broken(needed_for_code("points", "kind", "X"), *rows) == [True, False, False, False]


def test_age_is_reached_on_the_birthday_unless_the_birth_cannot_be() -> None:
    shape = age_not_reached("start_date", "birth_date", 25, if_plausible=True)
    days = (
        ("2025-03-01", "2000-03-02"),
        ("2025-03-01", "2000-03-01"),
        ("2025-03-01", "1980-01-01"),
        (None, "2000-03-01"),
    )
    assert _broken(shape, *({"start_date": day, "birth_date": born} for day, born in days)) == [
        False,
        True,
        False,
        False,
    ]


def test_day_of_another_table_that_lies_ahead_is_told_over_there() -> None:
    shape = not_before_known("start_date", "received_date")
    days = (
        ("2025-03-01", "2025-03-02"),
        ("2025-03-01", "2025-03-01"),
        ("2025-03-01", "2025-04-01"),
        ("2025-03-01", None),
    )
    assert _broken(shape, *({"start_date": day, "received_date": came} for day, came in days)) == [
        True,
        False,
        False,
        False,
    ]


def test_academic_year_has_begun_by_the_date_of_the_extract() -> None:
    days = (
        ("2025-08-31", 2025),
        ("2025-08-31", 2026),
        ("2025-09-30", 2026),
        ("2025-09-30", 2027),
        ("2025-09-30", None),
    )
    rows = [{"as_at_date": day, "year": year} for day, year in days]
    assert _broken(year_begun("year"), *rows) == [False, True, False, True, False]
