"""Faults planted by a seed in a month of demo extracts: each is one case with the right owner and record.

Nothing is published here: extracts are taken in and checked, as the nightly job does first.
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from expectations.owners import load_owners
from orchestration.checks.rows import check_rows, issues_file
from orchestration.demo import write_demo
from orchestration.intake.keys import keyed_hash
from orchestration.intake.ledger import Ledger
from orchestration.intake.submissions import submission_id_of, take_in
from orchestration.settings import DataFolder, Settings
from tests.faults.planter import Kind, Planted, Planter, kinds, undetected

SEED, EACH = 20250331, 12
AREA = "E09000003"


def _quiet(_step: str, _done: int, _total: int) -> None:
    pass


def _issues(folder: DataFolder) -> list[dict[str, Any]]:
    """Every row issue of what stands in landing, with its source."""
    ledger = Ledger(folder.ledger)
    take_in(folder, Settings(), ledger, _quiet)
    versions = [v for v in ledger.versions() if v.verdict == "accepted" and v.area_code == AREA]
    newest = {(v.source, v.folder_month): v for v in versions}
    check_rows(folder, [*newest.values()], _quiet)
    return [
        row | {"source": v.source}
        for v in newest.values()
        for row in pq.read_table(
            issues_file(folder, submission_id_of(v.area_code, v.source, v.folder_month, v.version))
        ).to_pylist()
    ]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Issues of the extracts as simulated, and of the same with faults planted in them."""
    root = tmp_path_factory.mktemp("planted")
    folder = DataFolder(root / "data")
    folder.create()
    write_demo(root / "demo", seed=1, months=1, last="2025-03", progress=_quiet)
    shutil.copytree(root / "demo" / "landing" / AREA, folder.landing / AREA)
    before = _issues(folder)
    secret = bytes.fromhex((folder.restricted / "hmac.key").read_text().strip())
    planter = Planter(folder.landing / AREA, SEED)
    ids = {keyed_hash(secret, "child", AREA, child): child for child in _children(planter)}
    spared = {(i["source"], i["table_name"], ids.get(i["child_key"] or "", "")) for i in before}
    planted = planter.plant(kinds(), EACH, spared)
    planter.write()
    keys = {one.child_id: keyed_hash(secret, "child", AREA, one.child_id) for one in planted}
    return {"before": before, "after": _issues(folder), "planted": planted, "keys": keys}


def _children(planter: Planter) -> set[str]:
    return {
        record.child_id
        for kind in {(k.source, k.table): k for k in kinds()}.values()
        for record in planter._records(kind)[2]
    }


def _place(issue: dict[str, Any], found: dict[str, Any]) -> tuple[str, str, str | int]:
    """Source, table and child of an issue; the row where there is no child."""
    return issue["source"], issue["table_name"], issue["child_key"] or issue["source_row"]


def _expected(one: Planted, found: dict[str, Any]) -> tuple[str, str, str | int]:
    lost_id = one.kind.field == "child_id"
    who = one.row if lost_id and one.row is not None else found["keys"][one.child_id]
    return one.kind.source, one.kind.table, who


def _fresh(found: dict[str, Any]) -> dict[tuple[str, str, str | int], list[dict[str, Any]]]:
    known = {issue["issue_key"] for issue in found["before"]}
    fresh = defaultdict(list)
    for issue in found["after"]:
        if issue["issue_key"] not in known:
            fresh[_place(issue, found)].append(issue)
    return fresh


def test_there_are_at_least_sixty_kinds_each_of_them_planted(found: dict[str, Any]) -> None:
    planted = Counter(one.kind.kind for one in found["planted"])
    assert len(planted) >= 60
    assert [k.kind for k in kinds() if not planted[k.kind]] == []


def test_each_planted_fault_is_one_case_by_its_rule(found: dict[str, Any]) -> None:
    fresh = _fresh(found)
    wrong = []
    for one in found["planted"]:
        issues = fresh.get(_expected(one, found), [])
        rules = {issue["rule_code"] for issue in issues}
        cases = {issue["case_key"] for issue in issues}
        if one.kind.rule not in rules or len(cases) != 1:
            wrong.append(
                (one.kind.kind, one.kind.table, one.kind.fault, " ".join(sorted(rules)), len(cases))
            )
    assert sorted(Counter(wrong).items()) == []


def test_no_clean_record_is_listed_and_what_was_listed_before_still_is(
    found: dict[str, Any],
) -> None:
    spoilt = {_expected(one, found) for one in found["planted"]}
    others = Counter(
        (*place[:2], issue["rule_code"])
        for place, issues in _fresh(found).items()
        if place not in spoilt
        for issue in issues
    )
    assert others == Counter()
    after = {issue["issue_key"] for issue in found["after"]}
    assert [issue for issue in found["before"] if issue["issue_key"] not in after] == []


def test_every_source_has_an_owner_for_its_cases(found: dict[str, Any]) -> None:
    owners = {entry["source"]: entry["owner"] for entry in load_owners()}
    assert {one.kind.source for one in found["planted"]} <= {
        s for s, owner in owners.items() if owner
    }


def test_same_seed_plants_the_same(found: dict[str, Any], tmp_path: Path) -> None:
    write_demo(tmp_path, seed=1, months=1, last="2025-03", progress=_quiet)
    again = Planter(tmp_path / "landing" / AREA, SEED).plant(kinds()[:3], EACH, set())
    other = Planter(tmp_path / "landing" / AREA, SEED).plant(kinds()[:3], EACH, set())
    assert again == other and len(again) == 3 * EACH


def test_kinds_that_cannot_be_found_say_why() -> None:
    named = undetected()
    assert len({row["kind"] for row in named}) == len(named) > 10
    assert all(row["why"] for row in named)
    assert isinstance(kinds()[0], Kind) and len({k.kind for k in kinds()}) == len(kinds())
