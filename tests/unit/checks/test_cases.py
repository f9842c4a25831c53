"""One fault, one case: what follows from a field is told with it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from expectations.suites import checks_for
from orchestration.checks.cases import with_roots

CHECKS = checks_for("annex_a", "list_8")


def issue(rule: str, field: str, row: int = 2) -> dict[str, Any]:
    return {
        "check_id": f"annex_a.list_8.{rule}.{field}", "rule_code": rule, "field": field,
        "case_key": f"case of {field}", "submission_id": "s", "source_row": row,
    }  # fmt: skip


def cases(*issues: dict[str, Any]) -> list[str]:
    return with_roots(pd.DataFrame(issues), CHECKS).tolist()


def test_start_in_the_future_is_the_root_of_an_end_before_it() -> None:
    future, before = issue("date_after_as_at", "start_date"), issue("end_before_start", "end_date")
    assert cases(before, future) == ["case of start_date"] * 2


def test_end_that_cannot_be_read_is_the_root_of_a_reason_that_stands_alone() -> None:
    lost, alone = issue("unreadable", "end_date"), issue("ceased_without_reason", "end_reason_code")
    assert cases(lost, alone) == ["case of end_date"] * 2


def test_end_before_a_start_that_is_right_is_a_case_of_its_own() -> None:
    assert cases(issue("end_before_start", "end_date")) == ["case of end_date"]


def test_faults_of_two_fields_and_of_two_rows_stay_apart() -> None:
    future, code = (
        issue("date_after_as_at", "start_date"),
        issue("code_unknown", "legal_status_code"),
    )
    assert cases(future, code) == ["case of start_date", "case of legal_status_code"]
    assert cases(future, issue("end_before_start", "end_date", row=3)) == [
        "case of start_date", "case of end_date",
    ]  # fmt: skip


def test_row_of_which_many_fields_are_wrong_is_one_case() -> None:
    many = [
        *(issue("unreadable", field) for field in ("start_date", "birth_date")),
        *(issue("code_unknown", field) for field in ("legal_status_code", "placement_type_code")),
    ]
    assert len(set(cases(*many, issue("end_before_start", "end_date")))) == 1
    assert len(set(cases(*many[:3]))) == 3
