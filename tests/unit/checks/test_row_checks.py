"""Row checks: the rules' own cases, and Great Expectations over small frames of submissions."""

from __future__ import annotations

import shutil
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from expectations import suites
from expectations.checks import Check, row_rule
from expectations.contract import contract_for, sources
from expectations.rules import RULES
from expectations.rules.cases import Rows
from expectations.rules.shapes import never, not_less, present, unique, unmarked
from orchestration.checks import rows
from orchestration.checks.evaluation import ChecksFailed, failing_rows
from orchestration.checks.rows import (
    check_rows,
    count_results,
    issues_file,
    results_file,
)
from orchestration.intake.extract import SubmissionFiles, extract
from orchestration.intake.ledger import SubmissionVersion, now
from orchestration.intake.submissions import raw_folder, set_aside_folder, submission_id_of
from orchestration.settings import DataFolder

CASES = {
    name: rows
    for source in RULES
    for name, rows in import_module(f"expectations.rules.{source}").CASES.items()
}
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
GOOD = "SYN1,01/05/2024,S,C2,N1,U4,PR1,,,,,,\n"
NO_CHILD = ",02/05/2024,S,C2,N1,U4,PR1,,,,,,\n"
ENDS_EARLY = "SYN2,03/05/2024,S,C2,N1,U4,PR1,01/05/2024,E4A,,,,\n"
FUTURE = "SYN3,01/05/2026,S,C2,N1,U4,PR1,,,,,,\n"
NO_REASON = "SYN4,04/05/2024,S,C2,N1,U4,PR1,01/06/2024,,,,,\n"
UNKNOWN_CODE = "SYN5,05/05/2024,S,C2,N1,Q9,PR1,,,,,,\n"
UNREADABLE = "SYN6,06/05/2024,S,C2,N1,U4,PR1,31/06/2024,E4A,,,,\n"


def _typed(rows: Rows) -> pd.DataFrame:
    known = {"submission_id": "s", "outcome": "loaded"}
    frame = pd.DataFrame([known | row for row in (rows if isinstance(rows, list) else [rows])])
    for name in frame.columns:
        if name.endswith("_date") or name.startswith(("looked_after", "period_")):
            frame[name] = pd.to_datetime(frame[name])
        elif name == "previous_plans":
            frame[name] = frame[name].astype("Int64")
    return frame


@pytest.mark.parametrize(
    "rule", [rule for rules in RULES.values() for rule in rules], ids=lambda r: r.check_id
)
def test_rule_says_of_each_of_its_cases_whether_it_breaks(rule: Check) -> None:
    assert CASES[rule.check_id]
    for row, breaks in CASES[rule.check_id]:
        [failing] = failing_rows(_typed(row), [rule]).values()
        assert (0 in failing) is breaks, row


STOCK = {
    "present": present("larger"), "never": never("code", "unmapped"), "unmarked": unmarked("marks", "end"),
    "not_less": not_less("larger", "smaller"), "unique": unique("code", "larger"),
    "larger": not_less("larger", "smaller", or_equal=False),
}  # fmt: skip


@pytest.mark.parametrize("name", STOCK)
def test_stock_expectation_and_the_function_that_quarantines_name_the_same_rows(name: str) -> None:
    check = row_rule(f"source.table.{name}", STOCK[name], "validity", ("wrong", "mend"))
    frame = pd.DataFrame(
        {
            "submission_id": ["s", "s", "s", "s", "t", "t"],
            "larger": [1.0, 2.0, 2.0, None, 2.0, 3.0],
            "smaller": [2.0, 2.0, 1.0, 1.0, None, 4.0],
            "code": ["a", "unmapped", "unmapped", None, "unmapped", "a"],
            "marks": [None, " start ", " start end ", " end ", " trend ", None],
        }
    )
    broken = check.breaks(frame)
    assert broken.any()
    assert failing_rows(frame, [check]) == {check.check_id: list(frame.index[broken])}


@pytest.mark.parametrize("source", [s for s in sources() if contract_for(s).level == "la"])
def test_every_table_has_checks_with_words_for_its_owner(source: str) -> None:
    for table in suites.table_names(source):
        checks = suites.checks_for(source, table)
        assert checks
        assert len({check.check_id for check in checks}) == len(checks)
        assert all(check.message and check.remedy for check in checks)


def _land(folder: DataFolder, text: str, month: str = "2025-03") -> SubmissionVersion:
    incoming = folder.work / f"{month}.csv"
    incoming.write_text(EPISODES + text, encoding="utf-8")
    name = ("E09000003", "ssda903", month, "v")
    submission_id = submission_id_of(*name)
    raw = raw_folder(folder, name[1], name[0], month, "v")
    described = SubmissionFiles(
        submission_id, name[0], name[1], date(2025, 3, 31), (incoming,), 6, "302", "test"
    )
    extract(described, bytes(32), raw, folder.restricted / "identifiers")
    aside = raw / "set_aside"
    if aside.exists():
        target = set_aside_folder(folder, submission_id)
        target.parent.mkdir(parents=True, exist_ok=True)
        aside.rename(target)
    return SubmissionVersion(*name, date(2025, 3, 31), now(), now(), "accepted", "")


def _failed(folder: DataFolder, version: SubmissionVersion) -> dict[str, int]:
    submission_id = submission_id_of(
        version.area_code, version.source, version.folder_month, version.version
    )
    rows = pq.read_table(results_file(folder, submission_id)).to_pylist()
    return {row["check_id"]: row["rows_failed"] for row in rows if not row["passed"]}


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    made = DataFolder(tmp_path / "data")
    made.create()
    return made


def test_each_fault_is_found_once_by_its_own_check(folder: DataFolder) -> None:
    text = GOOD + NO_CHILD + ENDS_EARLY + FUTURE + NO_REASON + UNKNOWN_CODE + UNREADABLE + GOOD
    version = _land(folder, text)
    assert check_rows(folder, [version], lambda *_: None) == 1
    assert _failed(folder, version) == {
        "ssda903.episodes.child_id_missing.child_id": 1,
        "ssda903.episodes.code_unknown.placement_type_code": 1,
        "ssda903.episodes.date_after_as_at.start_date": 1,
        "ssda903.episodes.end_before_start.end_date": 1,
        "ssda903.episodes.episode_repeated": 2,
        "ssda903.episodes.rule_147_148.end_reason_code": 2,
        "ssda903.episodes.unreadable.end_date": 1,
    }


def test_issues_name_row_rule_and_remedy_and_hold_no_value(folder: DataFolder) -> None:
    version = _land(folder, GOOD + ENDS_EARLY)
    check_rows(folder, [version], lambda *_: None)
    submission_id = submission_id_of(
        version.area_code, version.source, version.folder_month, version.version
    )
    [issue] = pq.read_table(issues_file(folder, submission_id)).to_pylist()
    assert (issue["source_row"], issue["field"], issue["is_quarantined"]) == (3, "end_date", True)
    assert "Check both dates" in issue["message"]
    assert "SYN" not in str(issue)
    assert "2024" not in issue["message"]


def test_the_same_fault_next_month_is_the_same_issue(folder: DataFolder) -> None:
    versions = [_land(folder, GOOD + ENDS_EARLY), _land(folder, ENDS_EARLY + GOOD, month="2025-04")]
    check_rows(folder, versions, lambda *_: None)
    keys = {
        row["issue_key"]
        for path in (folder.quality / "issues").iterdir()
        for row in pq.read_table(path).to_pylist()
    }
    assert len(keys) == 1


def test_checks_run_once_per_version_until_it_is_read_again(folder: DataFolder) -> None:
    version = _land(folder, GOOD)
    assert check_rows(folder, [version], lambda *_: None) == 1
    assert check_rows(folder, [version], lambda *_: None) == 0
    assert count_results(folder, [version]) > 0


def _stored(folder: DataFolder, versions: list[SubmissionVersion]) -> list[Any]:
    check_rows(folder, versions, lambda *_: None)
    kinds = (folder.quality / "results", folder.quality / "issues")
    stored = [pq.read_table(path).to_pylist() for kind in kinds for path in sorted(kind.iterdir())]
    shutil.rmtree(kinds[0])
    return stored


@pytest.mark.parametrize("rows_for_pool", [rows.FEWEST_ROWS_FOR_POOL, 0])
def test_frames_of_any_size_on_any_core_find_the_same(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, rows_for_pool: int
) -> None:
    first = _land(folder, GOOD + ENDS_EARLY + GOOD)
    versions = [first, _land(folder, GOOD + NO_CHILD + UNKNOWN_CODE, month="2025-04")]
    in_one_frame = _stored(folder, versions)
    monkeypatch.setattr(rows, "MOST_ROWS", 1)
    monkeypatch.setattr(rows, "FEWEST_ROWS_FOR_POOL", rows_for_pool)
    assert _stored(folder, versions) == in_one_frame
    assert sorted(len(issues) for issues in in_one_frame[len(versions) :]) == [2, 3]


def test_empty_suites_leave_no_results(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    version = _land(folder, GOOD)
    monkeypatch.setattr("orchestration.checks.rows.table_names", lambda _: [])
    check_rows(folder, [version], lambda *_: None)
    assert count_results(folder, [version]) == 0


def test_an_expectation_that_cannot_be_evaluated_is_a_failure(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = _land(folder, GOOD)
    real = suites.expectation_for

    def broken(check: Any) -> Any:
        from great_expectations import expectations as gxe

        if check.rule == "child_id_missing":
            return gxe.ExpectColumnValuesToNotBeNull(
                column="no such column", meta={"check_id": check.check_id}
            )
        return real(check)

    monkeypatch.setattr(suites, "expectation_for", broken)
    with pytest.raises(ChecksFailed, match="child_id_missing"):
        check_rows(folder, [version], lambda *_: None)
