"""DfE's rules through their own interpreter: what it is asked, what becomes of its answer, and what when it is not there.

Most tests have a stand-in that writes down what it is asked and gives a prepared answer; the last ones ask the
packages themselves, where they are installed (`make validators`).
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from orchestration.checks.statutory import (
    DEFAULT_INTERPRETER,
    VARIABLE,
    Statutory,
    judge_newest,
    newest_versions,
)
from orchestration.ledger.ledger import Ledger, SubmissionVersion
from tests import extracts
from tests.extracts import BARNET
from tests.integration.inbox import AS_AT, VALUES, Inbox, put, text_file

CANARY = "CANARY-ON-STDERR"
STAND_IN = """#!{python}
import json, pathlib, sys
here = pathlib.Path(__file__).parent
request = json.load(sys.stdin)
with (here / "asked").open("a") as asked:
    asked.write(json.dumps(request) + "\\n")
sys.stderr.write("{canary}")
answer = here / request["source"]
sys.exit(1) if not answer.exists() else sys.stdout.write(answer.read_text())
"""
LENGTHS = {"Header": 0, "Episodes": 0}


class Validators:
    """The stand-in: answers by source, and what it has been asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.path = folder / "python"
        self.path.write_text(STAND_IN.format(python=sys.executable, canary=CANARY))
        self.path.chmod(0o700)

    def answer(self, source: str, rules: list[dict[str, Any]], lengths: dict[str, int]) -> None:
        usual = {"message": "It is wrong.", "status": "run", "reason": "", "findings": []}
        found = {"rules": [usual | rule for rule in rules], "lengths": lengths, "seconds": 1.0}
        (self.folder / source).write_text(json.dumps(found))

    @property
    def asked(self) -> list[dict[str, Any]]:
        asked = self.folder / "asked"
        return (
            [json.loads(line) for line in asked.read_text().splitlines()] if asked.exists() else []
        )


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    """A return and a census; the first child's start in the return cannot be read."""
    made = Inbox(tmp_path / "data", ("ssda903", "cin_census"))
    text_file("episodes", lambda rows: put(rows, 2, "DECOM", "SYN soon"))(made.place("ssda903"))
    made.take_in()
    return made


@pytest.fixture
def validators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Validators:
    made = Validators(tmp_path / "validators")
    monkeypatch.setenv(VARIABLE, str(made.path))
    return made


def judged(inbox: Inbox, as_at: date = AS_AT) -> Statutory:
    ledger = Ledger(inbox.folder.ledger)
    known_by = (as_at, None)
    return judge_newest(inbox.folder, ledger, ledger.versions(), known_by, lambda *_: None)


def lengths(inbox: Inbox, **tables: str) -> dict[str, int]:
    """As many rows as were taken in."""
    counts = inbox.take_in().counts("ssda903")
    return {theirs: counts[ours][0] for theirs, ours in tables.items()}


def test_run_without_the_environment_says_so_once(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for interpreter in ("", str(tmp_path / "nowhere")):
        monkeypatch.setenv(VARIABLE, interpreter)
        found = judged(inbox)
        assert len(found.told) == 1 and "make validators" in found.told[0]
        assert found.findings.results.num_rows == found.findings.issues.num_rows == 0


def test_return_is_asked_as_text_of_its_collection_year_with_the_year_before(
    inbox: Inbox, validators: Validators
) -> None:
    extracts.write_submission(inbox.folder.landing, BARNET, "ssda903", "2024-03")
    extracts.write_submission(inbox.folder.landing, BARNET, "ssda903", "2023-03")
    inbox.take_in()
    judged(inbox)
    census, asked = validators.asked
    assert (census["source"], census["collection_year"]) == ("cin_census", 2025)
    assert Path(census["file"]).is_relative_to(inbox.folder.archive)
    assert (asked["source"], asked["collection_year"], asked["area_code"]) == (
        "ssda903",
        2025,
        BARNET,
    )
    episodes = asked["tables"]["Episodes"]
    first = dict(zip(episodes["columns"], episodes["rows"][1], strict=True))
    sent = extracts.ssda903(BARNET, AS_AT)["episodes"][2]
    assert isinstance(sent[1], date)
    assert (first["CHILD"], first["DECOM"]) == (sent[0], f"{sent[1]:%d/%m/%Y}")
    assert {"HOME_POST", "PL_POST", "URN"} <= set(episodes["columns"])
    earlier = len(extracts.ssda903(BARNET, extracts.month_end("2024-03"))["episodes"]) - 1
    assert len(asked["tables"]["Episodes_last"]["rows"]) == earlier


def test_finding_names_the_record_and_joins_the_case_of_its_field(
    inbox: Inbox, validators: Validators
) -> None:
    place = {"table": "Episodes", "child_row": 0, "fields": ["DECOM", "RNE"]}
    rule = {"code": "102", "table": "Episodes", "fields": ["DECOM", "RNE"]}
    rule["findings"] = [place | {"row": 0}, place | {"row": 1}]
    validators.answer("ssda903", [rule], lengths(inbox, Episodes="episodes"))
    issues = judged(inbox).findings.issues.to_pylist()
    episodes = inbox.table("ssda903", "episodes")
    faulty, whole = sorted(issues, key=lambda issue: issue["source_row"])
    assert whole["child_key"] == next(r["child_key"] for r in episodes if r["source_row"] == 3)
    assert (whole["rule_code"], whole["table_name"], whole["field"], whole["severity"]) == (
        "102", "episodes", "start_date", "warn",
    )  # fmt: skip
    assert whole["message"] == "It is wrong (DfE rule 102). Check DECOM, RNE."
    # the row of the unreadable date was kept out, and its owner has been asked already
    version = next(v for v in Ledger(inbox.folder.ledger).versions() if v.source == "ssda903")
    [own] = [
        issue
        for path in (inbox.folder.quality / "issues").glob("*/*.parquet")
        for issue in pq.read_table(path).to_pylist()
        if issue["check_id"] == "ssda903.episodes.unreadable.start_date"
    ]
    assert version.verdict == "accepted"
    assert (faulty["source_row"], faulty["is_quarantined"]) == (2, True)
    assert faulty["case_key"] == own["case_key"] != whole["case_key"]


def test_rule_that_did_not_run_has_not_passed(inbox: Inbox, validators: Validators) -> None:
    rules = [
        {"code": "1", "table": "Header", "fields": ["SEX"]},
        {
            "code": "2",
            "table": "OC3",
            "fields": [],
            "status": "skipped",
            "reason": "OC3 is not there",
        },
        {"code": "3", "table": None, "fields": [], "status": "crashed", "reason": "KeyError"},
    ]
    validators.answer("ssda903", rules, LENGTHS)
    found = judged(inbox)
    results = {row["check_id"]: row for row in found.findings.results.to_pylist()}
    assert {name: (row["passed"], row["status"]) for name, row in results.items()} == {
        "ssda903.header.statutory.1": (True, "run"),
        "ssda903.oc3.statutory.2": (False, "skipped"),
        "ssda903.header.statutory.3": (False, "crashed"),
    }
    assert {row["dimension"] for row in results.values()} == {"statutory"}
    assert any("3 rules, 1 run, 1 skipped, 1 crashed; 0 finding(s)" in line for line in found.told)


def test_finding_without_a_row_of_its_own_is_the_childs_or_the_authoritys(
    inbox: Inbox, validators: Validators
) -> None:
    whole = {"table": "Header", "row": None, "child_row": None, "fields": []}
    rules = [
        {"code": "100", "table": "Header", "fields": ["ReferenceDate"], "findings": [whole]},
        {"code": "200", "table": "Header", "fields": [], "findings": [whole]},
        # reviews are not stored; disabilities are counted otherwise by the two readers
        {"code": "300", "table": "Reviews", "fields": ["CPPreviewDate"], "findings": [
            {"table": "Reviews", "row": 0, "child_row": 1, "fields": ["CPPreviewDate"]},
        ]},
        {"code": "400", "table": "Disabilities", "fields": ["Disability"], "findings": [
            {"table": "Disabilities", "row": 0, "child_row": 1, "fields": ["Disability"]},
        ]},
    ]  # fmt: skip
    n_children = inbox.take_in().counts("cin_census")["children"][0]
    about = {"ChildIdentifiers": n_children, "Disabilities": 99, "Reviews": 1, "Header": 1}
    validators.answer("cin_census", rules, about)
    issues = {row["rule_code"]: row for row in judged(inbox).findings.issues.to_pylist()}
    second = inbox.table("cin_census", "children")[1]
    for code in ("300", "400"):
        assert issues[code]["child_key"] == second["child_key"]
        assert (issues[code]["table_name"], issues[code]["source_row"]) == (
            "children", second["source_row"],
        )  # fmt: skip
    assert [(issues[c]["child_key"], issues[c]["source_row"]) for c in ("100", "200")] == [
        (None, 0)
    ] * 2
    assert len({issue["case_key"] for issue in issues.values()}) == 4


def test_version_is_judged_once_and_what_was_said_stays_without_the_environment(
    inbox: Inbox, validators: Validators, monkeypatch: pytest.MonkeyPatch
) -> None:
    for source in ("ssda903", "cin_census"):
        validators.answer(source, [{"code": "1", "table": "Header", "fields": []}], LENGTHS)
    first = judged(inbox)
    assert len(validators.asked) == len(first.told) == 2
    again = judged(inbox)
    assert (len(validators.asked), again.told) == (2, ())
    assert again.findings.results.equals(first.findings.results)
    monkeypatch.setenv(VARIABLE, "")
    assert judged(inbox).findings.results.equals(first.findings.results)
    monkeypatch.setenv(VARIABLE, str(validators.path))
    # the year before has come in late: some rules look back to it
    extracts.write_submission(inbox.folder.landing, BARNET, "ssda903", "2024-03")
    inbox.take_in()
    judged(inbox)
    assert [asked["source"] for asked in validators.asked[2:]] == ["ssda903"]


def test_process_that_gives_up_is_said_without_its_words_and_asked_again(
    inbox: Inbox, validators: Validators, capfd: pytest.CaptureFixture[str]
) -> None:
    (validators.folder / "cin_census").write_text(json.dumps({"error": "ParseError at x.py:1"}))
    found = judged(inbox)
    assert [line.rpartition(": ")[2] for line in found.told] == [
        "ParseError at x.py:1", "no answer, exit status 1",
    ]  # fmt: skip
    assert found.findings.results.num_rows == 0
    judged(inbox)
    assert len(validators.asked) == 4
    said = "".join((*capfd.readouterr(), *found.told))
    assert CANARY not in said and not any(value in said for value in VALUES)


def test_nothing_of_a_request_is_kept(inbox: Inbox, validators: Validators) -> None:
    validators.answer("ssda903", [{"code": "1", "table": "Header", "fields": []}], LENGTHS)
    judged(inbox)
    kept = [path for path in (inbox.folder.quality / "statutory").rglob("*") if path.is_file()]
    assert {path.name for path in kept} == {"results.parquet", "issues.parquet", "made_by"}
    for path in (*kept, *(p for p in inbox.folder.work.rglob("*") if p.is_file())):
        content = path.read_bytes().decode("latin-1")
        assert not any(value in content for value in VALUES)


def _version(month: str, source: str = "ssda903", **changed: Any) -> SubmissionVersion:
    moment = datetime(2025, 5, 1, tzinfo=UTC)
    usual = {
        "area_code": BARNET, "source": source, "folder_month": month, "version": "v",
        "as_at_date": extracts.month_end(month), "received_at": moment, "current_from": moment,
        "event_number": 1, "verdict": "accepted", "reason": "",
    }  # fmt: skip
    return SubmissionVersion(**{**usual, **changed})


def test_newest_submission_of_what_was_known_is_asked_about() -> None:
    late = datetime(2025, 6, 1, tzinfo=UTC)
    versions = [
        _version("2025-03", version="sent again", received_at=late, current_from=late, event_number=2),
        _version("2025-03"), _version("2024-03"), _version("2025-06"),
        _version("2025-03", "annex_a"),
    ]  # fmt: skip

    def newest(as_at: date, received_by: datetime | None) -> list[tuple[str, str]]:
        found = newest_versions(versions, as_at, received_by)
        return [(version.folder_month, version.version) for version in found]

    assert newest(date(2025, 7, 1), None) == [("2025-06", "v")]
    assert newest(date(2025, 6, 29), None) == [("2025-03", "sent again")]
    assert newest(date(2025, 6, 29), datetime(2025, 5, 2, tzinfo=UTC)) == [("2025-03", "v")]
    assert newest(date(2025, 3, 30), None) == [("2024-03", "v")]


installed = pytest.mark.skipif(
    not DEFAULT_INTERPRETER.exists(), reason="DfE's rules are not installed (make validators)"
)


@installed
def test_packages_find_what_breaks_a_rule_on_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(DEFAULT_INTERPRETER))
    inbox = Inbox(tmp_path / "data", ("ssda903", "cin_census"))
    text_file("header", lambda rows: put(rows, 4, "ETHNIC", "ZZZZ"))(inbox.place("ssda903"))
    inbox.take_in()
    found = judged(inbox)
    issues = found.findings.issues.to_pylist()
    # 102 and 103 of the SSDA903 rules: the codes of the date of birth and of the ethnic group
    [ethnic] = [i for i in issues if i["rule_code"] == "103"]
    row = next(r for r in inbox.table("ssda903", "header") if r["source_row"] == 4)
    assert (ethnic["child_key"], ethnic["table_name"], ethnic["field"]) == (
        row["child_key"], "header", "ethnicity_code",
    )  # fmt: skip
    statuses = found.findings.results["status"].to_pylist()
    assert statuses.count("run") > 250 and statuses.count("crashed") < 5
    # invented UPNs have no check letter that is right
    assert {"1510"} <= {i["rule_code"] for i in issues if i["check_id"].startswith("cin_census")}
    assert all(i["child_key"] for i in issues if i["source_row"])


@installed
def test_year_without_rules_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(DEFAULT_INTERPRETER))
    inbox = Inbox(tmp_path / "data", ())
    extracts.write_submission(inbox.folder.landing, BARNET, "ssda903", "2019-03")
    inbox.take_in()
    assert [line.rpartition(": ")[2] for line in judged(inbox).told] == [
        "no rules of the collection year 2019"
    ]
