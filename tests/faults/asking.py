"""What owners would be asked about a landing folder, and what of it is about faults that were planted there.

Nothing is published: extracts are taken in and checked, as the nightly job does first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow.parquet as pq

from orchestration.checks.rows import check_rows, issues_file
from orchestration.intake.ledger import Ledger
from orchestration.intake.submissions import submission_id_of, take_in
from orchestration.settings import DataFolder, Settings
from tests.faults.education_planter import Planted

Issue = dict[str, Any]
CaseName = tuple[str, str, str]


def issues_of(folder: DataFolder) -> list[Issue]:
    """Every row issue of the newest version of what stands in landing, with its source."""
    ledger = Ledger(folder.ledger)
    take_in(folder, Settings(), ledger, lambda *_: None)
    newest = {(v.area_code, v.source, v.folder_month): v for v in ledger.versions()}
    refused = [v.reason for v in newest.values() if v.verdict != "accepted"]
    assert refused == []
    check_rows(folder, [*newest.values()], lambda *_: None)
    return [
        row | {"source": v.source}
        for v in newest.values()
        for row in pq.read_table(
            issues_file(folder, submission_id_of(v.area_code, v.source, v.folder_month, v.version))
        ).to_pylist()
    ]


@dataclass
class Verdict:
    """How the new cases and the planted faults go together."""

    wrong: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """Faults that are not exactly one case with their rule."""
    clean: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """Cases about rows in which nothing was planted."""
    gone: list[Issue] = field(default_factory=list)
    """What was said before, and is not any more."""


def judge(before: list[Issue], after: list[Issue], planted: Iterable[Planted]) -> Verdict:
    """Match faults and cases, row by row."""
    known = {issue["issue_key"] for issue in before}
    cases: dict[CaseName, list[Issue]] = defaultdict(list)
    at: dict[tuple[str, str, int], set[CaseName]] = defaultdict(set)
    for issue in after:
        if issue["issue_key"] not in known:
            case = (issue["source"], issue["table_name"], issue["case_key"])
            cases[case].append(issue)
            at[issue["source"], issue["table_name"], issue["source_row"]].add(case)
    verdict, explained = Verdict(), set[CaseName]()
    for one in planted:
        found = at[one.kind.source, one.kind.table, one.row]
        explained |= found
        rules = {issue["rule_code"] for case in found for issue in cases[case]}
        if len(found) != 1 or one.kind.rule not in rules:
            verdict.wrong[one.kind.kind, one.kind.fault, " ".join(sorted(rules))] += 1
    for case, issues in cases.items():
        if case not in explained:
            verdict.clean[case[0], case[1], issues[0]["rule_code"]] += 1
    still = {issue["issue_key"] for issue in after}
    verdict.gone = [issue for issue in before if issue["issue_key"] not in still]
    return verdict
