"""What several rules say because of one field of one record is one case: that of the field at the root of it.

A start in the future also makes the end earlier than the start; its owner is asked about the start, once.
"""

from __future__ import annotations

import hashlib
from typing import Any

from expectations.checks import Check
from expectations.reads import ROOTS, other_fields, same_cell

Place = tuple[str, int]
# A row with so many wrong fields is a total, or its cells have shifted: that is one question.
MANY_FIELDS = 4


def case_of(source: str, table: str, key: str, column: str | None) -> str:
    """What rules say about one field of one record is one case for its owner."""
    return hashlib.sha256(f"{source}|{table}|{key}|{column}".encode()).hexdigest()[:32]


def case_key(check: Check, key: str) -> str:
    """The case of a check's own field in a record."""
    return case_of(check.source, check.table, key, check.column)


def with_roots(issues: list[dict[str, Any]], checks: tuple[Check, ...]) -> list[dict[str, Any]]:
    """The issues of a table, each in the case of the field at its root."""
    by_id = {check.check_id: check for check in checks}
    roots: dict[Place, dict[str, str]] = {}
    for issue in issues:
        if issue["rule_code"] in ROOTS and issue["field"]:
            place = (issue["submission_id"], issue["source_row"])
            roots.setdefault(place, {})[issue["field"]] = issue["case_key"]
    return [issue | {"case_key": _root_of(issue, by_id, roots)} for issue in issues]


def _root_of(
    issue: dict[str, Any], checks: dict[str, Check], roots: dict[Place, dict[str, str]]
) -> str:
    faulty = roots.get((issue["submission_id"], issue["source_row"]), {})
    if len(faulty) >= MANY_FIELDS:
        return str(faulty[min(faulty)])
    field = same_cell(checks[issue["check_id"]])
    if field in faulty:
        return str(faulty[field])
    others = sorted(other_fields(checks[issue["check_id"]]) & set(faulty))
    return str(faulty[others[0]] if others else issue["case_key"])
