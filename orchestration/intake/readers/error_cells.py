"""Cells with an error in workbooks that are not .xlsx: the spreadsheet library gives them as empty.

.xls by xlrd; .xlsb by its records ([MS-XLSB] 2.3, 2.4), of which only rows, errors and names of sheets are looked at.
Those of .ods are found in `open_document.py`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import xlrd

# The text of each cell with an error, by row and column from 0.
CellTexts = dict[tuple[int, int], str]

# [MS-XLS] 2.5.10, [MS-XLSB] 2.5.97.2.
_TEXTS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
OTHER_ERROR = "#UNKNOWN!"
_ROW, _ERROR, _FORMULA_ERROR, _SHEET = 0x00, 0x03, 0x0B, 0x9C
# Of an error's record: column and style come first.
_ERROR_AT = 8
# No sheet is larger, so what says that it is is damaged.
_MOST_ROWS, _MOST_COLUMNS = 1 << 20, 1 << 14


class PartDamaged(Exception):
    """A part of a binary workbook breaks off, or says what cannot be."""


def errors_of_xls(content: bytes) -> dict[str, CellTexts] | None:
    """Errors of a workbook of Excel 97 to 2003; None when nothing shows which cells have one."""
    try:
        with xlrd.open_workbook(file_contents=content, on_demand=True, logfile=_Nowhere()) as book:
            sheets = ((name, book.sheet_by_name(name)) for name in book.sheet_names())
            return {name: dict(_errors_of_sheet(sheet)) for name, sheet in sheets}
    except Exception:  # noqa: BLE001 xlrd raises whatever it meets in a damaged file; the other library judges that
        return None


class _Nowhere:
    """Where xlrd's remarks go: they can quote a cell."""

    def write(self, text: str) -> int:
        return len(text)


def _errors_of_sheet(sheet: xlrd.sheet.Sheet) -> Iterator[tuple[tuple[int, int], str]]:
    for row in range(sheet.nrows):
        for column, kind in enumerate(sheet.row_types(row)):
            if kind == xlrd.XL_CELL_ERROR:
                yield (row, column), _TEXTS.get(sheet.cell_value(row, column), OTHER_ERROR)


def errors_of_xlsb_sheet(part: bytes) -> CellTexts:
    """Errors of a sheet of a binary workbook; raises PartDamaged."""
    found: CellTexts = {}
    row = 0
    for kind, content in _records(part):
        if kind == _ROW:
            row = _number(content, 0, _MOST_ROWS)
        elif kind in (_ERROR, _FORMULA_ERROR):
            if len(content) <= _ERROR_AT:
                raise PartDamaged
            column = _number(content, 0, _MOST_COLUMNS)
            found[row, column] = _TEXTS.get(content[_ERROR_AT], OTHER_ERROR)
    return found


def sheets_of_xlsb(part: bytes) -> Iterator[tuple[str, str]]:
    """Relation and name of each sheet that the workbook's own part lists; raises PartDamaged."""
    for kind, content in _records(part):
        if kind == _SHEET:
            relation, end = _text(content, 8)
            name, _ = _text(content, end)
            yield relation, name


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each record: seven bits a byte of its kind, then of its size, then the content."""
    place = 0
    while place < len(part):
        kind, place = _packed(part, place, 2)
        size, place = _packed(part, place, 4)
        if place + size > len(part):
            raise PartDamaged
        yield kind, part[place : place + size]
        place += size


def _packed(part: bytes, place: int, most_bytes: int) -> tuple[int, int]:
    """A number, seven bits a byte while the eighth says that there is more, and where it ends."""
    number = 0
    for nth in range(most_bytes):
        if place + nth >= len(part):
            raise PartDamaged
        byte = part[place + nth]
        number |= (byte & 0x7F) << 7 * nth
        if not byte & 0x80:
            return number, place + nth + 1
    return number, place + most_bytes


def _number(content: bytes, place: int, below: int) -> int:
    if len(content) < place + 4:
        raise PartDamaged
    (number,) = struct.unpack_from("<I", content, place)
    if number >= below:
        raise PartDamaged
    return number


def _text(content: bytes, place: int) -> tuple[str, int]:
    end = place + 4 + 2 * _number(content, place, len(content))
    try:
        return content[place + 4 : end].decode("utf-16-le"), end
    except UnicodeDecodeError:
        raise PartDamaged from None
