"""What must be known about a workbook before a spreadsheet library opens it.

Workbooks are ZIP packages of XML parts. Each part is expanded here once, in small pieces, and thrown away:
to refuse what would exhaust memory, to refuse XML entities, and to count what a reader of cells does not
show (hidden rows). No cells are read here.
"""

from __future__ import annotations

import copy
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from struct import unpack
from typing import IO

from lxml import etree

from orchestration.intake.readers.block import FileRejected, Note, Rejection

MEGABYTE = 1 << 20
# quality.md 5, row 20. Small parts of plain XML reach higher ratios honestly.
LARGEST_EXPANDED = 1024 * MEGABYTE
LARGEST_RATIO = 100
SMALL_PART = 4 * MEGABYTE
# A sheet is held as a full rectangle: one stray cell in its far corner would need half a terabyte, and
# the library would end the whole process. Ten times the largest extract fits.
LARGEST_RECTANGLE = 20_000_000
PIECE = MEGABYTE
# A tag longer than this is no tag.
LONGEST_TAG = 4 * MEGABYTE

ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
# As every spreadsheet program writes them; the slower form allows for all that XML allows.
_REFERENCE = re.compile(rb' r="([A-Z]*)(\d+)"')
_ANY_REFERENCE = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]{0,3})(\d{1,7})""")
_UNUSUAL_REFERENCES = (b" r='", b" r =", b"\nr=", b"\tr=", b"\rr=", b"= ")
_FILLED_CELL = re.compile(
    rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["'](?:[^>]*[^>/])?>"""
)
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*?\bhidden\s*=\s*["'](?:1|true)["']""")
_ODS_TAG = re.compile(rb"<(?:[\w-]+:)?(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*)>")
_ODS_ROWS = re.compile(rb"""number-rows-repeated\s*=\s*["'](\d+)""")
_ODS_COLUMNS = re.compile(rb"""number-columns-repeated\s*=\s*["'](\d+)""")
_ODS_HIDDEN = re.compile(rb"""visibility\s*=\s*["'](?:collapse|filter)""")
# BrtWsDim ([MS-XLSB] 2.4.865): first and last row, first and last column, near the start of the part.
_XLSB_DIMENSION = re.compile(rb"\x94\x01\x10(.{16})", re.DOTALL)
_RELATIONSHIP_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

_UNREADABLE_PART = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
_LEFT_OUT = (
    ("xl/vbaProject", "MACROS", "holds macros; they are not run"),
    ("xl/embeddings/", "EMBEDDED_FILES", "holds embedded files; they are ignored"),
    ("xl/externalLinks/", "EXTERNAL_LINKS", "links to other files; last saved values are read"),
)


@dataclass(frozen=True)
class PackageFacts:
    """Hidden rows by worksheet name, and notes about the workbook as a whole."""

    hidden_rows: dict[str, int]
    notes: tuple[Note, ...]


def inspect_package(content: bytes) -> PackageFacts:
    """Refuse a workbook that must not be opened; otherwise say what its cells will not show."""
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except _UNREADABLE_PART:
        package = None
    if package is None:
        raise _damaged()
    with package:
        parts = [part for part in package.infolist() if not part.is_dir()]
        names = {part.filename for part in parts}
        _refuse_other_archives(package, names)
        _refuse_bombs(parts)
        hidden = {part.filename: _inspect_part(package, part) for part in parts}
        sheet_names = _sheet_names(package, names)
    hidden_rows = {sheet: count for path, sheet in sheet_names.items() if (count := hidden.get(path, 0))}
    return PackageFacts(hidden_rows, tuple(_notes(names, hidden.get("content.xml", 0))))


def _damaged() -> FileRejected:
    return FileRejected(
        Rejection.NOT_READABLE,
        "the workbook is damaged or was cut off. Open it in Excel, save it again as .xlsx and send it",
    )


def _refuse_other_archives(package: zipfile.ZipFile, names: set[str]) -> None:
    is_office = "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)
    if is_office:
        return
    is_ods = "content.xml" in names and ODS_TYPE in _small_part(package, "mimetype")
    if not is_ods:
        raise FileRejected(
            Rejection.NOT_READABLE,
            "this is a ZIP archive or another kind of document, not a workbook. Unpack it and send the "
            "files, or save it as .xlsx or CSV",
        )
    if b"encryption-data" in _small_part(package, "META-INF/manifest.xml"):
        raise password_protected()


def password_protected() -> FileRejected:
    """The rejection of a workbook that nobody here can open."""
    return FileRejected(
        Rejection.PASSWORD,
        "the workbook is protected by a password. Remove the password (File, Info, Protect Workbook) "
        "and send it again",
    )


def too_large(what: str) -> FileRejected:
    """The rejection of a file that would not fit in memory, before it is read."""
    return FileRejected(Rejection.TOO_LARGE, f"{what}. Send only the sheets and rows of the extract")


def _refuse_bombs(parts: list[zipfile.ZipInfo]) -> None:
    if sum(part.file_size for part in parts) > LARGEST_EXPANDED:
        raise too_large(f"the workbook expands to more than {LARGEST_EXPANDED // MEGABYTE} MB")
    for part in parts:
        if part.flag_bits & 1:
            raise password_protected()
        if part.file_size > max(SMALL_PART, LARGEST_RATIO * part.compress_size):
            raise too_large(f"a part of the workbook expands more than {LARGEST_RATIO} times")


def _small_part(package: zipfile.ZipFile, name: str) -> bytes:
    try:
        with package.open(name) as stream:
            return stream.read(SMALL_PART)
    except (KeyError, *_UNREADABLE_PART):
        return b""


# ---------------------------------------------------------------- one part


def _inspect_part(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Expand a part once; its number of hidden rows, 0 for a part that has none."""
    survey = _survey_of(part.filename)
    for piece in _pieces(package, part):
        survey.add(piece)
    if survey.rectangle > LARGEST_RECTANGLE and isinstance(survey, _Worksheet):
        survey.rectangle = _filled_rectangle(package, part)
    if survey.rectangle > LARGEST_RECTANGLE:
        raise too_large(
            f"a sheet reaches over more than {LARGEST_RECTANGLE:,} cells; delete the unused rows and "
            "columns below and beside the data"
        )
    return survey.n_hidden


def _pieces(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part in pieces that end where a tag ends. A part larger than it declares is refused."""
    asked = copy.copy(part)
    asked.file_size = part.file_size + 1  # zipfile stops at this size, so one byte more shows a lie
    n_read, rest, fault = 0, b"", False
    try:
        with package.open(asked) as stream:
            for piece in _chunks(stream):
                n_read += len(piece)
                whole, rest = _up_to_tag_end(rest + piece)
                yield whole
    except _UNREADABLE_PART:
        fault = True
    if fault or n_read != part.file_size:
        raise _damaged()
    yield rest


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(PIECE):
        yield chunk


def _up_to_tag_end(markup: bytes) -> tuple[bytes, bytes]:
    end = markup.rfind(b">") + 1
    return (markup, b"") if len(markup) - end > LONGEST_TAG else (markup[:end], markup[end:])


def _survey_of(name: str) -> _Survey:
    if name.startswith("xl/worksheets/") and name.endswith(".xml"):
        return _Worksheet()
    if name.startswith("xl/worksheets/") and name.endswith(".bin"):
        return _BinaryWorksheet()
    if name == "content.xml":
        return _OpenDocument()
    is_markup = name.endswith((".xml", ".rels")) and not name.startswith("META-INF/")
    return _Markup() if is_markup else _Survey()


@dataclass
class _Survey:
    """What is known of a part while it goes by: hidden rows, and cells of the rectangle it spans."""

    n_hidden: int = 0
    rectangle: int = 0

    def add(self, piece: bytes) -> None:
        """Take in the next piece."""


@dataclass
class _Markup(_Survey):
    is_first: bool = True

    def add(self, piece: bytes) -> None:
        # UTF-16 would hide a declaration from this search, and no spreadsheet program writes it.
        if self.is_first and b"\0" in piece[:64]:
            raise _damaged()
        self.is_first = False
        if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
            raise FileRejected(
                Rejection.XML_ENTITIES,
                "the workbook declares XML entities, which no spreadsheet program writes. Save it again "
                "from Excel and send it",
            )


@dataclass
class _Worksheet(_Markup):
    last_row: int = 0
    last_column: int = 0

    def add(self, piece: bytes) -> None:
        super().add(piece)
        if b"hidden" in piece:
            self.n_hidden += len(_HIDDEN_ROW.findall(piece))
        is_usual = not any(form in piece for form in _UNUSUAL_REFERENCES)
        pattern = _REFERENCE if is_usual else _ANY_REFERENCE
        columns, rows = _furthest(pattern.findall(piece))
        self.last_row, self.last_column = max(self.last_row, rows), max(self.last_column, columns)
        self.rectangle = self.last_row * self.last_column


def _furthest(references: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    """The last column and the last row that the cell references name."""
    if not references:
        return 0, 0
    columns = {letters for letters, _ in references}
    rows = {digits for _, digits in references}
    return max(map(_column_number, columns)), max(map(int, rows))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _filled_rectangle(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """The rectangle of the cells with content: cells that are only formatted take no room."""
    last_column = last_row = 0
    for piece in _pieces(package, part):
        columns, rows = _furthest(_FILLED_CELL.findall(piece))
        last_column, last_row = max(last_column, columns), max(last_row, rows)
    return last_column * last_row


@dataclass
class _BinaryWorksheet(_Survey):
    is_first: bool = True

    def add(self, piece: bytes) -> None:
        declared = _XLSB_DIMENSION.search(piece, 0, 4096) if self.is_first else None
        self.is_first = False
        if declared is not None:
            _, last_row, _, last_column = unpack("<4I", declared[1])
            self.rectangle = (last_row + 1) * (last_column + 1)


@dataclass
class _OpenDocument(_Markup):
    """An OpenDocument sheet repeats rows and cells by a count, so a short text can span any number."""

    n_rows: int = 0
    n_columns: int = 0
    repeated: int = 1
    position: int = 0

    def add(self, piece: bytes) -> None:
        super().add(piece)
        for tag, attributes in _ODS_TAG.findall(piece):
            if tag == b"table":
                self.n_rows = self.n_columns = 0
            elif tag == b"table-row":
                self._begin_row(attributes)
            else:
                self._pass_cell(attributes)

    def _begin_row(self, attributes: bytes) -> None:
        self.repeated = _count(_ODS_ROWS, attributes)
        self.n_rows += self.repeated
        self.position = 0
        if _ODS_HIDDEN.search(attributes):
            self.n_hidden += self.repeated

    def _pass_cell(self, attributes: bytes) -> None:
        self.position += _count(_ODS_COLUMNS, attributes)
        if b"value" in attributes or not attributes.endswith(b"/"):
            self.n_columns = max(self.n_columns, self.position)
            self.rectangle = max(self.rectangle, self.n_rows * self.n_columns)


def _count(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes)
    return int(found[1]) if found else 1


# ---------------------------------------------------------------- the whole


def _sheet_names(package: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """Worksheet name of each part that holds one; nothing for a layout that is not the usual one."""
    parts = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    if not names.issuperset(parts):
        return {}
    workbook, relations = (_parsed(_small_part(package, part)) for part in parts)
    if workbook is None or relations is None:
        return {}
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    return {
        _absolute(targets.get(sheet.get(_RELATIONSHIP_ID), "")): sheet.get("name", "")
        for sheet in workbook.iter("{*}sheet")
    }


def _absolute(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _parsed(markup: bytes) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(markup, parser)
    except etree.XMLSyntaxError:
        return None


def _notes(names: set[str], n_hidden_ods_rows: int) -> Iterator[Note]:
    for prefix, code, message in _LEFT_OUT:
        count = sum(name.startswith(prefix) for name in names)
        if count:
            yield Note(code, f"the workbook {message}", count)
    if n_hidden_ods_rows:
        # OpenDocument keeps all sheets in one part, so they are counted for the workbook.
        message = f"{n_hidden_ods_rows} rows of the workbook are hidden; they were read"
        yield Note("HIDDEN_ROWS", message, n_hidden_ods_rows)
