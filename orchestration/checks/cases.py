"""What several rules say because of one field of one record is one case: that of the field at the root of it.

A start in the future also makes the end earlier than the start; its owner is asked about the start, once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pandas as pd

from expectations.checks import SUBMISSION, Check
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


def with_roots(issues: pd.DataFrame, checks: Sequence[Check]) -> pd.Series:
    """The case of each issue of a table: that of the field at its root."""
    cases = issues["case_key"].copy()
    is_root = issues["rule_code"].isin(ROOTS) & issues["field"].notna()
    roots: dict[Place, dict[str, str]] = {}
    for issue in issues[is_root].itertuples():
        place = (issue.submission_id, issue.source_row)
        roots.setdefault(place, {})[issue.field] = issue.case_key
    by_id = {check.check_id: check for check in checks}
    rows = pd.MultiIndex.from_frame(issues[[SUBMISSION, "source_row"]])
    for issue in issues[rows.isin(roots)].itertuples():
        faulty = roots[issue.submission_id, issue.source_row]
        cases[issue.Index] = _root_of(by_id[issue.check_id], faulty, issue.case_key)
    return cases


def _root_of(check: Check, faulty: dict[str, str], own_case: str) -> str:
    """The case of the field at the root, of the faulty fields of a row."""
    if len(faulty) >= MANY_FIELDS:
        return faulty[min(faulty)]
    field = same_cell(check)
    if field in faulty:
        return faulty[field]
    others = sorted(other_fields(check) & set(faulty))
    return faulty[others[0]] if others else own_case
