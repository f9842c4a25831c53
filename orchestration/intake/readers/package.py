"""What must be known about a workbook before a spreadsheet library opens it.

Workbooks are ZIP packages. What no library should be given is refused here (bombs, passwords, other
archives), and what cells do not show is noted (hidden rows, macros). One part at a time is looked at in
`survey.py`; cells are read in `sheets.py`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from orchestration.intake.readers.block import MEGABYTE, FileRejected, Note, Rejection, too_large
from orchestration.intake.readers.bounds import expands_too_far, refuse_expansion
from orchestration.intake.readers.error_cells import CellTexts, PartDamaged, sheets_of_xlsb
from orchestration.intake.readers.open_document import OPEN_DOCUMENT
from orchestration.intake.readers.shared_texts import SHARED_TEXTS
from orchestration.intake.readers.survey import (
    UNREADABLE_PART,
    OpenDocument,
    SharedTexts,
    Survey,
    damaged_workbook,
    pieces_of,
    survey_part,
)

# expectations/README.md, 'Files that are refused'. Small parts of plain XML reach higher ratios honestly.
LARGEST_EXPANDED = 1024 * MEGABYTE
LARGEST_RATIO = 100
SMALL_PART = 4 * MEGABYTE
# Others, which no spreadsheet program uses, ask for memory of their own.
USUAL_COMPRESSION = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_LEFT_OUT = (
    ("xl/vbaProject", "MACROS", "holds macros; they are not run"),
    ("xl/embeddings/", "EMBEDDED_FILES", "holds embedded files; they are ignored"),
    ("xl/externalLinks/", "EXTERNAL_LINKS", "links to other files; last saved values are read"),
)
ERRORS_NOT_SEEN = Note(
    "ERRORS_NOT_SEEN",
    "it cannot be seen which cells of this workbook (.xls) hold an error: they look like empty cells; save it as .xlsx",
    1,
)
FROM_1904 = Note("EPOCH_1904", "the workbook counts its days from 1904; its dates were read so", 1)


@dataclass(frozen=True)
class PackageFacts:
    """Facts by sheet, and of the whole."""

    hidden_rows: dict[str, int]
    damaged_sheets: frozenset[str]
    notes: tuple[Note, ...]
    unread_cells: dict[str, CellTexts] = field(default_factory=dict)
    """By sheet: cells with an error or a formula that was never calculated, by row and column from 0."""
    counts_from_1904: bool = False


def inspect_package(content: bytes) -> PackageFacts:
    """Refuse a workbook that must not be opened; otherwise say what its cells will not show."""
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except UNREADABLE_PART:
        package = None
    if package is None:
        raise damaged_workbook()
    with package:
        parts = [part for part in package.infolist() if not part.is_dir()]
        names = {part.filename for part in parts}
        _refuse_other_archives(package, names)
        _refuse_bombs(parts)
        surveys = {part.filename: survey_part(package, part) for part in parts}
        _refuse_multiplied_texts(package, parts, surveys)
        sheet_names = _sheet_names(package, names)
        from_1904 = _counts_from_1904(package)
    found = {sheet_names[path]: surveys[path] for path in names & sheet_names.keys()}
    return PackageFacts(
        hidden_rows={sheet: survey.n_hidden for sheet, survey in found.items()},
        damaged_sheets=frozenset(sheet for sheet, survey in found.items() if survey.is_malformed),
        notes=(*_notes(names), *([FROM_1904] if from_1904 else [])),
        unread_cells=_unread_cells(found, surveys.get(OPEN_DOCUMENT)),
        counts_from_1904=from_1904,
    )


def _unread_cells(sheets: dict[str, Survey], document: Survey | None) -> dict[str, CellTexts]:
    if isinstance(document, OpenDocument):
        return document.sheets.errors()
    return {sheet: survey.unread for sheet, survey in sheets.items() if survey.unread}


def _refuse_other_archives(package: zipfile.ZipFile, names: set[str]) -> None:
    is_office = "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)
    if is_office:
        return
    is_ods = ODS_TYPE in _small_part(package, "mimetype")
    if is_ods and b"encryption-data" in _small_part(package, "META-INF/manifest.xml"):
        raise password_protected()
    if not is_ods or "content.xml" not in names:
        raise FileRejected(
            Rejection.NOT_READABLE,
            "this is a ZIP archive or another kind of document, not a workbook. Unpack it and send the "
            "files, or save it as .xlsx or CSV",
        )


def password_protected() -> FileRejected:
    """The rejection of a workbook that nobody here can open."""
    return FileRejected(
        Rejection.PASSWORD,
        "the workbook is protected by a password. Remove the password (File, Info, Protect Workbook) "
        "and send it again",
    )


def _refuse_bombs(parts: list[zipfile.ZipInfo]) -> None:
    expanded = sum(part.file_size for part in parts)
    if expanded > LARGEST_EXPANDED:
        raise too_large(f"the workbook expands to more than {LARGEST_EXPANDED // MEGABYTE} MB")
    refuse_expansion("the workbook", sum(part.compress_size for part in parts), 0, expanded)
    for part in parts:
        if part.flag_bits & 1:
            raise password_protected()
        if part.compress_type not in USUAL_COMPRESSION:
            raise damaged_workbook()
        if part.file_size > max(SMALL_PART, LARGEST_RATIO * part.compress_size):
            raise too_large(f"a part of the workbook expands more than {LARGEST_RATIO} times")


def _refuse_multiplied_texts(
    package: zipfile.ZipFile, parts: list[zipfile.ZipInfo], surveys: dict[str, Survey]
) -> None:
    """Refuse a workbook whose cells would each get a copy of a long text."""
    shared = surveys.get(SHARED_TEXTS)
    if not isinstance(shared, SharedTexts):
        return
    size, lengths = sum(part.compress_size for part in parts), shared.lengths
    n_cells = sum(survey.n_shared_texts for survey in surveys.values())
    if not expands_too_far(size, n_cells, n_cells * max(lengths.known, default=0)):
        return
    sheets = [part for part in parts if surveys[part.filename].n_shared_texts]
    n_text = sum(lengths.of(pieces_of(package, part)) for part in sheets)
    refuse_expansion("the workbook", size, n_cells, n_text)


def _small_part(package: zipfile.ZipFile, name: str) -> bytes:
    try:
        with package.open(name) as stream:
            return stream.read(SMALL_PART)
    except (KeyError, *UNREADABLE_PART):
        return b""


def _sheet_names(package: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """Worksheet name of each part that holds one; nothing for a layout that is not the usual one."""
    part = next((part for part in ("xl/workbook.xml", "xl/workbook.bin") if part in names), "")
    relations = _parsed(_small_part(package, f"xl/_rels/{part.removeprefix('xl/')}.rels"))
    if relations is None:
        return {}
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    listed = _listed_sheets(_small_part(package, part), is_binary=part.endswith(".bin"))
    return {_absolute(targets.get(relation, "")): name for relation, name in listed}


def _listed_sheets(workbook: bytes, *, is_binary: bool) -> list[tuple[str | None, str]]:
    """Relation and name of each sheet."""
    if is_binary:
        try:
            return list(sheets_of_xlsb(workbook))
        except PartDamaged:
            raise damaged_workbook() from None
    parsed = _parsed(workbook)
    sheets = () if parsed is None else parsed.iter("{*}sheet")
    return [(_relationship_id(sheet), sheet.get("name", "")) for sheet in sheets]


def _counts_from_1904(package: zipfile.ZipFile) -> bool:
    """Whether a workbook counts its days from 1904, as those of old Macintosh computers do."""
    workbook = _parsed(_small_part(package, "xl/workbook.xml"))
    settings = () if workbook is None else workbook.iter("{*}workbookPr")
    return any(one.get("date1904") in ("1", "true", "on") for one in settings)


def _relationship_id(sheet: etree._Element) -> str | None:
    # Strict and transitional workbooks have it in different namespaces.
    return next((str(value) for name, value in sheet.items() if str(name).endswith("}id")), None)


def _absolute(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _parsed(markup: bytes) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(markup, parser)
    except etree.XMLSyntaxError:
        return None


def _notes(names: set[str]) -> Iterator[Note]:
    for prefix, code, message in _LEFT_OUT:
        count = sum(name.startswith(prefix) for name in names)
        if count:
            yield Note(code, f"the workbook {message}", count)
