"""Spreadsheets of any kind (.xlsx, .xlsm, .xlsb, .xls, .ods): one block per worksheet.

What must be refused before a workbook is opened is in `package.py`. Formulas are read as their last saved
values, and nothing in a cell is ever evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice

from orchestration.intake.readers.block import (
    Block,
    Cell,
    FileRejected,
    Note,
    Rejection,
    duplicate_heading,
)
from orchestration.intake.readers.error_cells import CellTexts, errors_of_xls
from orchestration.intake.readers.package import (
    ERRORS_NOT_SEEN,
    PackageFacts,
    inspect_package,
    password_protected,
)
from orchestration.intake.readers.sheets import (
    RawSheet,
    SheetCell,
    WorkbookProtected,
    WorkbookUnreadable,
    read_sheets,
)
from orchestration.intake.tables.headings import HEADER_SEARCH_ROWS, HeaderLine, find_header

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# An encrypted .xlsx is an OLE file with a stream of this name ([MS-OFFCRYPTO] 2.3.4).
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
# Excel keeps 15 digits; a whole number with more has already lost some, and stays a float to show it.
LARGEST_EXACT = 10**15
# How people leave a cell empty in a column of formulas. Other errors are no empty cells.
NO_VALUE_TEXTS = frozenset({"", "#N/A"})
ONE_DAY = timedelta(days=1)
PLAIN_CELLS = frozenset({str, date, datetime})


def read_workbook(content: bytes, known_headings: frozenset[str]) -> list[Block]:
    """Every worksheet of a workbook, hidden ones included.

    Notes about the workbook as a whole are on the first block with headings.
    """
    facts = _inspect(content)
    blocks = [_block(sheet, known_headings, facts) for sheet in _sheets(content)]
    if not blocks:
        raise FileRejected(Rejection.EMPTY, "the workbook has no worksheet. Export it again")
    first = next((place for place, block in enumerate(blocks) if block.headings), 0)
    blocks[first] = replace(blocks[first], notes=blocks[first].notes + facts.notes)
    return blocks


def _inspect(content: bytes) -> PackageFacts:
    if content.startswith(ZIP_MAGIC):
        return inspect_package(content)
    if ENCRYPTED_STREAM in content:
        raise password_protected()
    errors = errors_of_xls(content)
    notes = (ERRORS_NOT_SEEN,) if errors is None else ()
    return PackageFacts({}, frozenset(), notes, errors or {})


def _sheets(content: bytes) -> list[RawSheet]:
    rejected = None
    try:
        return read_sheets(content)
    except WorkbookProtected:
        rejected = password_protected()
    except WorkbookUnreadable:
        rejected = FileRejected(
            Rejection.NOT_READABLE,
            "the file is not a workbook that can be opened, or it is damaged or far too large. Open it in "
            "Excel, save it as .xlsx and send it again",
        )
    raise rejected


def _block(sheet: RawSheet, known_headings: frozenset[str], facts: PackageFacts) -> Block:
    if sheet.rows is None or sheet.name in facts.damaged_sheets:
        return Block.without_rows(sheet.name, rejected=_damaged_sheet(sheet.name))
    _put_in(sheet.rows, facts.unread_cells.get(sheet.name, {}))
    top = ([_cell(value) for value in row] for row in islice(sheet.rows, HEADER_SEARCH_ROWS))
    header = find_header(top, known_headings)
    if header is None:
        return Block.without_rows(sheet.name)
    if twice := header.duplicates(known_headings):
        rejected = duplicate_heading(twice, sheet=sheet.name, row=header.row)
        return Block.without_rows(sheet.name, header.headings, header.row, rejected=rejected)
    numbers, columns = _columns(sheet.rows, header)
    notes = (
        *_visibility_notes(sheet, facts.hidden_rows.get(sheet.name, 0)),
        *_shape_notes(sheet, header, columns),
    )
    named = tuple(columns[place] for place in header.places)
    return Block(
        sheet.name, header.row, header.headings, named, numbers, notes,
        counts_from_1904=facts.counts_from_1904,
    )  # fmt: skip


def _put_in(rows: list[list[SheetCell]], unread: CellTexts) -> None:
    """Give each cell without a value its text; the library leaves out last rows of which no cell has one."""
    if not rows:
        return
    width = len(rows[0])
    blank: list[SheetCell] = [""] * width
    for row, column in sorted(place for place in unread if place[1] < width):
        if row >= len(rows):
            rows.extend([blank] * (row - len(rows)))
            rows.append(list(blank))
        rows[row][column] = unread[row, column]


def _damaged_sheet(name: str) -> FileRejected:
    return FileRejected(
        Rejection.NOT_READABLE,
        "the sheet is damaged. Open the workbook in Excel, save it as .xlsx and send it again",
        sheet=name,
    )


def _columns(
    rows: list[list[SheetCell]], header: HeaderLine
) -> tuple[Sequence[int], list[list[Cell]]]:
    """Row numbers and columns below the headings, without the rows that hold nothing."""
    filled = [
        (number, row)
        for number, row in enumerate(rows[header.row :], start=header.row + 1)
        if not _is_blank(row)
    ]
    if not filled:
        return (), [[] for _ in header.cells]
    numbers, kept = zip(*filled, strict=True)
    return numbers, [_cells(column) for column in zip(*kept, strict=True)]


def _is_blank(row: list[SheetCell]) -> bool:
    # A plain loop, which ends at the first cell of nearly every row: nothing else is asked of all rows.
    for cell in row:
        if not isinstance(cell, str) or cell.strip() not in NO_VALUE_TEXTS:
            return False
    return True


def _cells(column: Sequence[SheetCell]) -> list[Cell]:
    """Each as `_cell` has it; of a column of texts and days only the texts that are no value change."""
    if PLAIN_CELLS.issuperset(map(type, column)):
        # The type first: no day need be hashed.
        kept = (None if type(cell) is str and cell in NO_VALUE_TEXTS else cell for cell in column)
        return list(kept)  # ty: ignore[invalid-explicit-return]
    return list(map(_cell, column))


def _cell(value: SheetCell) -> Cell:
    if isinstance(value, str):
        return None if value in NO_VALUE_TEXTS else value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < LARGEST_EXACT else value
    if isinstance(value, time):
        value = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    if isinstance(value, timedelta):
        # A number that only looks like a time of day: Excel's own value, in days.
        return _cell(value / ONE_DAY)
    return value


def _visibility_notes(sheet: RawSheet, n_hidden_rows: int) -> Iterator[Note]:
    if not sheet.is_visible:
        yield Note("HIDDEN_SHEET", "the sheet is hidden; it was read", 1)
    if n_hidden_rows:
        message = f"{n_hidden_rows} rows are hidden (by hand or by a filter); they were read"
        yield Note("HIDDEN_ROWS", message, n_hidden_rows)


def _shape_notes(sheet: RawSheet, header: HeaderLine, columns: list[list[Cell]]) -> Iterator[Note]:
    n_merged = sum(last_row >= header.row for last_row in sheet.merged_until)
    if n_merged:
        message = f"{n_merged} groups of merged cells; only the first cell of each holds a value"
        yield Note("MERGED_CELLS", message, n_merged)
    unnamed = set(range(len(columns))).difference(header.places)
    n_unnamed = sum(any(cell is not None for cell in columns[place]) for place in unnamed)
    if n_unnamed:
        message = f"{n_unnamed} columns hold values but have no heading; they are left out"
        yield Note("UNNAMED_COLUMNS", message, n_unnamed)
