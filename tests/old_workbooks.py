"""Workbooks of Excel 97 to 2003 (.xls), byte by byte: records ([MS-XLS]) in a compound file ([MS-CFB]).

No library of the lock writes them, and none would write one that is damaged in a chosen place.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Literal

SECTOR = 512
SMALLEST_STREAM = 4096
END_OF_CHAIN, FREE, OF_THE_TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
ENTRIES_PER_SECTOR = SECTOR // 4
LONGEST_RECORD = 8224
GLOBALS, WORKSHEET = 0x0005, 0x0010


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _begin(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


END = _record(0x000A)


def text_cell(row: int, column: int, text: str) -> bytes:
    """A cell with a text of its own."""
    place = struct.pack("<HHH", row, column, 0)
    return _record(0x0204, place + struct.pack("<HB", len(text), 0) + text.encode("latin-1"))


def error_cell(row: int, column: int, code: int, *, by_formula: bool = False) -> bytes:
    """A cell with an error, typed in or calculated."""
    place = struct.pack("<HHH", row, column, 0)
    if not by_formula:
        return _record(0x0205, place + bytes([code, 1]))
    result = bytes([2, 0, code, 0, 0, 0, 0xFF, 0xFF])
    return _record(0x0006, place + result + struct.pack("<HIH", 0, 0, 2) + bytes([0x1C, code]))


def reference(row: int, column: int, text: int) -> bytes:
    """A cell that refers to a shared text."""
    return _record(0x00FD, struct.pack("<HHHI", row, column, 0, text))


def shared_text(text: str, times: int) -> bytes:
    """The table of shared texts with one text, over as many records as it takes."""
    content = text.encode("latin-1")
    first = LONGEST_RECORD - 11
    head = struct.pack("<IIHB", times, 1, len(content), 0) + content[:first]
    rest = range(first, len(content), LONGEST_RECORD - 1)
    more = (_record(0x003C, b"\0" + content[place : place + LONGEST_RECORD - 1]) for place in rest)
    return _record(0x00FC, head) + b"".join(more)


def workbook(sheets: Sequence[Iterable[bytes]], texts: bytes = b"") -> bytes:
    """The stream of a workbook whose sheets, `List 1` and so on, hold these cells."""
    parts = [_begin(WORKSHEET) + b"".join(cells) + END for cells in sheets]
    named = [f"List {number}".encode() for number in range(1, len(parts) + 1)]
    before = len(_begin(GLOBALS)) + sum(12 + len(name) for name in named) + len(texts) + len(END)
    bounds = b""
    for name, part in zip(named, parts, strict=True):
        bounds += _record(0x0085, struct.pack("<IHBB", before, 0, len(name), 0) + name)
        before += len(part)
    return _begin(GLOBALS) + bounds + texts + END + b"".join(parts)


def compound_file(stream: bytes, endless: Literal["stream", "directory"] | None = None) -> bytes:
    """A file that holds a workbook's stream.

    `endless`: what leads back to its own first sector; of the stream four gigabytes are then said to be there.
    """
    stream = stream.ljust(max(SMALLEST_STREAM, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    n_data = len(stream) // SECTOR
    n_tables = -(-(n_data + 2) // (ENTRIES_PER_SECTOR - 1))
    last = 0 if endless == "stream" else END_OF_CHAIN
    last_of_directory = n_data if endless == "directory" else END_OF_CHAIN
    entries = [*range(1, n_data), last, last_of_directory, *[OF_THE_TABLE] * n_tables]
    entries += [FREE] * (n_tables * ENTRIES_PER_SECTOR - len(entries))
    directory = _entry("Root Entry", 5, END_OF_CHAIN, 0, child=1)
    directory += _entry("Workbook", 2, 0, 0xFFFFFF00 if endless == "stream" else len(stream))
    table = struct.pack(f"<{len(entries)}I", *entries)
    return _header(n_data, n_tables) + stream + directory.ljust(SECTOR, b"\0") + table


def _header(directory: int, n_tables: int) -> bytes:
    places = [directory + 1 + number for number in range(n_tables)]
    places += [FREE] * (109 - n_tables)
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH6x", 0x003E, 3, 0xFFFE, 9, 6)
        + struct.pack("<IIIII", 0, n_tables, directory, 0, SMALLEST_STREAM)
        + struct.pack("<IIII", END_OF_CHAIN, 0, END_OF_CHAIN, 0)
        + struct.pack("<109I", *places)
    )


def _entry(name: str, kind: int, first_sector: int, size: int, child: int = FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text), kind, 1, FREE, FREE, child)
        + bytes(36)
        + struct.pack("<IQ", first_sector, size)
    )
