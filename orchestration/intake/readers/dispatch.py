"""Which reader a file is for, by its first bytes. The formats themselves are read in the other modules here."""

from __future__ import annotations

import stat
from enum import StrEnum
from pathlib import Path

from orchestration.intake.readers.block import MEGABYTE, Block, FileRejected, Rejection, too_large
from orchestration.intake.readers.cin_xml import read_cin_census
from orchestration.intake.readers.columnar import PARQUET_MAGIC, read_parquet
from orchestration.intake.readers.delimited import read_delimited
from orchestration.intake.readers.markup import (
    html_page,
    is_html,
    is_markup,
    opening_text,
    root_element,
)
from orchestration.intake.readers.nccis_xml import TOLD_BY, read_nccis
from orchestration.intake.readers.release import Wanted, is_release, read_release
from orchestration.intake.readers.sen2_xml import REQUEST_ID, read_sen2
from orchestration.intake.readers.ssda903_xml import ROOT as SSDA903_ROOT
from orchestration.intake.readers.ssda903_xml import read_ssda903
from orchestration.intake.readers.workbook import OLE_MAGIC, ZIP_MAGIC, read_workbook

HEAD = 4096


class Kind(StrEnum):
    """What a file is, in the words of a message."""

    WORKBOOK = "workbook"
    PARQUET = "Parquet file"
    XML = "XML file"
    TEXT = "text file"


# Ten times the largest extracts known, and what still fits in memory with the rest of a run: text needs
# about four times its size.
LARGEST = {
    Kind.WORKBOOK: 256 * MEGABYTE,
    Kind.PARQUET: 256 * MEGABYTE,
    Kind.XML: 1024 * MEGABYTE,
    Kind.TEXT: 512 * MEGABYTE,
}


def read_file(
    path: Path, known_headings: frozenset[str], wanted: Wanted | None = None
) -> list[Block]:
    """Every table-like block of a file, or FileRejected.

    `known_headings` are the normalised headings of the source's contract; they find the header line and
    the delimiter, and say nothing about which headings must be there. `wanted` is given where a release of many
    files may come as a ZIP, and says which of them are read.
    """
    size, kind = _size_of_regular_file(path), kind_of(path)
    _refuse_larger(size, LARGEST[kind])
    match kind:
        case Kind.WORKBOOK if wanted is not None and is_release(path):
            return read_release(path, known_headings, wanted)
        case Kind.WORKBOOK:
            return read_workbook(path.read_bytes(), known_headings)
        case Kind.PARQUET:
            return [read_parquet(path.read_bytes())]
        case Kind.XML:
            return _read_markup(path, known_headings)
        case Kind.TEXT:
            return [read_delimited(path.read_bytes(), known_headings)]


def kind_of(path: Path) -> Kind:
    """What a file is by its first bytes; web pages count as XML, and what is nothing known as text."""
    head = _head(path)
    if head.startswith((ZIP_MAGIC, OLE_MAGIC)):
        return Kind.WORKBOOK
    if head.startswith(PARQUET_MAGIC):
        return Kind.PARQUET
    opening = opening_text(head)
    return Kind.XML if is_markup(opening) or is_html(opening) else Kind.TEXT


def takes_too_much(*paths: Path) -> FileRejected:
    """The rejection of files that ended the process which read them."""
    kinds = " and ".join(dict.fromkeys(f"the {kind_of(path)}" for path in paths))
    return too_large(
        f"reading {kinds} had to be given up: damaged, or in need of far more memory or time than the size calls for"
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(HEAD)


def _read_markup(path: Path, known_headings: frozenset[str]) -> list[Block]:
    if is_html(opening_text(_head(path))):
        raise html_page()
    # Which return it is, the source's contract knows, else its root element tells.
    if REQUEST_ID in known_headings:
        return read_sen2(path)
    if TOLD_BY in known_headings:
        return read_nccis(path)
    root = root_element(path)
    return read_ssda903(path) if root == SSDA903_ROOT else read_cin_census(path)


def _size_of_regular_file(path: Path) -> int:
    """Size of the file; a link, a device or a pipe could lead anywhere, or never end."""
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise FileRejected(
            Rejection.NOT_A_FILE,
            "this is a link, a folder or a device, not a file. Put the file itself into the folder",
        )
    return found.st_size


def _refuse_larger(size: int, largest: int) -> None:
    if size > largest:
        raise too_large(f"the file has {size // MEGABYTE:,} MB, more than {largest // MEGABYTE:,}")
