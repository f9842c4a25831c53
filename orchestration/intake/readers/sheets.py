"""Worksheets as the spreadsheet library gives them.

The library answers some damaged or hostile files by asking for more memory than there is, which ends the process that
reads them (`orchestration/workers.py`).
"""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

SheetCell = str | int | float | bool | datetime | date | time | timedelta


class WorkbookProtected(Exception):
    """The workbook needs a password."""


class WorkbookUnreadable(Exception):
    """The library cannot open the workbook."""


class RawSheet(NamedTuple):
    """A worksheet from its first row and column on; no rows at all when the sheet is damaged."""

    name: str
    is_visible: bool
    rows: list[list[SheetCell]] | None
    merged_until: tuple[int, ...]  # last row (0-based) of each group of merged cells


def read_sheets(content: bytes) -> list[RawSheet]:
    """Every worksheet, hidden ones included."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError:
        raise WorkbookProtected from None
    except (CalamineError, OSError, ValueError):
        raise WorkbookUnreadable from None
    return [
        _raw_sheet(workbook, sheet.name, sheet.visible == SheetVisibleEnum.Visible)
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet
    ]


def _raw_sheet(workbook: CalamineWorkbook, name: str, is_visible: bool) -> RawSheet:
    try:
        sheet = workbook.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError):
        return RawSheet(name, is_visible, None, ())
    merged = tuple(end[0] for _, end in sheet.merged_cell_ranges or ())
    return RawSheet(name, is_visible, sheet.to_python(skip_empty_area=False), merged)
