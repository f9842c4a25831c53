"""Worklists out, filled as an owner fills them, and back in line by line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from orchestration.ledger.ledger import Ledger
from orchestration.owners.answers import WorklistRefused, collection_year_end, import_worklist
from orchestration.owners.worklist import HEADINGS, OTHER, REASONS, SHEET, export_worklists
from orchestration.settings import DataFolder
from tests.owners.conftest import AREA, Published

CAMDEN = "E09000007"
TODAY = date(2025, 4, 10)
RIGHT = {
    "Answer": "Explained: the record is right",
    "Reason": REASONS[0],
    "Answered by": "A. Owner",
}


def filled(folder: DataFolder, answers: dict[str, dict[str, object]]) -> Path:
    """The exported worklist with some columns filled in, by case."""
    [(path, _)] = export_worklists(folder, "Ada")
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    for row in sheet.iter_rows(min_row=4):
        for heading, value in answers.get(str(row[0].value), {}).items():
            row[HEADINGS.index(heading)].value = value
    book.save(path)
    return path


def outcomes(folder: DataFolder, answers: dict[str, dict[str, object]]) -> list[tuple[str, str]]:
    results = import_worklist(folder, filled(folder, answers), TODAY, "Ada")
    return [(result.outcome, result.reason) for result in results]


def test_worklist_lists_each_case_once_with_the_local_id_and_no_formula(
    published: Published,
) -> None:
    published.add_issue("1", case_key="one case", message="=HYPERLINK(1)")
    published.add_issue("2", case_key="one case", message="Unreadable", child_key="key 1")
    published.add_issue("3", status="fixed", due_date=None)
    [(path, cases)] = export_worklists(published.write(), "Ada")
    sheet = openpyxl.load_workbook(path)[SHEET]
    [row] = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert (cases, row[0], row[1], row[3]) == (
        1,
        "one case",
        "SYNkey 1",
        "=HYPERLINK(1) Unreadable",
    )
    assert [cell.data_type for cell in sheet[4]][3] == "s"
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("status", ["explained", "accepted"])
def test_answered_case_is_listed_with_its_local_id_and_what_may_be_held(
    published: Published, status: str
) -> None:
    published.add_issue("1", status=status, field="is_nfa", due_date=None)
    [(path, _)] = export_worklists(published.write(), "Ada")
    [row] = openpyxl.load_workbook(path)[SHEET].iter_rows(min_row=4, values_only=True)
    assert (row[1], row[HEADINGS.index("Allowed")]) == ("SYNkey 1", "yes or no")


@pytest.mark.parametrize(
    ("check", "table", "field", "is_quarantined", "counts"),
    [
        ("annex_a.list_8.unreadable.end_date", "list_8", "end_date", False, "left out of what reads the cell"),
        ("annex_a.list_8.unreadable.end_date", "list_8", "end_date", True, "not counted"),
        ("annex_a.list_8.after_as_at.end_date", "list_8", "end_date", False, "counted"),
        ("annex_a.list_3.unreadable.ethnicity_code", "list_3", "ethnicity_code", False, "counted"),
    ],
)  # fmt: skip
def test_case_says_whether_the_record_counts(
    published: Published, check: str, table: str, field: str, is_quarantined: bool, counts: str
) -> None:
    published.add_issue(
        "1", check_id=check, table_name=table, field=field, is_quarantined=is_quarantined
    )
    [(path, _)] = export_worklists(published.write(), "Ada")
    [row] = openpyxl.load_workbook(path)[SHEET].iter_rows(min_row=4, values_only=True)
    assert row[HEADINGS.index("Counted")] == counts


def test_workbook_is_accessible(published: Published) -> None:
    published.add_issue("1")
    book = openpyxl.load_workbook(export_worklists(published.write(), "Ada")[0][0])
    assert (book.properties.language, bool(book.properties.title)) == ("en-GB", True)
    assert book.sheetnames == ["Cover", "Contents", "Notes", SHEET]
    for sheet in book.worksheets[1:]:
        [table] = sheet.tables.values()
        assert sheet["A1"].value and table.ref.startswith("A") and not sheet.merged_cells.ranges
    lists = [one.formula1 for one in book[SHEET].data_validations.dataValidation]
    assert any("Explained" in text for text in lists) and any(OTHER in text for text in lists)


def test_explanation_is_applied_once_up_to_the_end_of_the_collection_year(
    published: Published,
) -> None:
    published.add_issue("1", case_key="c")
    published.add_issue("2", case_key="c")
    folder = published.write()
    assert outcomes(folder, {"c": RIGHT}) == [("applied", "explained until 2026-03-31")]
    assert outcomes(folder, {"c": RIGHT}) == [
        ("unchanged", "the same answer has been given already")
    ]
    answers = Ledger(folder.ledger).issue_answers()
    assert [(a.area_code, a.issue_key, a.answer, a.until) for a in answers] == [
        (AREA, "1", "explained", date(2026, 3, 31)), (AREA, "2", "explained", date(2026, 3, 31)),
    ]  # fmt: skip


ACCEPTED = RIGHT | {"Answer": "Accepted: it cannot be corrected"}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (RIGHT | {"Answered by": None}, "Answered by is empty"),
        (RIGHT | {"Reason": "because"}, "Reason is empty or not of the list"),
        (RIGHT | {"Reason": OTHER}, "needs a note"),
        (RIGHT | {"Note": "x" * 501}, "longer than 500"),
        (RIGHT | {"Until": date(2026, 4, 1)}, "after the end of the collection year, 2026-03-31"),
        (RIGHT | {"Until": date(2025, 4, 9)}, "Until has passed"),
        (RIGHT | {"Until": "soon"}, "Until cannot be read"),
        (RIGHT | {"Answer": "yes"}, "Answer is empty or not of the list"),
        ({"Note": "right"}, "Answer is empty or not of the list"),
        (ACCEPTED, "needs an approver"),
        (ACCEPTED | {"Approver": "a. owner"}, "another person approves"),
        (RIGHT | {"Case": "another"}, "no such case"),
    ],
)
def test_line_is_refused_with_a_reason(
    published: Published, answer: dict[str, object], reason: str
) -> None:
    published.add_issue("1", case_key="c")
    folder = published.write()
    [(outcome, said)] = outcomes(folder, {"c": answer})
    assert outcome == "refused" and reason in said
    assert Ledger(folder.ledger).issue_answers() == []


def test_good_lines_are_applied_beside_refused_ones(published: Published) -> None:
    for name in "abc":
        published.add_issue(name, case_key=name)
    answers = {
        "a": RIGHT | {"Until": date(2025, 12, 31)},
        "b": {"Note": "?"},
        "c": {"Answer": "Will be corrected"},
    }
    found = outcomes(published.write(), answers)
    assert sorted(outcome for outcome, _ in found) == ["applied", "noted", "refused"]


def test_answer_to_a_case_that_has_closed_meanwhile_is_refused(published: Published) -> None:
    published.add_issue("1", case_key="c")
    path = filled(published.write(), {"c": RIGHT})
    published.rows["fct_dq_issues"][0]["status"] = "fixed"
    [result] = import_worklist(published.write(), path, TODAY, "Ada")
    assert result.outcome == "refused" and "closed" in result.reason


@pytest.mark.parametrize(
    ("area", "outcome", "said"),
    [
        (AREA, "applied", "explained until"),
        (CAMDEN, "applied", "explained until"),
        ("", "refused", f"several areas have this case: fill in the column Area with one of {AREA}, {CAMDEN}"),
        ("E09000009", "refused", "no such case"),
    ],
)  # fmt: skip
def test_answer_is_given_to_the_case_of_the_area_that_its_line_names(
    published: Published, tmp_path: Path, area: str, outcome: str, said: str
) -> None:
    for one in (AREA, CAMDEN):
        published.add_issue("1", case_key="c", area_code=one)
        published.add_issue(f"only in {one}", case_key=f"of {one}", area_code=one)
    line = {"Case": "c", "Area": area} | RIGHT
    alone = {"Case": f"of {CAMDEN}"} | RIGHT
    path = tmp_path / "filled.csv"
    pd.DataFrame([line, alone], columns=HEADINGS).to_csv(path, index=False)
    folder = published.write()

    result, by_key = import_worklist(folder, path, TODAY, "Ada")

    assert result.outcome == outcome and said in result.reason
    assert by_key.outcome == "applied"
    answered = [(a.area_code, a.issue_key) for a in Ledger(folder.ledger).issue_answers()]
    assert answered == [(area, "1")] * (outcome == "applied") + [(CAMDEN, f"only in {CAMDEN}")]


def test_question_about_a_whole_table_is_answered_as_any_other(published: Published) -> None:
    published.add_issue(
        "1", case_key="c", check_id="annex_a.list_5.selected_by_start", severity="error", table_name="list_5",
        child_key=None, field=None, source_row=0,
    )  # fmt: skip
    assert outcomes(published.write(), {"c": RIGHT}) == [("applied", "explained until 2026-03-31")]


def test_worklist_of_each_area_answers_its_own_case_only(published: Published) -> None:
    for one in (AREA, CAMDEN):
        published.add_issue("1", case_key="c", area_code=one)
    folder = published.write()
    for path, _ in export_worklists(folder, "Ada"):
        book = openpyxl.load_workbook(path)
        [row] = book[SHEET].iter_rows(min_row=4)
        for heading, value in RIGHT.items():
            row[HEADINGS.index(heading)].value = value
        book.save(path)
        [result] = import_worklist(folder, path, TODAY, "Ada")
        assert result.outcome == "applied"
    answers = Ledger(folder.ledger).issue_answers()
    assert sorted(one.area_code for one in answers) == [AREA, CAMDEN]


def test_other_file_is_refused_as_a_whole(published: Published, tmp_path: Path) -> None:
    folder = published.write()
    for content in (b"Case,Answer\nx,y\n", b"", b"<html></html>"):
        (tmp_path / "file.xlsx").write_bytes(content)
        with pytest.raises(WorklistRefused):
            import_worklist(folder, tmp_path / "file.xlsx", TODAY, "Ada")


def test_ledger_refuses_to_change_an_answer(published: Published) -> None:
    published.add_issue("1", case_key="c")
    folder = published.write()
    outcomes(folder, {"c": RIGHT})
    import sqlite3

    with sqlite3.connect(folder.ledger / "ledger.sqlite3") as connection:
        for change in ("delete from events", "update events set content = 'x'"):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(change)


def test_collection_year_ends_on_31_march() -> None:
    assert collection_year_end(date(2025, 3, 31)) == date(2025, 3, 31)
    assert collection_year_end(date(2025, 4, 1)) == date(2026, 3, 31)


def test_who_takes_worklists_out_and_brings_them_back_is_entered(published: Published) -> None:
    published.add_issue("1", case_key="one case", child_key="key 1")
    published.add_issue("2", case_key="other case")
    folder = published.write()

    outcomes(folder, {"one case": RIGHT, "other case": {"Note": "no answer"}})

    out, back = Ledger(folder.ledger).trail()
    assert (out.by, out.act, out.detail) == (
        "Ada", "owners export", {"worklists": "1", "cases": "2"},
    )  # fmt: skip
    digest = back.detail.pop("sha256")
    assert (back.by, back.act, len(digest)) == ("Ada", "owners import", 16)
    assert back.detail == {"applied": "1", "refused": "1", "answered by": "A. Owner"}
