"""A copy of an extract's file without the rows of one child: text, Excel workbooks (.xlsx) and returns in XML.

Rows are found as the taking-in finds them, by the columns of the contract that hold identifiers of people; the rest of
the file stays as it is. A file of another kind, or one that names the child elsewhere too, is never guessed at.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lxml import etree

from expectations.contract import IDENTIFIER_TYPES, Contract
from orchestration.intake.readers import Block, FileRejected
from orchestration.intake.readers.block import Cell
from orchestration.intake.readers.delimited import DELIMITERS, read_delimited
from orchestration.intake.readers.dispatch import Kind, kind_of
from orchestration.intake.readers.text import decode_text
from orchestration.intake.readers.workbook import ZIP_MAGIC, read_workbook
from orchestration.intake.tables.cells import is_null, parse_identifier
from orchestration.intake.tables.headings import normalise_heading

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

OF_PEOPLE = IDENTIFIER_TYPES - {"record_id", "compared"} | {"upn"}
# The element with all that a return says about one person (`readers/cin_xml.py` and its kin).
RECORDS = ("Child", "CHILD", "Person", "YoungPersonsRecord")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
SHARED_STRINGS = "xl/sharedStrings.xml"
LONG_ENOUGH = 5


class NotRedacted(Exception):
    """The rows cannot be taken out of a file; the message says why, without a name that came with it."""


@dataclass(frozen=True)
class Sought:
    """The child: its identifiers, the headings under which one may be, and all headings of the contract."""

    identifiers: frozenset[str]
    id_headings: frozenset[str]
    known_headings: frozenset[str]

    @cached_property
    def _as_a_word(self) -> re.Pattern[str]:
        # A short number may be anything.
        told = [one for one in self.identifiers if not one.isdecimal() or len(one) >= LONG_ENOUGH]
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, told)) or '(?!)'})(?!\w)", re.I)

    def is_in(self, text: str) -> bool:
        """Whether a text holds one of the identifiers as a word."""
        return self._as_a_word.search(text) is not None

    def is_named_by(self, cell: Cell) -> bool:
        """Whether a cell under such a heading holds one of the identifiers."""
        return not is_null(cell) and parse_identifier(cell) in self.identifiers


def sought_in(contract: Contract, identifiers: frozenset[str]) -> Sought:
    """What to look for in the files of a source."""
    of_people = (
        name
        for table in contract.tables.values()
        for column in table.columns.values()
        if column.type in OF_PEOPLE
        for name in column.names
    )
    return Sought(
        identifiers,
        frozenset(map(normalise_heading, of_people)),
        frozenset(map(normalise_heading, contract.headings())),
    )


def without_child(path: Path, sought: Sought) -> bytes | None:
    """The content of a file without the child's rows; None where it does not name it.

    Empty where the file cannot be read, or is no table and names the child: it counts for nothing, and may hold anything.
    Raises NotRedacted.
    """
    content, kind = path.read_bytes(), kind_of(path)
    try:
        match kind:
            case Kind.TEXT:
                return _text(content, sought)
            case Kind.XML:
                return _markup(content, sought)
            case Kind.WORKBOOK:
                return _workbook(content, sought)
    except (FileRejected, etree.XMLSyntaxError, csv.Error):
        return b""
    raise NotRedacted(f"a {kind} cannot be written anew")


def _rows(block: Block, sought: Sought) -> set[int]:
    """The numbers of the rows that name the child."""
    return {
        number
        for heading, column in zip(block.headings, block.columns, strict=True)
        if normalise_heading(heading) in sought.id_headings
        for number, cell in zip(block.row_numbers, column, strict=True)
        if sought.is_named_by(cell)
    }


# ---------------------------------------------------------------- text


def _text(content: bytes, sought: Sought) -> bytes | None:
    block = read_delimited(content, sought.known_headings)
    if not block.headings:
        return b"" if sought.is_in(decode_text(content).lines().read()) else None
    gone = _rows(block, sought)
    delimiter, rows = _parsed(content, block)
    target = io.StringIO(newline="")
    kept = (row for number, row in enumerate(rows, start=1) if number not in gone)
    csv.writer(target, delimiter=delimiter).writerows(kept)
    if sought.is_in(target.getvalue()):
        raise NotRedacted("a text file names the child outside of its columns of identifiers")
    return target.getvalue().encode("utf-8") if gone else None


def _parsed(content: bytes, block: Block) -> tuple[str, list[list[str]]]:
    """The delimiter under which the headings are where the reader found them, and the rows."""
    wanted = set(map(normalise_heading, block.headings))
    for delimiter in DELIMITERS:
        rows = list(csv.reader(decode_text(content).lines(), delimiter=delimiter))
        if len(rows) >= block.header_row and wanted <= set(
            map(normalise_heading, rows[block.header_row - 1])
        ):
            return delimiter, rows
    raise NotRedacted("a text file's rows cannot be separated")


# ---------------------------------------------------------------- XML


def _markup(content: bytes, sought: Sought) -> bytes | None:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    root = etree.fromstring(content, parser)
    records = [
        one for one in root.iter(*(f"{{*}}{name}" for name in RECORDS)) if _names(one, sought)
    ]
    for record in records:
        parent = record.getparent()
        if parent is not None:
            parent.remove(record)
    if _names(root, sought) or any(sought.is_in(str(text)) for text in root.itertext()):
        raise NotRedacted("an XML file names the child outside of the elements about children")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") if records else None


def _names(element: Element, sought: Sought) -> bool:
    """Whether the child is in an element of identifiers in it."""
    return any(
        normalise_heading(etree.QName(one).localname) in sought.id_headings
        and sought.is_named_by(one.text)
        for one in element.iter(etree.Element)
    )


# ---------------------------------------------------------------- workbooks


def _workbook(content: bytes, sought: Sought) -> bytes | None:
    gone = {
        block.sheet: rows
        for block in read_workbook(content, sought.known_headings)
        if (rows := _rows(block, sought))
    }
    if not content.startswith(ZIP_MAGIC):
        raise NotRedacted("a workbook that is no .xlsx cannot be written anew")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {info: package.read(info) for info in package.infolist()}
    if not any(info.filename == "xl/workbook.xml" for info in parts):
        raise NotRedacted("a workbook that is no .xlsx cannot be written anew")
    by_name = {info.filename: part for info, part in parts.items()}
    sheets = dict(_sheet_parts(by_name))
    by_name |= {
        sheets[name]: _without_rows(by_name[sheets[name]], rows)
        for name, rows in gone.items()
        if name
    }
    if SHARED_STRINGS in by_name:
        by_name[SHARED_STRINGS] = _used_strings(by_name, list(sheets.values()))
    _refuse_other_mentions(by_name, sought)
    if not gone:
        return None
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as fresh:
        for info in parts:
            fresh.writestr(
                zipfile.ZipInfo(info.filename), by_name[info.filename], zipfile.ZIP_DEFLATED
            )
    return target.getvalue()


def _parsed_part(part: bytes) -> Element:
    return etree.fromstring(
        part, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    )


def _sheet_parts(parts: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """By the name of a worksheet the part that it is in."""
    links = _parsed_part(parts["xl/_rels/workbook.xml.rels"])
    targets = {link.get("Id"): str(link.get("Target")) for link in links}
    for sheet in _parsed_part(parts["xl/workbook.xml"]).iter(f"{MAIN}sheet"):
        place = PurePosixPath("/xl") / targets[sheet.get(f"{OFFICE}id")]
        yield str(sheet.get("name")), place.as_posix().removeprefix("/")


def _without_rows(part: bytes, rows: set[int]) -> bytes:
    """A worksheet whose rows of these numbers are empty; the others keep their numbers."""
    sheet = _parsed_part(part)
    for row in sheet.iter(f"{MAIN}row"):
        if int(row.get("r", "0")) in rows:
            for cell in list(row):
                row.remove(cell)
    return etree.tostring(sheet, xml_declaration=True, encoding="UTF-8", standalone=True)


def _used_strings(parts: dict[str, bytes], sheets: list[str]) -> bytes:
    """The shared strings, empty where no cell shows them any more."""
    used = {
        int(cell.findtext(f"{MAIN}v") or -1)
        for name in sheets
        for cell in _parsed_part(parts[name]).iter(f"{MAIN}c")
        if cell.get("t") == "s"
    }
    strings = _parsed_part(parts[SHARED_STRINGS])
    for number, string in enumerate(strings.findall(f"{MAIN}si")):
        if number not in used:
            for child in list(string):
                string.remove(child)
            etree.SubElement(string, f"{MAIN}t")
    return etree.tostring(strings, xml_declaration=True, encoding="UTF-8", standalone=True)


def _refuse_other_mentions(parts: dict[str, bytes], sought: Sought) -> None:
    """Raise NotRedacted where the child is named outside of the rows of its lists, in a comment or a note, say."""
    for name, part in parts.items():
        if name.endswith((".xml", ".vml")) and any(
            sought.is_in(str(text)) for text in _parsed_part(part).itertext()
        ):
            raise NotRedacted("a workbook names the child outside of the rows of its lists")
