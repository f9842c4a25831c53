"""Binary workbooks (.xlsb), byte by byte: records ([MS-XLSB]) in a ZIP package. No library of the lock writes them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping

ROW, ERROR, FORMULA_ERROR, TEXT = 0x00, 0x03, 0x0B, 0x06
BEGIN_SHEET, END_SHEET, BEGIN_DATA, END_DATA, EXTENT = 0x81, 0x82, 0x91, 0x92, 0x94
BEGIN_BOOK, END_BOOK, BEGIN_SHEETS, END_SHEETS, SHEET = 0x83, 0x84, 0x8F, 0x90, 0x9C

OFFICE = "http://schemas.openxmlformats.org"
KIND = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"

Cell = tuple[int, bytes]
"""Kind of record, and what follows the cell's place and style."""


def text_cell(text: str) -> Cell:
    """A cell with a text of its own."""
    return TEXT, _text(text)


def error_cell(code: int, *, by_formula: bool = False) -> Cell:
    """A cell with an error, typed in or calculated."""
    return (FORMULA_ERROR, bytes([code]) + bytes(10)) if by_formula else (ERROR, bytes([code]))


def binary_workbook(sheets: Mapping[str, Mapping[tuple[int, int], Cell]]) -> bytes:
    """A workbook whose sheets hold these cells, by row and column from 0."""
    numbered = list(enumerate(sheets.items(), start=1))
    listed = [
        struct.pack("<II", 0, n) + _text(f"rId{n}") + _text(name) for n, (name, _) in numbered
    ]
    book = [
        (BEGIN_BOOK, b""),
        (BEGIN_SHEETS, b""),
        *((SHEET, one) for one in listed),
        (END_SHEETS, b""),
        (END_BOOK, b""),
    ]
    relations = "".join(_relation(n, "worksheet", f"worksheets/sheet{n}.bin") for n, _ in numbered)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{OFFICE}/package/2006/content-types">'
        f'<Default Extension="bin" ContentType="{KIND}"/></Types>',
        "_rels/.rels": _relations(_relation(1, "officeDocument", "xl/workbook.bin")),
        "xl/workbook.bin": _records(book),
        "xl/_rels/workbook.bin.rels": _relations(relations),
        **{f"xl/worksheets/sheet{n}.bin": _sheet(cells) for n, (_, cells) in numbered},
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return stream.getvalue()


def _sheet(cells: Mapping[tuple[int, int], Cell]) -> bytes:
    last_row, last_column = max(row for row, _ in cells), max(column for _, column in cells)
    records = [
        (BEGIN_SHEET, b""),
        (EXTENT, struct.pack("<IIII", 0, last_row, 0, last_column)),
        (BEGIN_DATA, b""),
    ]
    for row in range(last_row + 1):
        records.append((ROW, struct.pack("<I", row) + bytes(13)))
        in_row = sorted((column, cell) for (of_row, column), cell in cells.items() if of_row == row)
        records += [(kind, struct.pack("<II", column, 0) + rest) for column, (kind, rest) in in_row]
    return _records([*records, (END_DATA, b""), (END_SHEET, b"")])


def _records(records: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(_kind(kind) + _size(len(content)) + content for kind, content in records)


def _kind(kind: int) -> bytes:
    return bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])


def _size(size: int) -> bytes:
    low, more = size & 0x7F, size >> 7
    return bytes([low | 0x80]) + _size(more) if more else bytes([low])


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _relations(relations: str) -> str:
    return f'<Relationships xmlns="{OFFICE}/package/2006/relationships">{relations}</Relationships>'


def _relation(number: int, kind: str, target: str) -> str:
    of = f"{OFFICE}/officeDocument/2006/relationships/{kind}"
    return f'<Relationship Id="rId{number}" Type="{of}" Target="{target}"/>'
