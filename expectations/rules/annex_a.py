"""Rules of the Annex A lists that their contract cannot say.

A case is (rows of the typed table, which of them break the rule); the tests run every case.
"""

from __future__ import annotations

from typing import Any

from expectations.checks import Check, Dimension
from expectations.rules.shapes import Fails, not_before_year, not_earlier, only_together


def _rule(
    table: str, rule: str, column: str, fails: Fails, dimension: Dimension, words: tuple[str, str]
) -> Check:
    """`words`: what is wrong, and what to do."""
    return Check(
        check_id=f"annex_a.{table}.{rule}.{column}",
        source="annex_a",
        table=table,
        rule=rule,
        column=column,
        dimension=dimension,
        severity="warn",
        quarantines=False,
        message=words[0],
        remedy=words[1],
        fails=fails,
    )


RULES: tuple[Check, ...] = (
    _rule(
        "list_3", "before_1990", "referral_date", not_before_year("referral_date", 1990), "validity",
        ("The referral is dated before 1990", "Check the year of the referral in the case system"),
    ),
    _rule(
        "list_4", "before_1990", "start_date", not_before_year("start_date", 1990), "validity",
        ("The assessment starts before 1990", "Check the year of the assessment in the case system"),
    ),
    _rule(
        "list_7", "before_1990", "start_date", not_before_year("start_date", 1990), "validity",
        ("The plan starts before 1990", "Check the year of the plan in the case system"),
    ),
    _rule(
        "list_8", "ceased_without_reason", "end_reason_code", only_together("end_date", "end_reason_code"),
        "consistency",
        ("The date the child ceased to be looked after and the reason do not stand together",
        "Enter both when a child leaves care, neither while the child is looked after"),
    ),
    _rule(
        "list_8", "born_after_start", "birth_date", not_earlier("start_date", "birth_date"), "consistency",
        ("The child is born after the period of care starts", "Check the date of birth and the start"),
    ),
)  # fmt: skip

CASES: dict[str, list[tuple[dict[str, Any], bool]]] = {
    "annex_a.list_3.before_1990.referral_date": [
        ({"referral_date": "1989-12-31"}, True),
        ({"referral_date": "1990-01-01"}, False),
        ({"referral_date": None}, False),
    ],
    "annex_a.list_4.before_1990.start_date": [
        ({"start_date": "1989-12-31"}, True),
        ({"start_date": "1990-01-01"}, False),
        ({"start_date": None}, False),
    ],
    "annex_a.list_7.before_1990.start_date": [
        ({"start_date": "1989-12-31"}, True),
        ({"start_date": "1990-01-01"}, False),
    ],
    "annex_a.list_8.ceased_without_reason.end_reason_code": [
        ({"end_date": "2025-01-01", "end_reason_code": None}, True),
        ({"end_date": None, "end_reason_code": "E4A"}, True),
        ({"end_date": "2025-01-01", "end_reason_code": "E4A"}, False),
        ({"end_date": None, "end_reason_code": None}, False),
    ],
    "annex_a.list_8.born_after_start.birth_date": [
        ({"start_date": "2025-01-01", "birth_date": "2025-01-02"}, True),
        ({"start_date": "2025-01-01", "birth_date": "2025-01-01"}, False),
        ({"start_date": "2025-01-01", "birth_date": None}, False),
    ],
}
