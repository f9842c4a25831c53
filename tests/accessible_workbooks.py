"""The essential rules for accessible spreadsheets, as far as a machine can check them.

Source: Government Analysis Function, Releasing statistics in spreadsheets, 2021.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

SANS_SERIF = ("Arial", "Calibri")
SMALLEST = 10
EXPLAINED = "Empty cells are for"


def faults_of(path: Path) -> list[str]:
    """What is wrong with a workbook, one line per fault; nothing for an accessible one."""
    book = load_workbook(path)
    found = [] if book.properties.title else ["no title"]
    found += [] if book.properties.language == "en-GB" else ["no language"]
    found += [] if book.active is book.worksheets[0] else ["the first sheet is not the active one"]
    found += (
        []
        if book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
        else ["no cover, contents and notes"]
    )
    listed = (
        [row[0].value for row in book["Contents"].iter_rows(min_row=4)]
        if "Contents" in book.sheetnames
        else []
    )
    found += [] if listed == book.sheetnames[2:] else ["the contents are not the sheets"]
    names = [table.name for sheet in book.worksheets for table in sheet.tables.values()]
    found += [] if len(set(names)) == len(names) else ["two tables have one name"]
    with ZipFile(path) as parts:
        inside = [name for name in parts.namelist() if "vbaProject" in name or "/media/" in name]
        sheets = [
            parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name
        ]
    found += ["a macro or an image"] if inside else []
    found += (
        ["a formula or a link"]
        if any(mark in text for text in sheets for mark in ("<f>", "<f ", "<hyperlink"))
        else []
    )
    for sheet in book.worksheets:
        found += [
            f"{sheet.title}: {fault}"
            for fault in _of_sheet(sheet, is_cover=sheet is book.worksheets[0])
        ]
    return found


def _of_sheet(sheet: Worksheet, *, is_cover: bool) -> Iterator[str]:
    if not sheet["A1"].value:
        yield "no title in A1"
    if sheet.merged_cells.ranges:
        yield "merged cells"
    if sheet.sheet_state != "visible" or any(
        one.hidden for one in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values())
    ):
        yield "something is hidden"
    if sheet.freeze_panes:
        yield "frozen panes"
    for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
        if cell.font.name not in SANS_SERIF or cell.font.sz < SMALLEST:
            yield f"{cell.coordinate} is in small letters or with serifs"
            break
    if not is_cover:
        yield from _of_table(sheet)


def _of_table(sheet: Worksheet) -> Iterator[str]:
    if len(sheet.tables) != 1:
        yield "not one table"
        return
    [table] = sheet.tables.values()
    first, last = table.ref.split(":")
    if sheet[first].column != 1:
        yield "the table is not at the left edge"
    if (sheet[last].row, sheet[last].column) != (sheet.max_row, sheet.max_column):
        yield "something stands below or beside the table"
    if table.autoFilter is not None:
        yield "a filter"
    yield from _of_cells(sheet, table.ref)


def _of_cells(sheet: Worksheet, ref: str) -> Iterator[str]:
    headings, *rows = ([cell.value for cell in row] for row in sheet[ref])
    if len(set(headings)) != len(headings) or not all(headings):
        yield "a heading is empty or there twice"
    above = " ".join(str(row[0].value) for row in sheet.iter_rows(max_row=sheet[ref][0][0].row - 1))
    may_be_empty = EXPLAINED in above
    if any(value in (None, "") for row in rows for value in row) and not may_be_empty:
        yield "an empty cell without an explanation"
    if any(all(value in (None, "") for value in row) for row in rows):
        yield "an empty row"
    if not all(
        cell.alignment.wrap_text
        for row in sheet[ref]
        for cell in row
        if isinstance(cell.value, str)
    ):
        yield "a text does not wrap"
