"""Which reader a file is for, by its first bytes. The formats themselves are read in the modules beside."""

from __future__ import annotations

import stat
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
from orchestration.intake.readers.sen2_xml import REQUEST_ID, read_sen2
from orchestration.intake.readers.ssda903_xml import ROOT as SSDA903_ROOT
from orchestration.intake.readers.ssda903_xml import read_ssda903
from orchestration.intake.readers.workbook import OLE_MAGIC, ZIP_MAGIC, read_workbook

HEAD = 4096
# Ten times the largest extracts known, and what still fits in memory beside the rest of a run: text needs
# about four times its size.
LARGEST_TEXT = 512 * MEGABYTE
LARGEST_WORKBOOK = 256 * MEGABYTE
LARGEST_XML = 1024 * MEGABYTE


def read_file(path: Path, known_headings: frozenset[str]) -> list[Block]:
    """Every table-like block of a file, or FileRejected.

    `known_headings` are the normalised headings of the source's contract; they find the header line and
    the delimiter, and say nothing about which headings must be there.
    """
    size = _size_of_regular_file(path)
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if head.startswith((ZIP_MAGIC, OLE_MAGIC)):
        _refuse_larger(size, LARGEST_WORKBOOK)
        return read_workbook(path.read_bytes(), known_headings)
    if head.startswith(PARQUET_MAGIC):
        _refuse_larger(size, LARGEST_WORKBOOK)
        return [read_parquet(path.read_bytes())]
    opening = opening_text(head)
    if is_html(opening):
        raise html_page()
    if is_markup(opening):
        _refuse_larger(size, LARGEST_XML)
        if REQUEST_ID in known_headings:
            return read_sen2(path)
        root = root_element(path)
        return read_ssda903(path) if root == SSDA903_ROOT else read_cin_census(path)
    _refuse_larger(size, LARGEST_TEXT)
    return [read_delimited(path.read_bytes(), known_headings)]


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
