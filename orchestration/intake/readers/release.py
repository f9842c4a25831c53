"""A release of Explore Education Statistics as downloaded: a ZIP with its CSV files in a folder, one block for each.

A release holds a dozen files of up to hundreds of megabytes, of which one or two are wanted. The others, the files
that describe columns and the guidance are named and not read. Nothing is unpacked to disk.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath

from orchestration.intake.readers.block import MEGABYTE, Block, FileRejected, Rejection, too_large
from orchestration.intake.readers.bounds import refuse_expansion
from orchestration.intake.readers.delimited import read_delimited
from orchestration.intake.readers.survey import UNREADABLE_PART

# Whether headings are those of a file that is worth reading whole.
Wanted = Callable[[tuple[str, ...]], bool]

# What tells a workbook or another document, which is a ZIP of parts, too.
_DOCUMENT_PARTS = frozenset({"[Content_Types].xml", "mimetype"})
DESCRIBES_COLUMNS = ".meta.csv"
HEAD = 1 << 16
# Twenty times the files of the largest release known. Text needs about four times its size in memory.
MOST_FILES = 500
LARGEST_FILE = 512 * MEGABYTE
LARGEST_RATIO = 100
SMALL_FILE = 4 * MEGABYTE


def is_release(path: Path) -> bool:
    """Whether a ZIP is no document that a spreadsheet program has written."""
    try:
        with zipfile.ZipFile(path) as package:
            return _DOCUMENT_PARTS.isdisjoint(package.namelist())
    except UNREADABLE_PART:
        return False


def read_release(path: Path, known_headings: frozenset[str], wanted: Wanted) -> list[Block]:
    """A block for each file of the release, without rows where it is not wanted."""
    with zipfile.ZipFile(path) as package:
        parts = [part for part in package.infolist() if not _is_left_behind(part)]
        if not any(_is_data(part) for part in parts):
            raise FileRejected(
                Rejection.NOT_READABLE,
                "this ZIP archive holds no CSV file. Send the release as it is downloaded, or the file that is wanted",
            )
        if len(parts) > MOST_FILES:
            raise too_large(f"the ZIP archive holds more than {MOST_FILES} files")
        expanded = sum(part.file_size for part in parts)
        refuse_expansion("the ZIP archive", path.stat().st_size, 0, expanded)
        return [*_blocks(package, parts, known_headings, wanted)]


def _is_left_behind(part: zipfile.ZipInfo) -> bool:
    """A folder, or what a file manager leaves in an archive."""
    names = PurePosixPath(part.filename).parts
    return part.is_dir() or any(name.startswith((".", "__MACOSX")) for name in names)


def _is_data(part: zipfile.ZipInfo) -> bool:
    name = part.filename.lower()
    return name.endswith(".csv") and not name.endswith(DESCRIBES_COLUMNS)


def _blocks(
    package: zipfile.ZipFile,
    parts: list[zipfile.ZipInfo],
    known_headings: frozenset[str],
    wanted: Wanted,
) -> Iterator[Block]:
    for part in parts:
        block = Block.without_rows(part.filename)
        if _is_data(part):
            try:
                block = _block(package, part, known_headings, wanted)
            except FileRejected as rejected:
                block = replace(block, rejected=rejected)
        yield block


def _block(
    package: zipfile.ZipFile, part: zipfile.ZipInfo, known_headings: frozenset[str], wanted: Wanted
) -> Block:
    """The file's rows, if its headings are wanted; another file is looked at no further than its first lines."""
    _refuse_bomb(part)
    head = _read(package, part, HEAD)
    if not wanted(_headings(head, known_headings)):
        return Block.without_rows(part.filename)
    block = read_delimited(_read(package, part, part.file_size), known_headings)
    return replace(block, sheet=part.filename)


def _headings(head: bytes, known_headings: frozenset[str]) -> tuple[str, ...]:
    """The headings of a file by its first lines; the last may be cut off."""
    whole_lines = head[: head.rfind(b"\n") + 1] or head
    try:
        return read_delimited(whole_lines, known_headings).headings
    except FileRejected:
        return ()


def _refuse_bomb(part: zipfile.ZipInfo) -> None:
    if part.flag_bits & 1:
        raise FileRejected(
            Rejection.PASSWORD,
            "the file is protected by a password. Send the release as it is downloaded",
        )
    if part.file_size > LARGEST_FILE:
        raise too_large(f"the file expands to more than {LARGEST_FILE // MEGABYTE} MB")
    if part.file_size > max(SMALL_FILE, LARGEST_RATIO * part.compress_size):
        raise too_large(f"the file expands more than {LARGEST_RATIO} times")


def _read(package: zipfile.ZipFile, part: zipfile.ZipInfo, n_bytes: int) -> bytes:
    with suppress(*UNREADABLE_PART), package.open(part) as stream:
        return stream.read(n_bytes)
    raise FileRejected(
        Rejection.NOT_READABLE, "the file is damaged in its ZIP archive. Download the release again"
    )
