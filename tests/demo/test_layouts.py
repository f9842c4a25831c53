"""Headings, windows and values are those of the real layouts, and the product takes them in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from expectations.contract import contract_for
from orchestration.demo.days import first_day, last_day, parse_month
from orchestration.demo.history import History, simulate
from orchestration.demo.returns import files_of
from orchestration.demo.sheets import Kind, Sheet
from orchestration.demo.view import View
from orchestration.demo.write import lists_of
from orchestration.intake.cover import collection_year, month_end
from orchestration.intake.extract import Extraction, SubmissionFiles
from orchestration.intake.landing import is_extract
from tests.demo.conftest import SMALL
from tests.reading import extract

MONTH = parse_month("2024-03")
AS_AT, WINDOW_START, YEAR_START = last_day(MONTH), first_day(MONTH - 5), first_day(MONTH - 11)
STARTS_AND_ENDS = {
    "List 2": ("Assessment start date", "Assessment completion date"),
    "List 4": ("Continuous Assessment Start Date", "Continuous Assessment Date of Authorisation"),
    "List 6": ("CIN Start Date", "CIN Closure Date"),
    "List 7": ("Child Protection Plan Start Date", "Child Protection Plan End Date"),
    "List 8": ("Date Started to be Looked After", "Date Ceased to be Looked After"),
}  # fmt: skip
# What a supplier's own mistakes lead to; nothing else may be said about an extract.
PLANTED = {
    "end_before_start", "not_after_start", "DUPLICATE_DIFFERS", "DUPLICATE_SAME", "code_unknown",
    "unreadable", "ROWS_REPEATED",
}  # fmt: skip


@pytest.fixture(scope="module")
def lists(history: History) -> dict[str, Sheet]:
    return {sheet.name: sheet for sheet in lists_of(history, MONTH)}


def taken_in(landing: Path, source: str, work: Path) -> Extraction:
    paths = tuple(sorted(filter(is_extract, (landing / source / "2024-03").iterdir())))
    files = SubmissionFiles(
        "0" * 16, landing.name, source, month_end("2024-03"), paths, 6, "301", "test"
    )
    return extract(files, bytes(32), work / "raw")


def test_headings_are_those_of_the_contract(lists: dict[str, Sheet]) -> None:
    expected = {
        table.sheet: {column.heading for column in table.columns.values()}
        for table in contract_for("annex_a").tables.values()
    }
    assert {name: set(sheet.headings) for name, sheet in lists.items()} == expected
    assert all(len(set(sheet.headings)) == len(sheet.headings) for sheet in lists.values())


@pytest.mark.parametrize("month", ["2023-03", "2024-03", "2026-10"])
def test_return_has_the_headings_of_its_year(month: str) -> None:
    number = parse_month(month)
    files = files_of(View(simulate(SMALL, 3, number, number), number))
    contract = contract_for("ssda903", collection_year(month_end(month)))
    known = [
        {column.heading for column in table.columns.values()} - {"UASC_STATUS"}
        for name, table in contract.tables.items()
        if month.endswith("-03") or name not in ("oc2", "oc3")
    ]
    found = [set(frame.columns) for frame in files.values()]
    assert sorted(map(sorted, found)) == sorted(map(sorted, known))
    begun = files["episodes"]["DECOM"].str[6:].astype(int)
    codes = set(contract.code_lists["placement"])
    assert set(files["episodes"].loc[begun > 2022, "PLACE"]) <= codes


def test_no_new_placement_has_a_withdrawn_code() -> None:
    month = parse_month("2026-10")
    episodes = simulate(SMALL, 3, month, month).placements
    new = episodes[episodes["placed_on"] >= first_day(parse_month("2025-04"))]
    assert not new["place"].isin(["H5", "P2", "Z1"]).any()
    assert (new["place"] == "K3").any()


def test_every_list_has_rows(lists: dict[str, Sheet]) -> None:
    assert all(len(sheet.keys) for sheet in lists.values())


@pytest.mark.parametrize("source", ["annex_a", "ssda903", "cin_census"])
def test_extracts_are_taken_in_without_remark(landing: Path, source: str, tmp_path: Path) -> None:
    extraction = taken_in(landing, source, tmp_path)
    assert {finding.rule for finding in extraction.findings} <= PLANTED
    assert extraction.tables and not any(
        count.quarantined > 2 for count in extraction.tables.values()
    )


@pytest.mark.parametrize(
    ("name", "heading"), [("List 1", "Date of Contact"), ("List 2", "Assessment start date"), ("List 3", "Date of Referral")]
)  # fmt: skip
def test_events_fall_in_the_six_months(lists: dict[str, Sheet], name: str, heading: str) -> None:
    days = lists[name].values(heading)
    assert days.min() >= WINDOW_START
    assert days.max() <= AS_AT


def test_enquiry_or_conference_falls_in_the_six_months(lists: dict[str, Sheet]) -> None:
    sheet = lists["List 5"]
    enquiry = sheet.values("Strategy discussion initiating Section 47 Enquiry Start Date")
    conference = sheet.values("Date of Initial Child Protection Conference")
    recent = [(days >= WINDOW_START) & (days <= AS_AT) for days in (enquiry, conference)]
    assert (recent[0] | recent[1]).all()
    assert (enquiry < WINDOW_START).any()


@pytest.mark.parametrize("name", ["List 4", "List 6", "List 7", "List 8"])
def test_spells_are_open_or_ended_in_the_six_months(lists: dict[str, Sheet], name: str) -> None:
    start, end = (lists[name].values(heading) for heading in STARTS_AND_ENDS[name])
    assert (start <= AS_AT).all()
    assert (end >= WINDOW_START).all()
    assert (end > AS_AT).any()
    assert (end <= AS_AT).any()


def test_adoption_cases_are_current_or_of_the_year(lists: dict[str, Sheet]) -> None:
    sheet = lists["List 10"]
    ended = np.minimum(
        sheet.values("Date of Adoption Order"),
        sheet.values("Date of Decision that Child Should No Longer be Placed for Adoption"),
    )
    assert (ended >= YEAR_START).all()


def test_care_leavers_are_from_16_to_24(lists: dict[str, Sheet]) -> None:
    age = lists["List 9"].values("Age of Child (Years)")
    assert (age.min(), age.max()) >= (16, 17)
    assert age.max() <= 24


def test_texts_are_the_words_of_the_template(lists: dict[str, Sheet]) -> None:
    assert set(lists["List 3"].values("Referral NFA?")) == {"a) Yes", "b) No"}
    assert set(lists["List 6"].values("Case Status")) == {
        "a) Looked after child", "b) Child Protection plan", "c) Child in need plan", "d) Open assessment",
        "e) Closed episode",
    }  # fmt: skip


def test_no_record_of_the_future_is_shown(history: History) -> None:
    march, april = ({s.name: s for s in lists_of(history, month)} for month in (MONTH - 1, MONTH))
    closures = march["List 6"].values("CIN Closure Date")
    assert closures[closures > last_day(MONTH - 1)].min() > AS_AT
    assert len(april["List 6"].keys) > 0
    assert all(column.kind in Kind for column in april["List 6"].columns)
