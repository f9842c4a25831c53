"""Spreadsheets of any kind (.xlsx, .xlsm, .xlsb, .xls, .ods): one block per worksheet.

What must be refused before a workbook is opened is in `package.py`. Formulas are read as their last saved
values, and nothing in a cell is ever evaluated.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from orchestration.intake.headings import HEADER_SEARCH_ROWS, HeaderLine, find_header
from orchestration.intake.readers.block import (
    Block,
    Cell,
    FileRejected,
    Note,
    Rejection,
    duplicate_heading,
)
from orchestration.intake.readers.package import (
    PackageFacts,
    inspect_package,
    password_protected,
)

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# An encrypted .xlsx is an OLE file with a stream of this name ([MS-OFFCRYPTO] 2.3.4).
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
# Excel keeps 15 digits; a whole number with more has already lost some, and stays a float to show it.
LARGEST_EXACT = 10**15
# Error cells arrive as empty; this is the same error pasted as a value.
NO_VALUE_TEXTS = frozenset({"", "#N/A"})
ONE_DAY = timedelta(days=1)

SheetCell = str | int | float | bool | datetime | date | time | timedelta


def read_workbook(content: bytes, known_headings: frozenset[str]) -> list[Block]:
    """Every worksheet of a workbook, hidden ones included.

    Notes about the workbook as a whole stand on the first block with headings.
    """
    facts = _inspect(content)
    workbook = _open(content)
    blocks = [
        _read_sheet(workbook, sheet, known_headings, facts.hidden_rows.get(sheet.name, 0))
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet
    ]
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
    return PackageFacts({}, ())


def _open(content: bytes) -> CalamineWorkbook:
    is_protected = False
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError:
        is_protected = True
    except (CalamineError, OSError, ValueError):
        is_protected = False
    # Raised outside the handlers, so that the library's own message does not travel along.
    if is_protected:
        raise password_protected()
    raise FileRejected(
        Rejection.NOT_READABLE,
        "the file is not a workbook that can be opened, or it is damaged. Open it in Excel, save it as "
        ".xlsx and send it again",
    )


def _read_sheet(
    workbook: CalamineWorkbook,
    metadata: SheetMetadata,
    known_headings: frozenset[str],
    n_hidden_rows: int,
) -> Block:
    name = metadata.name
    sheet = _sheet(workbook, name)
    if sheet is None:
        return Block.without_rows(name, rejected=_unreadable_sheet(name))
    rows: list[list[SheetCell]] = sheet.to_python(skip_empty_area=False)
    top = ([_cell(value) for value in row] for row in islice(rows, HEADER_SEARCH_ROWS))
    header = find_header(top, known_headings)
    if header is None:
        return Block.without_rows(name)
    if header.duplicates():
        rejected = duplicate_heading(header.duplicates(), sheet=name, row=header.row)
        return Block.without_rows(name, header.headings, header.row, rejected=rejected)
    numbers, columns = _columns(rows, header)
    notes = (
        *_visibility_notes(metadata, n_hidden_rows),
        *_shape_notes(sheet, header, columns),
    )
    named = tuple(columns[place] for place in header.places)
    return Block(name, header.row, header.headings, named, numbers, notes)


def _sheet(workbook: CalamineWorkbook, name: str) -> CalamineSheet | None:
    try:
        return workbook.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError):
        return None


def _unreadable_sheet(name: str) -> FileRejected:
    return FileRejected(
        Rejection.NOT_READABLE,
        "the sheet is damaged. Open the workbook in Excel, save it as .xlsx and send it again",
        sheet=name,
    )


def _columns(rows: list[list[SheetCell]], header: HeaderLine) -> tuple[Sequence[int], list[list[Cell]]]:
    """Row numbers and columns below the headings, without the rows that hold nothing."""
    filled = [
        (number, row)
        for number, row in enumerate(rows[header.row :], start=header.row + 1)
        if not _is_blank(row)
    ]
    if not filled:
        return (), [[] for _ in header.cells]
    numbers, kept = zip(*filled, strict=True)
    return numbers, [list(map(_cell, cells)) for cells in zip(*kept, strict=True)]


def _is_blank(row: list[SheetCell]) -> bool:
    return row.count("") == len(row) or all(
        isinstance(cell, str) and cell.strip() in NO_VALUE_TEXTS for cell in row
    )


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


def _visibility_notes(metadata: SheetMetadata, n_hidden_rows: int) -> Iterator[Note]:
    if metadata.visible != SheetVisibleEnum.Visible:
        yield Note("HIDDEN_SHEET", "the sheet is hidden; it was read", 1)
    if n_hidden_rows:
        message = f"{n_hidden_rows} rows are hidden (by hand or by a filter); they were read"
        yield Note("HIDDEN_ROWS", message, n_hidden_rows)


def _shape_notes(sheet: CalamineSheet, header: HeaderLine, columns: list[list[Cell]]) -> Iterator[Note]:
    merged = sheet.merged_cell_ranges or []
    n_merged = sum(end[0] >= header.row for _, end in merged)
    if n_merged:
        message = f"{n_merged} groups of merged cells; only the first cell of each holds a value"
        yield Note("MERGED_CELLS", message, n_merged)
    unnamed = set(range(len(columns))).difference(header.places)
    n_unnamed = sum(any(cell is not None for cell in columns[place]) for place in unnamed)
    if n_unnamed:
        message = f"{n_unnamed} columns hold values but have no heading; they are left out"
        yield Note("UNNAMED_COLUMNS", message, n_unnamed)
