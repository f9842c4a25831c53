"""The matrix of checks is current and has no gap; the rules that follow from any contract."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from expectations import coverage
from expectations.rules.derived import born_long_after, key_part_missing, not_of_an_age
from expectations.rules.shapes import Fails


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


BORN = born_long_after("referral_date", "birth_date")
AGE = not_of_an_age("as_at_date", "birth_date")
PART = key_part_missing("start_date", "authorisation_date")


@pytest.mark.parametrize(
    ("fails", "row", "breaks"),
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
    fails: Fails, row: dict[str, Any], breaks: bool
) -> None:
    frame = pd.DataFrame([row]).apply(pd.to_datetime)
    assert bool(fails(frame).iloc[0]) is breaks
