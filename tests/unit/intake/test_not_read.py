"""What befalls the reader of a version, and need not lie in it: tried again, and never a verdict that lasts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.checks.gate import Vintage, table_checks
from orchestration.intake import reading, to_read
from orchestration.intake.extract import SubmissionFiles, broken_off, given_up_whole
from orchestration.intake.kept.extractions import extractions_of
from orchestration.intake.readers import FileRejected
from orchestration.intake.submissions import TakenIn
from orchestration.ledger.ledger import Ledger
from orchestration.night import account
from orchestration.settings import DataFolder, GateSettings
from orchestration.workers import Allowance, ConfinedWorkers, WorkerKilled
from tests.nights import take_in_all

AREA, OTHER = "E09000003", "E09000007"
CONTACTS = (
    "Child Unique ID,Gender,Ethnicity,Date of Birth,Age of Child (Years),Date of Contact,Contact Source\n"
    "SYN1,M,WBRI,01/02/2015,10,03/03/2025,Police\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """Two authorities' lists of contacts in landing."""
    made = DataFolder(tmp_path / "data")
    made.create()
    for area in (AREA, OTHER):
        place = made.landing / area / "annex_a" / "2025-03"
        place.mkdir(parents=True)
        (place / "List 1.csv").write_text(CONTACTS)
    return made


def take_in(folder: DataFolder) -> TakenIn:
    [taken] = take_in_all(folder, among={"annex_a"})
    account.enter_taken_in(folder, "annex_a", taken)
    return taken


def verdicts(folder: DataFolder) -> dict[str, str]:
    return {one.area_code: one.verdict for one in Ledger(folder.ledger).versions()}


def held(folder: DataFolder) -> set[str]:
    """The areas with a failed check."""
    vintage = Vintage(date(2025, 3, 31), None)
    ledger = Ledger(folder.ledger)
    checks = table_checks(folder, ledger, GateSettings(), vintage, only_source="annex_a")
    return {check.count.area_code for check, _ in checks if not check.passed}


def killing(monkeypatch: pytest.MonkeyPatch, times: int) -> list[str]:
    """Let the reader of one authority's extract be killed so often; what was read, in order."""
    asked: list[str] = []
    real = ConfinedWorkers.call

    def call(
        workers: ConfinedWorkers, allowance: Allowance, work: Callable[..., Any], *given: Any
    ) -> Any:
        area = given[0].area_code if isinstance(given[0], SubmissionFiles) else ""
        asked.append(area)
        if area in ("", AREA) and asked.count(area) <= times:
            raise WorkerKilled
        return real(workers, allowance, work, *given)

    monkeypatch.setattr(ConfinedWorkers, "call", call)
    return asked


def test_version_whose_reader_is_killed_once_is_read_again(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = killing(monkeypatch, 1)
    assert take_in(folder).findings == []
    assert verdicts(folder) == {AREA: "accepted", OTHER: "accepted"}
    # alone: after the others
    assert asked[-1] == AREA


def test_version_whose_reader_is_killed_again_waits_for_the_next_run_and_that_is_said(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        killing(patch, 2)
        [said] = take_in(folder).findings
    assert (said.rule, said.folder) == ("NOT_READ", f"{AREA}/annex_a/2025-03")
    assert "ended from outside" in said.message and "not taken in" in said.remedy
    assert verdicts(folder) == {OTHER: "accepted"}
    assert account.has_unread(folder)

    assert take_in(folder).findings == []
    assert not account.has_unread(folder)
    assert verdicts(folder) == {AREA: "accepted", OTHER: "accepted"}


def _killed(files: SubmissionFiles, target: Path) -> Any:
    return reading.not_read(files, target, "killed")


def _fault(files: SubmissionFiles, target: Path) -> Any:
    target.mkdir(parents=True)
    try:
        raise ValueError
    except ValueError as error:
        return broken_off(files, error)


@pytest.mark.parametrize("outcome", [_killed, _fault, given_up_whole])
def test_accepted_version_that_cannot_be_read_again_stays_accepted_and_holds_until_it_can(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, outcome: Callable[..., Any]
) -> None:
    take_in(folder)
    before = extractions_of(folder, Ledger(folder.ledger))
    assert held(folder) == set()
    real = reading._read_one

    def read_one(workers: Any, version: tuple[SubmissionFiles, Path], secret: bytes) -> Any:
        is_it = version[0].area_code == AREA
        return outcome(*version) if is_it else real(workers, version, secret)

    with monkeypatch.context() as patch:
        # other code, with which everything is read again
        patch.setattr(to_read, "_code_fingerprint", lambda: "newer")
        patch.setattr(reading, "_read_one", read_one)
        taken = take_in(folder)
    assert (taken.reread, [one.rule for one in taken.findings]) == ([], ["NOT_READ"])
    assert "what depends on it is held" in taken.findings[0].remedy
    assert verdicts(folder) == {AREA: "accepted", OTHER: "accepted"}
    assert held(folder) == {AREA}

    assert take_in(folder).findings == []
    assert held(folder) == set()
    again = extractions_of(folder, Ledger(folder.ledger))
    assert {name: replace(one, findings=[]) for name, one in again.items()} == {
        name: replace(one, findings=[]) for name, one in before.items()
    }


def test_other_file_is_read_again_once_and_then_refused_for_now(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    [path] = (folder.landing / AREA).glob("*/*/*.csv")
    with monkeypatch.context() as patch:
        killing(patch, 1)
        assert reading.read_confined(path, frozenset())
    killing(monkeypatch, 2)
    with pytest.raises(FileRejected, match=r"NOT_READ: the process .* Try again"):
        reading.read_confined(path, frozenset())
