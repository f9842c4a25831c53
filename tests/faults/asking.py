"""What owners would be asked about a landing folder, and what of it is about faults that were planted there.

Nothing is published: extracts are taken in and checked, as the nightly job does first.
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.checks.rows import issues_table
from orchestration.intake.kept.partitions import partition_of
from orchestration.intake.kept.places import id_of_version
from orchestration.intake.keys import keyed_hash
from orchestration.ledger.ledger import Ledger, SubmissionVersion
from orchestration.settings import DataFolder
from tests.faults import planter
from tests.faults.education_planter import EducationPlanter, Planted, kinds
from tests.nights import take_in_all

Issue = dict[str, Any]
CaseName = tuple[str, str, str]


@dataclass
class Verdict:
    """How the new cases and the planted faults go together."""

    wrong: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """Faults that are not exactly one case with their rule."""
    clean: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """Cases about rows in which nothing was planted."""
    gone: list[Issue] = field(default_factory=list)
    """What was said before, and is not any more."""


@dataclass(frozen=True)
class Planting:
    """What was planted, what was said before and after, and how they go together."""

    planted: Sequence[Any]
    before: list[Issue]
    issues: list[Issue]
    verdict: Verdict


def issues_of(folder: DataFolder) -> list[Issue]:
    """Every row issue of the newest version of what stands in landing, with its source."""
    ledger = Ledger(folder.ledger)
    take_in_all(folder)
    newest = {(v.area_code, v.source, v.folder_month): v for v in ledger.versions()}
    refused = [v.reason for v in newest.values() if v.verdict != "accepted"]
    assert refused == []
    return [
        row | {"source": v.source} for v in newest.values() for row in _issues_of(folder, ledger, v)
    ]


def _issues_of(folder: DataFolder, ledger: Ledger, version: SubmissionVersion) -> list[Issue]:
    partition = partition_of(folder, ledger, version.source, version.area_code)
    rows = partition.rows(issues_table(version.source), [id_of_version(version)])
    return [] if rows is None else rows.to_pylist()


def _gone(before: list[Issue], after: list[Issue]) -> list[Issue]:
    still = {issue["issue_key"] for issue in after}
    return [issue for issue in before if issue["issue_key"] not in still]


def judge_by_child(
    before: list[Issue],
    after: list[Issue],
    planted: Iterable[planter.Planted],
    keys: dict[str, str],
) -> Verdict:
    """Match faults and cases of social care, where a census has no rows: by child, by row where the id is lost.

    `keys` by local id.
    """
    known = {issue["issue_key"] for issue in before}
    at: dict[tuple[str, str, str | int], list[Issue]] = defaultdict(list)
    for issue in after:
        if issue["issue_key"] not in known:
            who = issue["child_key"] or issue["source_row"]
            at[issue["source"], issue["table_name"], who].append(issue)
    verdict, explained = Verdict(), set[tuple[str, str, str | int]]()
    for one in planted:
        is_lost = one.kind.field == "child_id" and one.row is not None
        place = (one.kind.source, one.kind.table, one.row if is_lost else keys[one.child_id])
        explained.add(place)
        rules = {issue["rule_code"] for issue in at[place]}
        if one.kind.rule not in rules or len({issue["case_key"] for issue in at[place]}) != 1:
            verdict.wrong[one.kind.kind, one.kind.fault, " ".join(sorted(rules))] += 1
    for place, issues in at.items():
        if place not in explained:
            verdict.clean[place[0], place[1], issues[0]["rule_code"]] += 1
    verdict.gone = _gone(before, after)
    return verdict


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
    verdict.gone = _gone(before, after)
    return verdict


def plant_in_education(folder: DataFolder, landing: Path, seed: int, each: int) -> Planting:
    """Take in extracts, plant up to so many faults of each kind into them, take them in again."""
    shutil.copytree(landing, folder.landing, dirs_exist_ok=True)
    before = issues_of(folder)
    spared = {(i["source"], i["table_name"], i["source_row"]) for i in before}
    made = EducationPlanter(folder.landing, seed)
    planted = made.plant(kinds(), each, spared)
    made.write()
    after = issues_of(folder)
    return Planting(planted, before, after, judge(before, after, planted))


def plant_in_social_care(folder: DataFolder, area: str, seed: int, each: int) -> Planting:
    """The same in a month of social care extracts that stands in landing."""
    before = issues_of(folder)
    secret = bytes.fromhex((folder.restricted / "hmac.key").read_text().strip())
    made = planter.Planter(folder.landing / area, seed)
    ids = {keyed_hash(secret, "child", area, child): child for child in made.children()}
    spared = {(i["source"], i["table_name"], ids.get(i["child_key"] or "", "")) for i in before}
    planted = made.plant(planter.kinds(), each, spared)
    made.write()
    keys = {one.child_id: keyed_hash(secret, "child", area, one.child_id) for one in planted}
    after = issues_of(folder)
    return Planting(planted, before, after, judge_by_child(before, after, planted, keys))
