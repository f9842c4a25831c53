"""Which fields a check reads, besides the one that it names: what is wrong with one shows in the others' checks.

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


def other_fields(check: Check) -> frozenset[str]:
    """The fields that a check reads besides its own, by the arguments of its expectation."""
    told = check.shape.arguments
    read = {*told.get("column_list", ()), told.get("column_A"), told.get("column_B")}
    fields = contract_for(check.source).tables[check.table].columns
    stored = {
        name: column.stored_name(name)
        for name, column in fields.items()
        if column.type == "compared"
    }
    return frozenset(
        name
        for name in fields
        if stored.get(name, name) in read and check.column not in (name, None)
    )


def same_cell(check: Check) -> str | None:
    """The field of a check, or the one before it that reads the same heading in some years' files."""
    columns = contract_for(check.source).tables[check.table].columns
    own = columns.get(check.column or "")
    twins = (name for name, column in columns.items() if own and own.heading in column.names)
    return next(twins, check.column)
