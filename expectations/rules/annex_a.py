"""Rules of the Annex A lists that their contract cannot say.

A case is (a row of the typed table, or several of which the first is judged; whether it breaks the rule).
The tests run every case.
"""

from __future__ import annotations

from expectations.checks import Check, row_rule
from expectations.rules.cases import Rows, span
from expectations.rules.shapes import (
    never,
    not_after_as_at,
    not_before_year,
    not_less,
    not_overlapping,
    on_a_weekday,
    only_together,
)

RULES: tuple[Check, ...] = (
    row_rule(
        "annex_a.list_3.before_1990.referral_date", not_before_year("referral_date", 1990), "validity",
        ("The referral is dated before 1990", "Check the year of the referral in the case system"),
    ),
    row_rule(
        "annex_a.list_4.before_1990.start_date", not_before_year("start_date", 1990), "validity",
        ("The assessment starts before 1990", "Check the year of the assessment in the case system"),
    ),
    row_rule(
        "annex_a.list_7.before_1990.start_date", not_before_year("start_date", 1990), "validity",
        ("The plan starts before 1990", "Check the year of the plan in the case system"),
    ),
    row_rule(
        "annex_a.list_8.ceased_without_reason.end_reason_code", only_together("end_date", "end_reason_code"),
        "consistency",
        ("Only one of the date the child ceased to be looked after and the reason is given",
        "Enter both when a child leaves care, neither while the child is looked after"),
    ),
    row_rule(
        "annex_a.list_8.has_not_ended.end_reason_code", never("end_reason_code", "X1"), "consistency",
        ("X1 says that another episode begins the same day: the child is read as still looked after",
        "Leave date and reason empty while the child is looked after, or give the reason that care ended"),
    ),
    row_rule(
        "annex_a.list_8.born_after_start.birth_date", not_less("start_date", "birth_date"), "consistency",
        ("The child is born after the period of care starts", "Check the date of birth and the start"),
    ),
    row_rule(
        "annex_a.list_5.on_a_weekend.conference_date", on_a_weekday("conference_date"), "validity",
        ("The conference is dated on a Saturday or Sunday (DfE rule 8875)", "Check the date of the conference"),
    ),
    row_rule(
        "annex_a.list_5.before_enquiry.conference_date", not_less("conference_date", "strategy_discussion_date"),
        "consistency", ("The conference lies before the strategy discussion of its enquiry: it is not timely",
        "Check both dates, or enter the enquiry that led to the conference"),
    ),
    row_rule(
        "annex_a.list_6.overlaps.start_date", not_overlapping("start_date", "closure_date"), "consistency",
        ("The case starts while an earlier case of the child is open (DfE rules 8815, 8820): the child counts once",
        "Close the earlier case, or correct the start"),
    ),
    row_rule(
        "annex_a.list_7.overlaps.start_date", not_overlapping("start_date", "end_date"), "consistency",
        ("The plan starts while an earlier plan of the child is open (DfE rule 8940): the child counts once",
        "End the earlier plan, or correct the start"),
    ),
    row_rule(
        "annex_a.list_8.overlaps.start_date", not_overlapping("start_date", "end_date"), "consistency",
        ("The period of care starts while an earlier one of the child is open: the child counts once",
        "End the earlier period, or correct the start"),
    ),
    row_rule(
        "annex_a.list_8.after_as_at.latest_dental_check_date", not_after_as_at("latest_dental_check_date"), "timeliness",
        ("The dental check lies after the date of the extract and does not count",
        "Check the year and the month; enter a check when it has taken place"),
    ),
    row_rule(
        "annex_a.list_8.after_as_at.latest_health_assessment_date", not_after_as_at("latest_health_assessment_date"),
        "timeliness", ("The health assessment lies after the date of the extract and does not count",
        "Check the year and the month; enter an assessment when it has taken place"),
    ),
    row_rule(
        "annex_a.list_10.before_care.placed_date", not_less("placed_date", "entered_care_date"), "consistency",
        ("The child is placed for adoption before entering care: the adoption is in no measure of time to placement",
        "Check both dates"),
    ),
    row_rule(
        "annex_a.list_10.before_match.placed_date", not_less("placed_date", "match_date"), "consistency",
        ("The child is placed for adoption before being matched (DfE rule 602)", "Check both dates"),
    ),
    row_rule(
        "annex_a.list_10.before_placement.adoption_order_date", not_less("adoption_order_date", "placed_date"),
        "consistency", ("The adoption order lies before the placement: the adoption is in no measure of time",
        "Check both dates"),
    ),
)  # fmt: skip

OVERLAPPING: dict[str, list[tuple[Rows, bool]]] = {
    f"annex_a.{table}.overlaps.start_date": [
        ([span("2024-06-03", None, end), span("2024-01-08", None, end)], True),
        ([span("2024-06-03", None, end), span("2024-01-08", "2024-06-04", end)], True),
        ([span("2024-06-03", None, end), span("2024-01-08", "2024-06-03", end)], False),
        ([span("2024-01-08", None, end), span("2024-06-03", None, end)], False),
    ]
    for table, end in (("list_6", "closure_date"), ("list_7", "end_date"), ("list_8", "end_date"))
}

CASES: dict[str, list[tuple[Rows, bool]]] = {
    "annex_a.list_8.has_not_ended.end_reason_code": [
        ({"end_reason_code": "X1"}, True),
        ({"end_reason_code": "E4A"}, False),
        ({"end_reason_code": None}, False),
    ],
    **OVERLAPPING,
    "annex_a.list_5.on_a_weekend.conference_date": [
        ({"conference_date": "2025-03-07"}, False),
        ({"conference_date": "2025-03-08"}, True),
        ({"conference_date": "2025-03-09"}, True),
        ({"conference_date": "2025-03-10"}, False),
        ({"conference_date": None}, False),
    ],
    "annex_a.list_5.before_enquiry.conference_date": [
        ({"conference_date": "2025-03-06", "strategy_discussion_date": "2025-03-07"}, True),
        ({"conference_date": "2025-03-07", "strategy_discussion_date": "2025-03-07"}, False),
        ({"conference_date": "2025-03-07", "strategy_discussion_date": None}, False),
    ],
    "annex_a.list_8.after_as_at.latest_dental_check_date": [
        ({"latest_dental_check_date": "2025-04-01", "as_at_date": "2025-03-31"}, True),
        ({"latest_dental_check_date": "2025-03-31", "as_at_date": "2025-03-31"}, False),
        ({"latest_dental_check_date": None, "as_at_date": "2025-03-31"}, False),
    ],
    "annex_a.list_8.after_as_at.latest_health_assessment_date": [
        ({"latest_health_assessment_date": "2025-04-01", "as_at_date": "2025-03-31"}, True),
        ({"latest_health_assessment_date": "2025-03-31", "as_at_date": "2025-03-31"}, False),
        ({"latest_health_assessment_date": None, "as_at_date": "2025-03-31"}, False),
    ],
    "annex_a.list_10.before_care.placed_date": [
        ({"placed_date": "2024-01-07", "entered_care_date": "2024-01-08"}, True),
        ({"placed_date": "2024-01-08", "entered_care_date": "2024-01-08"}, False),
        ({"placed_date": None, "entered_care_date": "2024-01-08"}, False),
    ],
    "annex_a.list_10.before_match.placed_date": [
        ({"placed_date": "2024-01-07", "match_date": "2024-01-08"}, True),
        ({"placed_date": "2024-01-08", "match_date": "2024-01-08"}, False),
    ],
    "annex_a.list_10.before_placement.adoption_order_date": [
        ({"adoption_order_date": "2024-01-07", "placed_date": "2024-01-08"}, True),
        ({"adoption_order_date": "2024-01-08", "placed_date": "2024-01-08"}, False),
        ({"adoption_order_date": None, "placed_date": "2024-01-08"}, False),
    ],
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
