"""One accessible workbook per owner: cover, contents, notes, and the worklist with drop-downs.

What comes back is read by `answers`. Text is written as text, so that no cell becomes a formula or a link.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from expectations.owners import load_owners
from orchestration.ledger.ledger import Ledger
from orchestration.owners.cases import Case, Desk, read_desks
from orchestration.reports.media.accessible_book import AccessibleBook, drop_down
from orchestration.settings import DataFolder

ANSWERS = {
    "Explained: the record is right": "explained",
    "Accepted: it cannot be corrected": "accepted",
    "Will be corrected": "",
}
OTHER = "Other (see note)"
REASONS = (
    "Checked with the case record",
    "Recorded late but right",
    "Recorded by another authority",
    "The system cannot record it otherwise",
    "The record is closed to changes",
    OTHER,
)
SHEET, TABLE, TABLES = "Worklist", "worklist", "Tables"
ANSWER_COLUMNS = ("Answer", "Reason", "Note", "Answered by", "Approver", "Until")
COLUMNS = (
    ("Case", 36), ("Local id", 18), ("Where", 34), ("What is wrong and what to do", 60), ("Counted", 13), ("Figures it can move", 36),
    ("Record of", 12), ("It holds", 24), ("Allowed", 30), ("Row", 8), ("First seen", 12), ("Due", 12), ("Status", 12), ("Area", 12),
    ("Answer", 32), ("Reason", 32), ("Note", 40), ("Answered by", 20), ("Approver", 20), ("Until", 12),
)  # fmt: skip
HEADINGS = tuple(name for name, _ in COLUMNS)
NOTES = (
    ("Answer", "Explained: the record is right as it is. Accepted: it is wrong and cannot be corrected; an approver is named. Will be corrected: nothing else to fill in; the case closes with the extract that holds the correction."),
    ("Reason", f"One of the list. With '{OTHER}' say it in Note."),
    ("Answered by", "Your name. Needed with Explained and Accepted."),
    ("Approver", "Who approves an acceptance: not the person who answers."),
    ("Until", "Last day of the answer, as a date. Empty: the end of the collection year (31 March), which is also the latest day."),
    ("It holds", "What was read in the field that is asked about, and under Allowed what it may be. Row: in the newest file that holds the record."),
    ("Note [x]", "[x]: not available, here a row without a usable local id."),
)  # fmt: skip


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
        case.counts, case.moves_says or "none of the plan",
        case.holds.day or "", case.holds.value, case.holds.allowed, case.row, case.first_seen,
        case.due_date or "", case.status, case.area_code,
        words[case.status] if is_answered else "", *(said if is_answered else [""] * 5),
    ]  # fmt: skip


def write_worklist(desk: Desk, path: Path) -> int:
    """Write one owner's workbook; returns how many cases it lists."""
    cases = worklist_cases(desk)
    title = f"Records to check: {desk.owner}, {desk.area_name}, {desk.as_at}"
    cover = (
        title,
        "Restricted: for officers. It holds local ids of children; do not send it outside the authority.",
        "Fill in the columns from Answer on in the sheet Worklist, save, and give the file back to the data team.",
        f"{len(cases)} cases are listed.",
    )
    lines = [
        f"{len(cases)} cases; leave Case and Area as they are. [x] means not available."
        if cases
        else "No case waits for an answer."
    ]
    with AccessibleBook(path, title, "Data quality") as book:
        sheets = [(SHEET, "The cases, one per row")]
        if desk.held:
            sheets.append((TABLES, "Tables that cannot be used, and what they hold"))
        book.explained(cover, sheets, NOTES)
        sheet, first = book.sheet(SHEET, title, lines)
        book.table(sheet, first, TABLE, HEADINGS, [_row(case) for case in cases])
        for column, (_, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width, book.text)
        rows = (first + 1, first + max(len(cases), 1))
        for heading, values in (("Answer", list(ANSWERS)), ("Reason", REASONS)):
            drop_down(sheet, rows, HEADINGS.index(heading), heading, values)
        if desk.held:
            _write_tables(book, desk)
    return len(cases)


def _write_tables(book: AccessibleBook, desk: Desk) -> None:
    lines = [
        "Nothing to fill in. Figures of these tables keep their last published value until a good extract arrives,"
        " or until a named person releases the check (cypp accept)."
    ]
    sheet, first = book.sheet(TABLES, "Tables that cannot be used", lines)
    rows = [
        (one.check_id, one.as_at_date, one.rows_checked, ", ".join(one.indicators) or "none")
        for one in desk.held
    ]
    book.table(sheet, first, "tables", ("Check", "Extract of", "Rows", "Holds"), rows)
    for column, width in enumerate((40, 12, 10, 60)):
        sheet.set_column(column, column, width, book.text)


def worklists_folder(folder: DataFolder) -> Path:
    """The folder of worklists, which is private because they hold local ids."""
    return folder.quality / "worklists"


def export_worklists(folder: DataFolder, by: str) -> list[tuple[Path, int]]:
    """One workbook per authority and owner of what was published last; (file, cases)."""
    owners = {str(entry["source"]): str(entry["owner"]) for entry in load_owners()}
    target = worklists_folder(folder)
    desks = read_desks(folder.warehouse_file, owners, folder)
    n_cases = sum(len(worklist_cases(desk)) for desk in desks)
    about = {"worklists": str(len(desks)), "cases": str(n_cases)}
    Ledger(folder.ledger).record_act(by, "owners export", about)
    return [
        (path, write_worklist(desk, path))
        for desk in desks
        for path in [target / f"{desk.area_code}_{desk.slug}.xlsx"]
    ]
