"""The wrong file in the right folder: refused as if it had not come where that is sure, else a warning."""

from __future__ import annotations

import hashlib
import shutil
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from expectations.contract import contract_for
from orchestration.checks.gate import Vintage, newest_receipts
from orchestration.checks.rows import issues_table
from orchestration.intake.extract import Extraction, SubmissionFiles
from orchestration.intake.kept.archive import archived_files
from orchestration.intake.kept.partitions import partitions_of
from orchestration.intake.manifest import disagreements
from orchestration.intake.names import files_named
from orchestration.intake.submissions import TakenIn
from orchestration.intake.tables.belonging import (
    ENOUGH_TO_DIFFER,
    ENOUGH_TO_TELL,
    is_not_ours,
    same_as_another_month,
    without_rows,
    without_what_began_before,
)
from orchestration.intake.tables.cells import TypedColumn
from orchestration.intake.to_read import current_versions
from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder
from tests import extracts
from tests.nights import take_in_all
from tests.reading import extract

EPISODES = (
    "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"
)


def _episode(number: int, start: str, end: str = "") -> str:
    return f"SYN{number},{start},S,C2,N1,U4,PR1,{end},{'E4A' if end else ''},,,,"


def _return(tmp_path: Path, month: date, *files: list[str]) -> Extraction:
    paths = []
    for number, rows in enumerate(files):
        paths.append(tmp_path / f"episodes_{number}.csv")
        paths[-1].write_text("\n".join([EPISODES, *rows]) + "\n")
    described = SubmissionFiles("s", "E09000003", "ssda903", month, tuple(paths), 6, "302", "")
    return extract(described, bytes(32), tmp_path / "raw")


def _rules(extraction: Extraction) -> dict[str, str]:
    return {finding.rule: finding.severity for finding in extraction.findings}


@pytest.mark.parametrize(
    ("n_rows", "severity", "verdict"),
    [(ENOUGH_TO_TELL, "reject", "rejected"), (ENOUGH_TO_TELL - 1, "warn", "accepted")],
)
@pytest.mark.parametrize("month", [date(2026, 4, 30), date(2026, 7, 31), date(2027, 3, 31)])
def test_return_of_the_year_before_is_told_with_its_month(
    tmp_path: Path, month: date, n_rows: int, severity: str, verdict: str
) -> None:
    ends = ("31/03/2026", "", "01/12/2025")
    rows = [_episode(number, "02/05/2025", ends[number % 3]) for number in range(n_rows)]
    extraction = _return(tmp_path, month, rows)
    assert (_rules(extraction).get("OTHER_PERIOD"), extraction.verdict) == (severity, verdict)
    [told] = [finding for finding in extraction.findings if finding.rule == "OTHER_PERIOD"]
    assert "2026-03-31" in told.message and "2026-03" in told.remedy
    assert is_not_ours(extraction.reason) is (severity == "reject")


@pytest.mark.parametrize(
    "row", [_episode(99, "01/04/2026"), _episode(99, "02/05/2020", "01/04/2026")]
)
def test_one_date_of_the_year_is_enough_to_be_of_it(tmp_path: Path, row: str) -> None:
    rows = [_episode(number, "02/05/2025", "31/03/2026") for number in range(ENOUGH_TO_TELL)]
    extraction = _return(tmp_path, date(2026, 7, 31), [*rows, row])
    assert "OTHER_PERIOD" not in _rules(extraction)
    assert extraction.verdict == "accepted"


def test_two_years_of_one_table_are_refused_and_two_parts_of_one_year_are_not(
    tmp_path: Path,
) -> None:
    before = [_episode(1, "02/05/2024"), _episode(2, "02/06/2024", "01/02/2025")]
    after = [_episode(1, "02/05/2024", "01/06/2025"), _episode(3, "02/06/2025")]
    assert _return(tmp_path, date(2026, 3, 31), before, after).verdict == "rejected"
    extraction = _return(tmp_path, date(2026, 3, 31), before, [_episode(1, "02/05/2024"), after[1]])
    assert ("TWO_YEARS" in _rules(extraction), extraction.verdict) == (False, "accepted")


def test_identical_extract_is_refused_from_so_many_rows_on() -> None:
    [small] = same_as_another_month("2026-02", ENOUGH_TO_DIFFER - 1)
    [large] = same_as_another_month("2026-02", ENOUGH_TO_DIFFER)
    assert (small.severity, large.severity) == ("warn", "reject")
    assert "2026-02" in large.message
    assert [*same_as_another_month(None, 1000), *same_as_another_month("2026-02", 0)] == []


def test_emptiness_is_told_the_first_time_or_where_there_is_nothing_at_all() -> None:
    assert [*without_rows(["List 7"], is_all=False, is_first=False)] == []
    assert [*without_rows([], is_all=True, is_first=True)] == []
    [first] = without_rows(["List 7"], is_all=False, is_first=True)
    [nothing] = without_rows(["List 7"], is_all=True, is_first=False)
    assert (first.severity, "List 7" in first.message) == ("warn", True)
    assert nothing.severity == "warn"


def _workbook_of_headings(path: Path, filled: set[str]) -> None:
    """Barnet's workbook, of which only some lists have rows."""
    sheets = extracts.annex_a("E09000003", date(2025, 3, 31))
    kept = {name: rows if name in filled else rows[:1] for name, rows in sheets.items()}
    extracts.write_workbook(path, kept)


@pytest.mark.parametrize("filled", [set(), {"List 8"}, {"List 3", "List 7"}])
@pytest.mark.parametrize("is_first", [True, False])
def test_workbook_of_headings_names_each_list_without_a_row(
    tmp_path: Path, filled: set[str], *, is_first: bool
) -> None:
    (tmp_path / "in").mkdir()
    _workbook_of_headings(tmp_path / "in" / "a.xlsx", filled)
    described = SubmissionFiles(
        "s", "E09000003", "annex_a", date(2025, 3, 31), (tmp_path / "in" / "a.xlsx",), 6, "302", "",
        is_first=is_first,
    )  # fmt: skip

    read = extract(described, bytes(32), tmp_path / "raw")

    assert read.verdict == "accepted"
    # List 11 is recognised only.
    rows = {f"List {number}": read.tables[f"list_{number}"].received for number in range(1, 11)}
    assert {name for name, n_rows in rows.items() if n_rows} == filled
    said = [finding.message for finding in read.findings if finding.rule == "NO_ROWS"]
    empty = [name for name, n_rows in rows.items() if not n_rows]
    assert said == (
        [f"no rows in {', '.join(empty)}: read as that there were none"]
        if is_first or not filled
        else []
    )


class Months:
    """Extracts of list 1 with so many rows that two of them are not the same by chance."""

    def __init__(self, root: Path) -> None:
        self.folder = DataFolder(root)
        self.folder.create()

    def land(self, month: str, of: str, name: str = "List 1.csv") -> None:
        """Put the extract of a month into the folder of one, in place of what is there."""
        place = self.folder.landing / "E09000003" / "annex_a" / month
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        heading = "Child Unique ID,Gender,Ethnicity,Date of Birth,Age of Child (Years),Date of Contact,Contact Source"
        rows = [
            f"SYN{of}{number},M,WBRI,01/02/2015,10,03/{number % 9 + 1:02}/2025,Police"
            for number in range(ENOUGH_TO_DIFFER)
        ]
        (place / name).write_text("\n".join([heading, *rows]) + "\n")

    def take_in(self) -> TakenIn:
        [taken] = take_in_all(self.folder, among={"annex_a"})
        return taken

    def verdicts(self) -> dict[str, tuple[str, str]]:
        """By month what became of the version that its folder holds now."""
        versions = current_versions(Ledger(self.folder.ledger).versions())
        return {month: (one.verdict, one.reason) for (_, _, month), one in versions.items()}

    def accepted(self) -> list[str]:
        found = self.verdicts().items()
        return sorted(month for month, (verdict, _) in found if verdict == "accepted")


@pytest.fixture
def months(tmp_path: Path) -> Months:
    return Months(tmp_path / "data")


@pytest.mark.parametrize(
    ("later", "name"), [("2025-11", "List 1.csv"), ("2026-02", "sent again.csv")]
)
def test_same_files_in_a_later_month_are_told_and_what_is_refused_holds_nothing(
    months: Months, later: str, name: str
) -> None:
    months.land("2025-10", "october")
    months.land(later, "october", name)
    months.take_in()
    found = months.verdicts()
    assert found["2025-10"] == ("accepted", "")
    assert found[later][0] == "rejected"
    assert "identical to the extract of 2025-10" in found[later][1]
    ledger = Ledger(months.folder.ledger)
    receipts = newest_receipts(ledger, Vintage(date(2026, 3, 31), None), "annex_a")
    assert [receipt.version.folder_month for receipt in receipts] == ["2025-10"]


@pytest.mark.parametrize("first", ["2025-10", "2025-11", "both"])
def test_months_that_had_been_mixed_up_are_both_accepted_once_both_are_put_right(
    months: Months, first: str
) -> None:
    months.land("2025-10", "november")
    months.land("2025-11", "october")
    months.take_in()
    assert months.accepted() == ["2025-10", "2025-11"]
    right = {"2025-10": "october", "2025-11": "november"}
    if first != "both":
        months.land(first, right[first])
        months.take_in()
        # until the other one is put right both folders hold the same
        assert months.accepted() == ["2025-10"]
    for month, of in right.items():
        if month != first:
            months.land(month, of)
    months.take_in()
    assert months.accepted() == ["2025-10", "2025-11"]
    assert months.take_in().reread == []


def test_extract_is_accepted_again_once_the_month_that_it_was_the_same_as_is_put_right(
    months: Months,
) -> None:
    months.land("2025-10", "november")
    months.land("2025-11", "november")
    months.take_in()
    assert months.accepted() == ["2025-10"]
    months.land("2025-10", "october")
    months.take_in()
    assert months.accepted() == ["2025-10", "2025-11"]
    archived = Ledger(months.folder.ledger).versions()
    assert all(archived_files(months.folder, one) for one in archived)
    assert months.take_in().reread == []


@pytest.mark.parametrize("is_left", [True, False])
def test_order_of_arrival_does_not_decide_which_of_two_months_is_refused(
    tmp_path: Path, *, is_left: bool
) -> None:
    found = []
    for number, order in enumerate((["2025-10", "2025-11"], ["2025-11", "2025-10"])):
        months = Months(tmp_path / str(number))
        for month in order:
            if not is_left:
                shutil.rmtree(months.folder.landing / "E09000003", ignore_errors=True)
            months.land(month, "october")
            months.take_in()
        found.append(months.verdicts())
        assert months.take_in().reread == []
    assert found[0] == found[1]
    assert months.accepted() == ["2025-10"]


def _with_manifest(tmp_path: Path, lines: list[str]) -> Extraction:
    path = tmp_path / "episodes.csv"
    path.write_text(
        "\n".join([EPISODES, _episode(1, "02/05/2025"), _episode(2, "02/06/2025")]) + "\n"
    )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest = tmp_path / "_manifest.csv"
    manifest.write_text("\n".join(["file,rows,sha256", *lines]).replace("HASH", digest) + "\n")
    described = SubmissionFiles(
        "s", "E09000003", "ssda903", date(2026, 3, 31), (manifest, path), 6, "302", ""
    )
    return extract(described, bytes(32), tmp_path / "raw")


@pytest.mark.parametrize(
    "lines", [["episodes.csv,2,HASH"], ["episodes.csv,,HASH"], ["episodes.csv,2,"]]
)
def test_extract_that_agrees_with_its_manifest_is_taken_in(
    tmp_path: Path, lines: list[str]
) -> None:
    extraction = _with_manifest(tmp_path, lines)
    assert (extraction.verdict, extraction.tables["episodes"].loaded) == ("accepted", 2)
    assert "MANIFEST" not in _rules(extraction)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["episodes.csv,18,HASH"], "18 rows, 2 were read"),
        (["episodes.csv,2,00ff"], "SHA-256 differs"),
        (["episodes.csv,2,HASH", "header.csv,2,"], "not there: line 3"),
        (["other.csv,2,"], "does not list the file"),
    ],
)
def test_what_does_not_agree_with_its_manifest_is_refused(
    tmp_path: Path, lines: list[str], said: str
) -> None:
    extraction = _with_manifest(tmp_path, lines)
    assert extraction.verdict == "rejected"
    assert said in extraction.reason


def test_manifest_without_its_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    manifest = tmp_path / "x" / "_manifest.csv"
    manifest.write_text("name;count\n")
    [finding] = disagreements(files_named([manifest]), {})
    assert "cannot be read" in finding.message


@pytest.mark.parametrize(
    ("days", "is_told"),
    [
        # conference and discussion, as days from the first of the period
        ([(5, 1)] * 5, True),
        ([(21, 0)] * 5, True),
        ([(0, 0)] * 5, True),
        ([(5, 1)] * 4, False),
        ([(5, 1)] * 5 + [(5, -1)], False),
        ([(22, 9)] * 5, False),
        ([(-1, -5)] * 5, False),
        ([(5, None)] * 5, False),
    ],
)
@pytest.mark.parametrize("first", [date(2026, 5, 1), date(2024, 2, 1)])
def test_list_that_was_selected_by_the_enquiry_is_told(
    first: date, days: list[tuple[int, int | None]], *, is_told: bool
) -> None:
    table = contract_for("annex_a").tables["list_5"]

    def column(number: int) -> TypedColumn:
        found = [
            None if (one := pair[number]) is None else first + timedelta(days=one) for pair in days
        ]
        return TypedColumn(pd.Series(found, dtype="date32[pyarrow]"), np.zeros(len(days), bool))

    typed = {"conference_date": column(0), "strategy_discussion_date": column(1)}
    found = list(without_what_began_before(table, typed, (first, first + timedelta(days=180))))
    assert [finding.rule for finding in found] == ["SELECTED_BY_START"] * is_told
    assert list(without_what_began_before(table, typed, None)) == []


def _conferences(folder: DataFolder, month: str, began: str, held: str) -> None:
    """List 5 of a month: the days of six conferences of its first three weeks, and of the enquiries before them."""
    columns = contract_for("annex_a").tables["list_5"].columns
    dates = {"conference_date": held, "strategy_discussion_date": began}
    rows = [
        [f"SYN{n}" if name == "child_id" else dates.get(name, "") for name in columns]
        for n in range(6)
    ]
    headings = [column.heading for column in columns.values()]
    place = folder.landing / "E09000003" / "annex_a" / month
    extracts.write_csv(place / "List 5.csv", [headings, *rows])


def test_owner_is_asked_once_about_a_list_that_was_selected_by_the_enquiry(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    _conferences(folder, "2025-03", "02/10/2024", "10/10/2024")
    _conferences(folder, "2025-04", "02/11/2024", "10/11/2024")
    _conferences(folder, "2025-05", "29/11/2024", "10/12/2024")
    take_in_all(folder, among={"annex_a"})
    found = [one.rows(issues_table("annex_a")) for one in partitions_of(folder, Ledger(folder.ledger), "annex_a")]  # fmt: skip
    asked = [
        row for rows in found if rows is not None for row in rows.to_pylist()
        if row["rule_code"] == "selected_by_start"
    ]  # fmt: skip
    march, april = sorted(asked, key=lambda row: row["message"], reverse=True)
    same = (
        "issue_key",
        "case_key",
        "check_id",
        "severity",
        "table_name",
        "source_row",
        "child_key",
    )
    assert [march[name] for name in same] == [april[name] for name in same]
    assert march["check_id"] == "annex_a.list_5.selected_by_start"
    assert (march["severity"], march["child_key"], march["is_quarantined"]) == ("error", None, False)  # fmt: skip
    assert march["submission_id"] != april["submission_id"]
    assert march["message"].startswith("All 6 rows") and "say that it is whole." in march["message"]
