"""One accessible workbook per owner: cover, contents, notes, and the worklist with drop-downs.

What comes back is read by `answers`. Text is written as text, so that no cell becomes a formula or a link.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from expectations.owners import load_owners
from orchestration.owners.cases import Case, Desk, read_desks
from orchestration.settings import DataFolder

ANSWERS = {
    "Explained: the record is right": "explained",
    "Accepted: it cannot be corrected": "accepted",
    "Will be corrected": "",
}
OTHER = "Other (see note)"
REASONS = (
    "Checked with the case record",
    "Recorded late, and right",
    "Recorded by another authority",
    "The system cannot record it otherwise",
    "The record is closed to changes",
    OTHER,
)
SHEET, TABLE = "Worklist", "worklist"
ANSWER_COLUMNS = ("Answer", "Reason", "Note", "Answered by", "Approver", "Until")
COLUMNS = (
    ("Case", 36), ("Local id", 18), ("Where", 34), ("What is wrong and what to do", 60), ("Counted", 13),
    ("Row", 8), ("First seen", 12), ("Due", 12), ("Status", 12),
    ("Answer", 32), ("Reason", 32), ("Note", 40), ("Answered by", 20), ("Approver", 20), ("Until", 12),
)  # fmt: skip
HEADINGS = tuple(name for name, _ in COLUMNS)
NOTES = (
    ("Answer", "Explained: the record is right as it stands. Accepted: it is wrong and cannot be corrected; an approver is named. Will be corrected: nothing else to fill in; the case closes with the extract that holds the correction."),
    ("Reason", f"One of the list. With '{OTHER}' say it in Note."),
    ("Answered by", "Your name. Needed with Explained and Accepted."),
    ("Approver", "Who approves an acceptance: not the person who answers."),
    ("Until", "Last day of the answer, as a date. Empty: the end of the collection year (31 March), which is also the latest day."),
    ("Note [x]", "[x]: not available, here a row without a usable local id."),
)  # fmt: skip
CORE, LANGUAGE = "docProps/core.xml", b"<dc:language>en-GB</dc:language></cp:coreProperties>"


def worklist_cases(desk: Desk) -> list[Case]:
    """What can be answered: what is open, and what has been answered, so that an answer can be changed."""
    answered = [case for case in desk.cases if case.status in ("explained", "accepted")]
    return [*desk.asked, *answered]


def _row(case: Case) -> list[Any]:
    words = {code: label for label, code in ANSWERS.items() if code}
    is_answered = case.status in words
    said = [case.reason, case.note, case.explained_by, case.approver, case.until]
    return [
        case.case_key, case.local_id or "[x]", case.place, case.message,
        "not counted" if case.is_quarantined else "counted", case.row, case.first_seen,
        case.due_date or "", case.status,
        words[case.status] if is_answered else "", *(said if is_answered else [""] * 5),
    ]  # fmt: skip


class _Book:
    """A workbook with the formats that its sheets share."""

    def __init__(self, path: Path, title: str) -> None:
        options = {
            "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        }  # fmt: skip
        self.book = xlsxwriter.Workbook(str(path), options)
        self.book.set_properties({"title": title, "subject": "Data quality", "company": ""})
        self.title = self.book.add_format({"bold": True, "font_size": 14, "font_name": "Arial"})
        self.text = self.book.add_format(
            {"text_wrap": True, "valign": "top", "font_name": "Arial", "font_size": 10}
        )
        self.day = self.book.add_format(
            {"num_format": "yyyy-mm-dd", "valign": "top", "font_name": "Arial", "font_size": 10}
        )

    def sheet(self, name: str, title: str, lines: Sequence[str]) -> tuple[Any, int]:
        """A sheet with its title in A1 and lines below it; the first free row."""
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, title, self.title)
        for number, line in enumerate(lines, start=1):
            sheet.write_string(number, 0, line)
        return sheet, len(lines) + 1

    def table(
        self,
        sheet: Any,
        first: int,
        name: str,
        headings: Sequence[str],
        rows: Sequence[Sequence[Any]],
    ) -> None:
        """A marked-up table; an empty one has one empty row, as Excel wants it."""
        last = first + max(len(rows), 1)
        sheet.add_table(
            first, 0, last, len(headings) - 1,
            {"name": name, "columns": [{"header": heading} for heading in headings], "autofilter": False,
             "style": "Table Style Light 1"},
        )  # fmt: skip
        for place, row in enumerate(rows, start=first + 1):
            for column, value in enumerate(row):
                if value == "":
                    continue
                if isinstance(value, str):
                    sheet.write_string(place, column, value, self.text)
                elif isinstance(value, int):
                    sheet.write_number(place, column, value, self.text)
                elif value is not None:
                    sheet.write_datetime(place, column, value, self.day)


def write_worklist(desk: Desk, path: Path) -> int:
    """Write one owner's workbook; returns how many cases it lists."""
    cases = worklist_cases(desk)
    title = f"Records to check: {desk.owner}, {desk.area_name}, {desk.as_at}"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    book = _Book(partial, title)
    cover, _ = book.sheet(
        "Cover", title,
        ["Restricted: for officers. It holds local ids of children; do not send it outside the authority.",
         "Fill in the columns from Answer on in the sheet Worklist, save, and give the file back to the data team.",
         f"{len(cases)} cases are listed."],
    )  # fmt: skip
    cover.set_column(0, 0, 110)
    contents, first = book.sheet("Contents", "Contents of this workbook", ["One table per sheet."])
    sheets = [("Notes", "What to fill in, column by column"), (SHEET, "The cases, one per row")]
    book.table(contents, first, "contents", ("Sheet", "What it holds"), sheets)
    contents.set_column(0, 1, 40)
    notes, first = book.sheet(
        "Notes", "Notes: what to fill in", ["One row per column of the worklist."]
    )
    book.table(notes, first, "notes", ("Column", "What to fill in"), NOTES)
    notes.set_column(0, 0, 20)
    notes.set_column(1, 1, 100)
    lines = [
        f"{len(cases)} cases; leave Case as it is. [x] means not available."
        if cases
        else "No case waits for an answer."
    ]
    sheet, first = book.sheet(SHEET, title, lines)
    book.table(sheet, first, TABLE, HEADINGS, [_row(case) for case in cases])
    for column, (_, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width, book.text)
    _drop_downs(sheet, first + 1, first + max(len(cases), 1))
    book.book.close()
    _with_language(partial, path)
    return len(cases)


def _drop_downs(sheet: Any, first: int, last: int) -> None:
    for heading, values in (("Answer", list(ANSWERS)), ("Reason", list(REASONS))):
        column = HEADINGS.index(heading)
        sheet.data_validation(
            first, column, last, column,
            {"validate": "list", "source": values, "input_title": heading, "input_message": "Choose from the list",
             "error_title": heading, "error_message": "Choose a value of the list"},
        )  # fmt: skip


def _with_language(partial: Path, path: Path) -> None:
    """Say the language, which the writer has no setting for."""
    with (
        zipfile.ZipFile(partial) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for item in source.infolist():
            content = source.read(item)
            if item.filename == CORE:
                content = content.replace(b"</cp:coreProperties>", LANGUAGE)
            target.writestr(item.filename, content)
    partial.unlink()
    path.chmod(0o600)


def worklists_folder(folder: DataFolder) -> Path:
    """Where worklists stand: beside what is restricted for the same reason."""
    return folder.quality / "worklists"


def export_worklists(folder: DataFolder) -> list[tuple[Path, int]]:
    """One workbook per authority and owner of what was published last; (file, cases)."""
    owners = {str(entry["source"]): str(entry["owner"]) for entry in load_owners()}
    target = worklists_folder(folder)
    return [
        (path, write_worklist(desk, path))
        for desk in read_desks(folder.warehouse_file, owners, folder)
        for path in [target / f"{desk.area_code}_{desk.slug}.xlsx"]
    ]
