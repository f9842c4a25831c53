"""Rules of the SSDA903 return that its contract cannot say; DfE's rule numbers are in the rule names."""

from __future__ import annotations

from expectations.checks import Check, row_rule
from expectations.rules.cases import Rows, span
from expectations.rules.shapes import (
    not_after_as_at,
    not_before_year,
    not_less,
    not_overlapping,
    only_together,
)

RULES: tuple[Check, ...] = (
    row_rule(
        "ssda903.episodes.rule_147_148.end_reason_code", only_together("end_date", "end_reason_code"),
        "consistency", ("Only one of DEC and REC of the episode is given",
        "Enter both when the episode ends, neither while it is open"),
    ),
    row_rule(
        "ssda903.episodes.rule_353.start_date", not_before_year("start_date", 1991), "validity",
        ("The episode starts before the Children Act 1989 came into force",
        "Check the year of DECOM"),
    ),
    row_rule(
        "ssda903.missing.born_after_start.birth_date", not_less("start_date", "birth_date"), "consistency",
        ("The incident starts before the child is born", "Check the date of birth and the incident"),
    ),
    row_rule(
        "ssda903.episodes.rule_142_501.start_date", not_overlapping("start_date", "end_date"), "consistency",
        ("The episode starts while an earlier episode of the child is open",
        "Give the earlier episode its DEC and REC, or correct DECOM"),
    ),
    row_rule(
        "ssda903.missing.overlaps.start_date", not_overlapping("start_date", "end_date", "missing_type_code"),
        "consistency", ("The incident starts while an earlier one of the same kind is open",
        "End the earlier incident, or join the two"),
    ),
    row_rule(
        "ssda903.ad1.after_as_at.match_date", not_after_as_at("match_date"), "timeliness",
        ("The child is matched after the date of the return", "Check the year and the month of DATE_MATCH"),
    ),
)  # fmt: skip

CASES: dict[str, list[tuple[Rows, bool]]] = {
    "ssda903.episodes.rule_142_501.start_date": [
        ([span("2024-06-03", None), span("2024-01-08", None)], True),
        ([span("2024-06-03", None), span("2024-01-08", "2024-06-04")], True),
        ([span("2024-06-03", None), span("2024-01-08", "2024-06-03")], False),
        # an older episode that is still open, behind one that has ended
        (
            [span("2024-06-03", None), span("2024-03-04", "2024-05-01"), span("2024-01-08", None)],
            True,
        ),
        ([span("2024-06-03", None), span("2024-01-08", None, child_key="b")], False),
        ([span("2024-06-03", None), span("2024-01-08", None, submission_id="t")], False),
        (
            [
                span("2024-06-03", None, outcome="loaded"),
                span("2024-06-03", None, outcome="repeated"),
            ],
            False,
        ),
    ],
    "ssda903.missing.overlaps.start_date": [
        (
            [
                span("2024-06-03", None, missing_type_code="M"),
                span("2024-06-02", None, missing_type_code="M"),
            ],
            True,
        ),
        (
            [
                span("2024-06-03", None, missing_type_code="M"),
                span("2024-06-02", None, missing_type_code="A"),
            ],
            False,
        ),
        (
            [
                span("2024-06-03", None, missing_type_code="M"),
                span("2024-06-02", "2024-06-03", missing_type_code="M"),
            ],
            False,
        ),
    ],
    "ssda903.ad1.after_as_at.match_date": [
        ({"match_date": "2025-04-01", "as_at_date": "2025-03-31"}, True),
        ({"match_date": "2025-03-31", "as_at_date": "2025-03-31"}, False),
        ({"match_date": None, "as_at_date": "2025-03-31"}, False),
    ],
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
