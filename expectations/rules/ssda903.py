"""Rules of the SSDA903 return that its contract cannot say; DfE's rule numbers stand in the rule names."""

from __future__ import annotations

from typing import Any

from expectations.checks import Check, Dimension
from expectations.rules.shapes import Fails, not_before_year, not_earlier, only_together


def _rule(
    table: str, rule: str, column: str, fails: Fails, dimension: Dimension, words: tuple[str, str]
) -> Check:
    """`words`: what is wrong, and what to do."""
    return Check(
        check_id=f"ssda903.{table}.{rule}.{column}",
        source="ssda903",
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
        "episodes", "rule_147_148", "end_reason_code", only_together("end_date", "end_reason_code"),
        "consistency", ("DEC and REC of the episode do not stand together",
        "Enter both when the episode ends, neither while it is open"),
    ),
    _rule(
        "episodes", "rule_353", "start_date", not_before_year("start_date", 1991), "validity",
        ("The episode starts before the Children Act 1989 came into force",
        "Check the year of DECOM"),
    ),
    _rule(
        "missing", "born_after_start", "birth_date", not_earlier("start_date", "birth_date"), "consistency",
        ("The incident starts before the child is born", "Check the date of birth and the incident"),
    ),
)  # fmt: skip

CASES: dict[str, list[tuple[dict[str, Any], bool]]] = {
    "ssda903.episodes.rule_147_148.end_reason_code": [
        ({"end_date": "2018-01-01", "end_reason_code": None}, True),
        ({"end_date": None, "end_reason_code": "X1"}, True),
        ({"end_date": "2018-01-01", "end_reason_code": "X1"}, False),
    ],
    "ssda903.episodes.rule_353.start_date": [
        ({"start_date": "1990-12-31"}, True),
        ({"start_date": "1991-01-01"}, False),
    ],
    "ssda903.missing.born_after_start.birth_date": [
        ({"start_date": "2018-01-01", "birth_date": "2018-01-02"}, True),
        ({"start_date": "2018-01-01", "birth_date": None}, False),
    ],
}
