"""What owners are asked over whole nights: nothing twice, closed when it is put right, the same case when it is back.

Four nights of one data folder; only the calendar and the extracts change in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
import time_machine

from orchestration.night.steps import Request
from orchestration.owners.answers import LineResult, import_worklist
from orchestration.owners.worklist import HEADINGS, REASONS, SHEET, export_worklists
from orchestration.settings import DataFolder
from tests import extracts
from tests.extracts import BARNET
from tests.integration import education
from tests.integration.inbox import put
from tests.nights import run_night
from tests.story import query

# Rows of list 3, and young people of NCCIS, that the extracts of March to May all hold.
CORRECTED, EXPLAINED = ("SYN3020036", "SYNYP001"), ("SYN3020035", "SYNYP002")
FIELD, ACTIVITY = "Referral Source", "activity_code"
UNLISTED, UNLISTED_ACTIVITY = "z) 9Z: Not of the list", "999"
CHECKS = (
    "annex_a.list_3.code_unknown.referral_source_code",
    "nccis.young_people.code_unknown.activity_code",
)
NIGHTS = (date(2025, 4, 10), date(2025, 4, 11), date(2025, 5, 12), date(2026, 4, 1))


@dataclass(frozen=True)
class Asked:
    """One issue as a night published it."""

    status: str
    first_seen: date
    times_reopened: int
    due_date: date | None


@dataclass(frozen=True)
class Night:
    """What a night left: all issues, and which of them it wrote into the ledger."""

    issues: dict[str, Asked]
    by_child: dict[str, str]
    kept: Path

    def about(self, child_id: str) -> Asked:
        """The issue about a child's referral, or what a young person does."""
        return self.issues[self.by_child[child_id]]


def _send(folder: DataFolder, month: str, spoilt: tuple[str, ...]) -> None:
    sheets = extracts.annex_a(BARNET, extracts.month_end(month))
    for number, row in enumerate(sheets["List 3"][1:], start=2):
        if row[0] in spoilt:
            put(sheets["List 3"], number, FIELD, UNLISTED)
    extracts.write_workbook(folder.landing / BARNET / "annex_a" / month / "Annex A.xlsx", sheets)
    people = education.young_people(60, month)
    for number, row in enumerate(people[1:], start=2):
        if row[0] in spoilt:
            put(people, number, ACTIVITY, UNLISTED_ACTIVITY)
    education.send(folder.landing, "nccis", month, people)


def _night(folder: DataFolder, day: date) -> Night:
    with time_machine.travel(datetime(day.year, day.month, day.day, 3, tzinfo=UTC)):
        outcome = run_night(folder, Request(day))
    rows = query(
        folder.warehouse_file,
        "select issue_key, child_key, check_id, status, first_seen, times_reopened, due_date"
        " from marts.fct_dq_issues",
    )
    child_ids = {key: child_id for child_id, key in _keys(folder).items()}
    return Night(
        {key: Asked(*said) for key, _, _, *said in rows},
        {
            child_ids[child]: key
            for key, child, check, *_ in rows
            if check in CHECKS
        },
        folder.ledger / "issues" / f"{outcome.run.run_id}.parquet",
    )  # fmt: skip


def _keys(folder: DataFolder) -> dict[str, str]:
    """Keys by local id, from the restricted look-up."""
    rows = pq.read_table(folder.restricted / "identifiers").to_pylist()
    kinds = ("child_id", "young_person_id")
    return {row["identifier"]: row["key"] for row in rows if row["kind"] in kinds}


def _explain(folder: DataFolder, child_ids: tuple[str, ...], day: date) -> list[LineResult]:
    """Fill the exported worklists as their owners do, and send them back."""
    answer = {
        "Answer": "Explained: the record is right", "Reason": REASONS[0], "Answered by": "A. Owner",
    }  # fmt: skip
    lines = []
    with time_machine.travel(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)):
        for path in [path for path, cases in export_worklists(folder, "Ada") if cases]:
            book = openpyxl.load_workbook(path)
            for row in book[SHEET].iter_rows(min_row=4):
                if row[1].value in child_ids:
                    for heading, value in answer.items():
                        row[HEADINGS.index(heading)].value = value
            book.save(path)
            lines += import_worklist(folder, path, day, "Ada")
    return lines


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Night, ...]:
    """Asked; answered and nothing new; one corrected; the same one wrong again in the next year."""
    folder = DataFolder(tmp_path_factory.mktemp("nights") / "data")
    folder.create()
    extracts.write_submission(folder.landing, "national", "population", "2025-03")
    _send(folder, "2025-03", CORRECTED + EXPLAINED)
    asked = _night(folder, NIGHTS[0])
    said = [(line.outcome, line.reason) for line in _explain(folder, EXPLAINED, NIGHTS[0])]
    assert said == [("applied", "explained until 2026-03-31")] * len(EXPLAINED)
    unchanged = _night(folder, NIGHTS[1])
    _send(folder, "2025-04", EXPLAINED)
    corrected = _night(folder, NIGHTS[2])
    _send(folder, "2025-05", CORRECTED + EXPLAINED)
    return asked, unchanged, corrected, _night(folder, NIGHTS[3])


@pytest.mark.parametrize("corrected_id", CORRECTED)
def test_same_extracts_again_ask_nothing_new(nights: tuple[Night, ...], corrected_id: str) -> None:
    asked, unchanged, *_ = nights
    assert asked.kept.exists() and not unchanged.kept.exists()
    assert unchanged.issues.keys() == asked.issues.keys()
    # due 20 working days after it was asked, Easter and the May holiday between; not after the second night
    assert asked.about(corrected_id).due_date == unchanged.about(corrected_id).due_date
    assert unchanged.about(corrected_id) == Asked("open", date(2025, 3, 31), 0, date(2025, 5, 13))


@pytest.mark.parametrize("corrected_id", CORRECTED)
def test_correction_in_the_next_extract_closes_and_the_same_fault_reopens_with_its_history(
    nights: tuple[Night, ...], corrected_id: str
) -> None:
    asked, _, corrected, wrong_again = nights
    assert corrected.about(corrected_id) == Asked("fixed", date(2025, 3, 31), 0, None)
    assert wrong_again.by_child[corrected_id] == asked.by_child[corrected_id]
    again = wrong_again.about(corrected_id)
    assert (again.status, again.first_seen, again.times_reopened) == ("open", date(2025, 3, 31), 1)
    assert again.due_date is not None and again.due_date > NIGHTS[3]


@pytest.mark.parametrize("explained_id", EXPLAINED)
def test_explanation_outlives_runs_and_extracts_and_ends_with_its_year(
    nights: tuple[Night, ...], explained_id: str
) -> None:
    asked, unchanged, corrected, next_year = nights
    statuses = [night.about(explained_id).status for night in nights]
    assert statuses == ["open", "explained", "explained", "open"]
    assert unchanged.about(explained_id).due_date is None
    assert {night.by_child[explained_id] for night in nights} == {asked.by_child[explained_id]}
    # never gone, so the same question again and no case that came back
    assert (
        corrected.about(explained_id).times_reopened,
        next_year.about(explained_id).times_reopened,
    ) == (0, 0)
