"""One part of a workbook's ZIP package, expanded once in small pieces and thrown away again.

Shows what the spreadsheet library keeps silent about or cannot bear: XML that is broken or declares
entities, hidden rows, cells with an error or a formula that was never calculated (it gives both as empty), and sheets
that reach so far that they would exhaust memory. No other cells are read here.
"""

from __future__ import annotations

import copy
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from orchestration.intake.readers.block import MEGABYTE, FileRejected, Rejection, too_large
from orchestration.intake.readers.bounds import expands_too_far, refuse_expansion
from orchestration.intake.readers.error_cells import PartDamaged, errors_of_xlsb_sheet
from orchestration.intake.readers.markup import LONGEST_TAG, refuse_long_tag
from orchestration.intake.readers.open_document import OPEN_DOCUMENT, Sheets
from orchestration.intake.readers.shared_texts import SHARED_TEXTS, Lengths
from orchestration.intake.tables.cells import LONGEST_ERROR, NOT_CALCULATED

# A sheet is held as a full rectangle: one stray cell in its far corner would need half a terabyte, and
# the library would end the whole process. Ten times the largest extract fits.
LARGEST_RECTANGLE = 20_000_000
PIECE = MEGABYTE

# As every spreadsheet program writes them; the slower form allows for all that XML allows.
_REFERENCE = re.compile(rb' r="([A-Z]{0,3})(\d{1,7})')
_ANY_REFERENCE = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]{0,3})(\d{1,7})""")
# Whatever lies within columns A to Z and five digits of rows is far below the limit: nearly every sheet.
_FAR_REFERENCE = re.compile(rb' r="(?:[A-Z]{2}|[A-Z]?\d{6})')
_NEAR = (26, 99_999)
_UNUSUAL_REFERENCES = (b" r='", b" r =", b"\nr=", b"\tr=", b"\rr=", b"= ")
_FILLED_CELL = re.compile(rb"<(?:\w+:)?c\s[^<>]*+(?<!/)>")
# How cells say that their text is a shared one.
_SHARED_TEXT = (b't="s"', b"t='s'")
# A cell of type error, or a formula; the expression takes six times as long as to see that none can be there.
_OF_SUSPECTS = (b"<f", b":f", b'"e"', b"'e'")
_SUSPECT = re.compile(rb"""<(?:\w+:)?f[\s/>]|\st\s*=\s*["']e["']""")
_CELL_REFERENCE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")
_ROW = re.compile(r"\d{1,7}")
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\s[^<>]*?\bhidden\s*=\s*["'](?:1|true)["']""")
# Parts without which no sheet can be read right: the list of sheets, the texts, the date formats.
_NEEDED_PART = re.compile(r"content\.xml|xl/[^/]+\.xml")

UNREADABLE_PART = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


def survey_part(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Survey:
    """Expand a part once and say what is in it."""
    survey = _survey_of(part.filename)
    for piece in pieces_of(package, part):
        survey.add(piece)
    survey.finish()
    if survey.is_malformed and _NEEDED_PART.fullmatch(part.filename):
        raise damaged_workbook()
    if isinstance(survey, _Worksheet):
        if _reaches_too_far(part, survey.rectangle):
            survey.rectangle = _filled_rectangle(package, part)
        if survey.has_suspects and not survey.is_malformed:
            survey.unread = _unread_cells(package, part)
    if isinstance(survey, OpenDocument):
        found = survey.sheets
        refuse_expansion("the workbook", part.compress_size, found.n_cells, found.n_text)
    if _reaches_too_far(part, survey.rectangle):
        raise too_large(
            f"a sheet of the workbook reaches over {survey.rectangle:,} cells, far more than its size calls for; delete "
            "the unused rows and columns below and to the right of the data"
        )
    return survey


def _reaches_too_far(part: zipfile.ZipInfo, rectangle: int) -> bool:
    return rectangle > LARGEST_RECTANGLE or expands_too_far(part.compress_size, rectangle)


def pieces_of(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
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
    except UNREADABLE_PART:
        fault = True
    if fault or n_read != part.file_size:
        raise damaged_workbook()
    yield rest


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(PIECE):
        yield chunk


def _up_to_tag_end(markup: bytes) -> tuple[bytes, bytes]:
    end = markup.rfind(b">") + 1
    return (markup, b"") if len(markup) - end > LONGEST_TAG else (markup[:end], markup[end:])


def _survey_of(name: str) -> Survey:
    if is_sheet_part(name):
        return _Worksheet()
    if is_sheet_part(name, ".bin"):
        return _BinarySheet()
    if name == SHARED_TEXTS:
        return SharedTexts()
    if name == OPEN_DOCUMENT:
        return OpenDocument()
    is_markup = name.endswith((".xml", ".rels")) and not name.startswith("META-INF/")
    return _Markup() if is_markup else Survey()


@dataclass
class Survey:
    """What is known of a part once it has gone by."""

    n_hidden: int = 0
    rectangle: int = 0
    n_shared_texts: int = 0
    """At least the cells whose text is a shared one."""
    is_malformed: bool = False
    unread: dict[tuple[int, int], str] = field(default_factory=dict)
    """The text of each cell without a value, by row and column from 0."""

    def add(self, piece: bytes) -> None:
        """Take in the next piece."""

    def finish(self) -> None:
        """Take in the end."""


class _Markup(Survey):
    """XML: well-formed or not. The spreadsheet library reads what it can of a broken sheet, in silence."""

    def __init__(self) -> None:
        super().__init__()
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = _refuse_entities
        self._n_parsed = 0

    def add(self, piece: bytes) -> None:
        self._parse(piece, is_last=False)

    def finish(self) -> None:
        self._parse(b"", is_last=True)

    def _parse(self, piece: bytes, *, is_last: bool) -> None:
        if self.is_malformed:
            return
        try:
            self._parser.Parse(piece, is_last)
            self._n_parsed += len(piece)
            refuse_long_tag(self._parser, self._n_parsed)
        except (expat.ExpatError, LookupError, ValueError):
            self.is_malformed = True


def _refuse_entities(*_declaration: object) -> None:
    raise FileRejected(
        Rejection.XML_ENTITIES,
        "the workbook declares XML entities, which no spreadsheet program does. Save it again from Excel and "
        "send it",
    )


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class SharedTexts(_Markup):
    """The texts that cells share."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths = Lengths()

    def add(self, piece: bytes) -> None:
        super().add(piece)
        self.lengths.add(piece)


class OpenDocument(_Markup):
    """All sheets of an OpenDocument spreadsheet, which must not repeat themselves without end."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets = found = Sheets()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = lambda name, given: found.begin(_local(name), given)
        self._parser.EndElementHandler = lambda name: found.end(_local(name))
        self._parser.CharacterDataHandler = found.text


class _BinarySheet(Survey):
    """A sheet of a binary workbook (.xlsb)."""

    def __init__(self) -> None:
        super().__init__()
        self._part = bytearray()

    def add(self, piece: bytes) -> None:
        self._part += piece

    def finish(self) -> None:
        try:
            self.unread = errors_of_xlsb_sheet(bytes(self._part))
        except PartDamaged:
            self.is_malformed = True
        self._part.clear()


class _Worksheet(_Markup):
    """A sheet: its hidden rows, and at most how large a rectangle its cells span."""

    def __init__(self) -> None:
        super().__init__()
        self._last_row = self._last_column = 0
        self.has_suspects = False

    def add(self, piece: bytes) -> None:
        super().add(piece)
        if not self.has_suspects and any(part in piece for part in _OF_SUSPECTS):
            self.has_suspects = _SUSPECT.search(piece) is not None
        self.n_shared_texts += sum(map(piece.count, _SHARED_TEXT))
        if b"hidden" in piece:
            self.n_hidden += len(_HIDDEN_ROW.findall(piece))
        if any(form in piece for form in _UNUSUAL_REFERENCES):
            columns, rows = _furthest(_ANY_REFERENCE.findall(piece))
        elif _FAR_REFERENCE.search(piece):
            columns, rows = _furthest(_REFERENCE.findall(piece))
        else:
            columns, rows = _NEAR
        self._last_row = max(self._last_row, rows)
        self._last_column = max(self._last_column, columns)
        self.rectangle = self._last_row * self._last_column


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
    for piece in pieces_of(package, part):
        tags = b"".join(_FILLED_CELL.findall(piece))
        columns, rows = _furthest(_ANY_REFERENCE.findall(tags))
        last_column, last_row = max(last_column, columns), max(last_row, rows)
    return last_column * last_row


def _unread_cells(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> dict[tuple[int, int], str]:
    """Cells that hold an error, or a formula without a saved value, with the text that the reader gives them."""
    found = _UnreadCells()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = found.begin
    parser.EndElementHandler = found.end
    parser.CharacterDataHandler = found.text
    for piece in pieces_of(package, part):
        parser.Parse(piece, False)
    return found.cells


class _UnreadCells:
    """Follows the cells of a sheet (ECMA-376 part 1, 18.3.1.4): `t` is the type, `f` the formula, `v` the saved value."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], str] = {}
        self._row = self._column = -1
        self._type: str | None = None
        self._has_formula = self._in_value = False
        self._value: str | None = None

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(" ")[2]:
            case "row":
                place = attributes.get("r", "")
                self._row = int(place) - 1 if _ROW.fullmatch(place) else self._row + 1
                self._column = -1
            case "c":
                self._column += 1
                if place := _CELL_REFERENCE.fullmatch(attributes.get("r", "")):
                    self._row, self._column = (
                        int(place[2]) - 1,
                        _column_number(place[1].encode()) - 1,
                    )
                self._type, self._value, self._has_formula = attributes.get("t"), None, False
            case "f":
                self._has_formula = True
            case "v" | "is":
                self._in_value, self._value = True, self._value or ""

    def text(self, text: str) -> None:
        # An error is a short text; of others it matters only that there is one.
        if self._in_value and len(self._value or "") < LONGEST_ERROR:
            self._value = f"{self._value or ''}{text}"

    def end(self, name: str) -> None:
        match name.rpartition(" ")[2]:
            case "v" | "is":
                self._in_value = False
            case "c":
                if self._type == "e":
                    self.cells[self._row, self._column] = (self._value or NOT_CALCULATED).strip()
                # A formula may have calculated an empty text, which Excel saves as that.
                elif self._has_formula and not (
                    self._value or (self._type == "str" and self._value == "")
                ):
                    self.cells[self._row, self._column] = NOT_CALCULATED


def is_sheet_part(path: str, ending: str = ".xml") -> bool:
    """Whether a part of the package is where sheets are kept."""
    return path.startswith(("xl/worksheets/", "xl/chartsheets/")) and path.endswith(ending)


def damaged_workbook() -> FileRejected:
    """The rejection of a workbook of which a part cannot be read as what it should be."""
    return FileRejected(
        Rejection.NOT_READABLE,
        "the workbook is damaged or was cut off. Open it in Excel, save it again as .xlsx and send it",
    )
