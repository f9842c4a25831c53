"""Row checks: the rules' own cases, and Great Expectations over small frames of submissions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from expectations import suites
from expectations.checks import Check, Shape, row_rule
from expectations.contract import contract_for, sources
from expectations.rules import RULES
from expectations.rules.cases import Rows
from expectations.rules.shapes import never, not_less, present, unique, unmarked
from orchestration.checks.judge import ChecksFailed, failing_rows
from orchestration.checks.rows import issues_table, results_table
from orchestration.intake.extract import SubmissionFiles, read_version
from orchestration.intake.judging import ReadVersion, judge_versions
from orchestration.intake.kept.places import id_of_version
from orchestration.ledger.ledger import SubmissionVersion, now
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


FRAME = pd.DataFrame(
    {
        "submission_id": ["s", "s", "s", "s", "t", "t"],
        "larger": [1.0, 2.0, 2.0, None, 2.0, 3.0],
        "smaller": [2.0, 2.0, 1.0, 1.0, None, 4.0],
        "code": ["a", "unmapped", "unmapped", None, "unmapped", "a"],
        "marks": [None, " start ", " start end ", " end ", " trend ", None],
    }
)
STOCK: dict[str, tuple[Shape, list[int]]] = {
    "present": (present("larger"), [3]),
    "never": (never("code", "unmapped"), [1, 2, 4]),
    "unmarked": (unmarked("marks", "end"), [2, 3]),
    "not_less": (not_less("larger", "smaller"), [0, 5]),
    "larger": (not_less("larger", "smaller", or_equal=False), [0, 1, 5]),
    "unique": (unique("code", "larger"), [1, 2]),
}


@pytest.mark.parametrize("name", STOCK)
def test_stock_expectation_names_the_rows_that_break_it(name: str) -> None:
    shape, broken = STOCK[name]
    check = row_rule(f"source.table.{name}", shape, "validity", ("wrong", "mend"))
    assert failing_rows(FRAME, [check]) == {check.check_id: broken}


@pytest.mark.parametrize("source", [s for s in sources() if contract_for(s).level == "la"])
def test_every_table_has_checks_with_words_for_its_owner(source: str) -> None:
    for table in suites.table_names(source):
        checks = suites.checks_for(source, table)
        assert checks
        assert len({check.check_id for check in checks}) == len(checks)
        assert all(check.message and check.remedy for check in checks)


@dataclass(frozen=True)
class Taken:
    """What was found in one version of a file of episodes."""

    version: SubmissionVersion
    failed: dict[str, int]
    issues: list[dict[str, Any]]
    n_results: int


class Inbox:
    """Versions of the episodes of a return, read one by one and judged together."""

    def __init__(self, root: Path) -> None:
        self.folder = DataFolder(root)
        self.folder.create()
        self.read: list[tuple[SubmissionVersion, ReadVersion]] = []

    def land(self, text: str, month: str = "2025-03") -> None:
        """Read a file of so many rows."""
        incoming = self.folder.work / f"{month}.csv"
        incoming.write_text(EPISODES + text, encoding="utf-8")
        version = SubmissionVersion(
            "E09000003", "ssda903", month, "v", date(2025, 3, 31), now(), now(), "accepted", ""
        )
        described = SubmissionFiles(
            id_of_version(version), "E09000003", "ssda903", date(2025, 3, 31), (incoming,), 6, "302", "test"
        )  # fmt: skip
        target = self.folder.work / id_of_version(version)
        read = read_version(described, bytes(32), target)
        self.read.append((version, ReadVersion("ssda903", target, read)))

    def judge(self) -> list[Taken]:
        """Judge what was read."""
        judged = judge_versions([read for _, read in self.read], {})
        return [
            self._taken(version, read) for (version, _), read in zip(self.read, judged, strict=True)
        ]

    def _taken(self, version: SubmissionVersion, read: ReadVersion) -> Taken:
        results = read.made[results_table("ssda903")].to_pylist()
        return Taken(
            version,
            {row["check_id"]: row["rows_failed"] for row in results if not row["passed"]},
            read.made[issues_table("ssda903")].to_pylist(),
            len(results),
        )


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "data")


def test_each_fault_is_found_once_by_its_own_check(inbox: Inbox) -> None:
    inbox.land(GOOD + NO_CHILD + ENDS_EARLY + FUTURE + NO_REASON + UNKNOWN_CODE + UNREADABLE + GOOD)
    [taken] = inbox.judge()
    assert taken.failed == {
        "ssda903.episodes.child_id_missing.child_id": 1,
        "ssda903.episodes.code_unknown.placement_type_code": 1,
        "ssda903.episodes.date_after_as_at.start_date": 1,
        "ssda903.episodes.end_before_start.end_date": 1,
        "ssda903.episodes.episode_repeated": 2,
        "ssda903.episodes.rule_147_148.end_reason_code": 2,
        "ssda903.episodes.unreadable.end_date": 1,
    }
    assert taken.n_results > len(taken.failed)


def test_issues_name_row_rule_and_remedy_and_hold_no_value(inbox: Inbox) -> None:
    inbox.land(GOOD + ENDS_EARLY)
    [[issue]] = [taken.issues for taken in inbox.judge()]
    assert (issue["source_row"], issue["field"], issue["is_quarantined"]) == (3, "end_date", True)
    assert "Check both dates" in issue["message"]
    assert "SYN" not in str(issue)
    assert "2024" not in issue["message"]


def test_the_same_fault_next_month_is_the_same_issue(inbox: Inbox) -> None:
    inbox.land(GOOD + ENDS_EARLY)
    inbox.land(ENDS_EARLY + GOOD, month="2025-04")
    assert len({issue["issue_key"] for taken in inbox.judge() for issue in taken.issues}) == 1


def test_versions_judged_together_are_told_the_same_as_each_alone(tmp_path: Path) -> None:
    texts = {"2025-03": GOOD + ENDS_EARLY + GOOD, "2025-04": GOOD + NO_CHILD + UNKNOWN_CODE}
    together = Inbox(tmp_path / "together")
    alone: list[Taken] = []
    for month, text in texts.items():
        together.land(text, month)
        one = Inbox(tmp_path / month)
        one.land(text, month)
        alone += one.judge()
    found = together.judge()
    assert [(one.failed, one.issues) for one in found] == [(t.failed, t.issues) for t in alone]
    assert [len(one.issues) for one in found] == [3, 2]


def test_an_expectation_that_cannot_be_evaluated_is_a_failure(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.land(GOOD)
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
        inbox.judge()


@pytest.mark.parametrize(
    "spoiled",
    [
        {"exception_info": {"raised_exception": True}, "result": {}},
        {"exception_info": {"of a metric": {"raised_exception": True}}},
        {"result": {}},
        {"result": {"unexpected_index_list": []}},
    ],
)
def test_check_that_fails_without_naming_its_rows_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, spoiled: dict[str, Any]
) -> None:
    from great_expectations.datasource.fluent.interfaces import Batch

    real = Batch.validate

    def validate(batch: Batch, expect: Any, *, result_format: str) -> Any:
        found = real(batch, expect, result_format=result_format)
        if result_format == "COMPLETE":
            for name, value in spoiled.items():
                setattr(found, name, value)
        return found

    monkeypatch.setattr(Batch, "validate", validate)
    shape, _ = STOCK["present"]
    check = row_rule("source.table.present", shape, "validity", ("wrong", "mend"))
    with pytest.raises(ChecksFailed, match=check.check_id):
        failing_rows(FRAME, [check])
