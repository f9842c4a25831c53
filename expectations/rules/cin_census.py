"""Rules of the children in need census that its contract cannot say; DfE's numbers in the rule names."""

from __future__ import annotations

from expectations.checks import Check, row_rule
from expectations.rules.cases import Rows, span
from expectations.rules.shapes import not_less, not_overlapping, on_a_weekday

RULES: tuple[Check, ...] = (
    row_rule(
        "cin_census.child_protection_plans.rule_8940.start_date", not_overlapping("start_date", "end_date"),
        "consistency",
        ("The plan starts while an earlier plan of the child is open: the child counts once",
         "End the earlier plan, or correct the start"),
    ),
    row_rule(
        "cin_census.section47.rule_8875.conference_date", on_a_weekday("conference_date"), "validity",
        ("The conference is dated on a Saturday or Sunday", "Check the date of the conference"),
    ),
    row_rule(
        "cin_census.cin_details.rule_8875.conference_date", on_a_weekday("conference_date"), "validity",
        ("The conference is dated on a Saturday or Sunday", "Check the date of the conference"),
    ),
    row_rule(
        "cin_census.section47.before_enquiry.conference_date", not_less("conference_date", "strategy_discussion_date"),
        "consistency",
        ("The conference lies before the start of its enquiry: it is not timely",
         "Check both dates, or enter the conference at the enquiry that led to it"),
    ),
)  # fmt: skip

WEEKEND: list[tuple[Rows, bool]] = [
    ({"conference_date": "2025-03-07"}, False),
    ({"conference_date": "2025-03-08"}, True),
    ({"conference_date": "2025-03-09"}, True),
    ({"conference_date": None}, False),
]
CASES: dict[str, list[tuple[Rows, bool]]] = {
    "cin_census.section47.rule_8875.conference_date": WEEKEND,
    "cin_census.cin_details.rule_8875.conference_date": WEEKEND,
    "cin_census.child_protection_plans.rule_8940.start_date": [
        ([span("2024-06-03", None), span("2024-01-08", None)], True),
        ([span("2024-06-03", None), span("2024-01-08", "2024-06-03")], False),
    ],
    "cin_census.section47.before_enquiry.conference_date": [
        ({"conference_date": "2025-03-06", "strategy_discussion_date": "2025-03-07"}, True),
        ({"conference_date": "2025-03-07", "strategy_discussion_date": "2025-03-07"}, False),
    ],
}
