"""Worksheets as the spreadsheet library gives them, in this process or in a confined one.

The library answers some damaged or hostile files by asking for more memory than there is, which ends the
whole process and with it every other feed. The package of an .xlsx is inspected beforehand (`package.py`);
the other formats, which are rare, are read by running this file as a script with a limit on its memory.
It therefore imports nothing of the project.
"""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

CONFINED_MEMORY = 2 << 30
CONFINED_SECONDS = 300
PROTECTED_STATUS = 3
UNREADABLE_STATUS = 4

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


def read_sheets_confined(content: bytes) -> list[RawSheet]:
    """The same, in a process of its own that may fail without harm."""
    command = [sys.executable, "-I", __file__, str(CONFINED_MEMORY)]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=CONFINED_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise WorkbookUnreadable from None
    if done.returncode == PROTECTED_STATUS:
        raise WorkbookProtected
    if done.returncode != 0:
        raise WorkbookUnreadable
    sheets: list[tuple[Any, ...]] = pickle.loads(done.stdout)  # noqa: S301 - our own child
    return [RawSheet(*sheet) for sheet in sheets]


def _serve(memory: int) -> int:
    """Read a workbook from standard input, write its sheets to standard output."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold cells
    try:
        sheets = [tuple(sheet) for sheet in read_sheets(sys.stdin.buffer.read())]
    except WorkbookProtected:
        return PROTECTED_STATUS
    except (WorkbookUnreadable, MemoryError):
        return UNREADABLE_STATUS
    sys.stdout.buffer.write(pickle.dumps(sheets, protocol=pickle.HIGHEST_PROTOCOL))
    return 0


if __name__ == "__main__":
    sys.exit(_serve(int(sys.argv[1])))
