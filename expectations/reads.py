"""Which fields a check reads, beside the one that it names: what is wrong with one shows in the others' checks.

`orchestration/checks/cases.py` groups by it, `coverage` lists by it.
"""

from __future__ import annotations

from expectations.checks import Check
from expectations.contract import contract_for

# Rules about one field alone: where they fail, they are the root of what else fails.
ROOTS = frozenset(
    {"unreadable", "key_date_missing", "date_after_as_at", "before_1990", "birth_date_missing", "rule_353", "age_implausible",
     "key_part_missing", "code_unknown", "value_missing", "orphan", "after_as_at"}
)  # fmt: skip
# Rules of `rules/` whose function reads a second field.
ALSO = {
    "ceased_without_reason": ("end_date",),
    "rule_147_148": ("end_date",),
    "age_disagrees": ("birth_date",),
    "ends_before_it_starts": ("looked_after_from", "period_end"),
    "does_not_add_up": ("possible_sessions", "authorised_sessions", "unauthorised_sessions"),
    "offer_without_date": ("status",),
    "offer_without_school": ("offer_dfe", "status"),
    "offer_denied": ("offer_urn", "offer_dfe", "offer_date"),
    "on_time_disagrees": ("received_date", "phase", "entry_year"),
    "grade_without_points": ("points", "qualification_type", "bucket_code"),
    "contradicts": ("numerator", "denominator"),
}


def other_fields(check: Check) -> frozenset[str]:
    """The fields that a check reads beside its own."""
    table = contract_for(check.source).tables[check.table]
    records = table.records.values()
    if check.rule in ("end_before_start", "not_after_start"):
        pairs = (pair for record in records for pair in (*record.not_before, *record.after))
        return frozenset(start for end, start in pairs if end == check.column)
    if check.rule in ("born_long_after", "born_after_start"):
        return frozenset(record.key_date for record in records if record.key_date)
    if check.rule == "key_part_missing":
        return frozenset()
    return frozenset(ALSO.get(check.rule, ()))


def same_cell(check: Check) -> str | None:
    """The field of a check, or the one before it that reads the same heading in some years' files."""
    columns = contract_for(check.source).tables[check.table].columns
    own = columns.get(check.column or "")
    twins = (name for name, column in columns.items() if own and own.heading in column.names)
    return next(twins, check.column)
