"""What every reader gives back: blocks of cells as received, notes, or a rejection.

No reading lives here, and no meaning: which table a block is, is decided by `recognise.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from orchestration.intake.names import Name

MEGABYTE = 1 << 20

Cell = str | int | float | bool | datetime | date | None


class Rejection(StrEnum):
    """Why a file (or one sheet of it) cannot be used."""

    NOT_A_FILE = "NOT_A_FILE"
    NOT_READABLE = "NOT_READABLE"
    EMPTY = "EMPTY"
    HTML = "HTML"
    PASSWORD = "PASSWORD"  # noqa: S105 - a reason code
    TOO_LARGE = "TOO_LARGE"
    ENCODING = "ENCODING"
    UNBALANCED_QUOTE = "UNBALANCED_QUOTE"
    TRUNCATED = "TRUNCATED"
    DUPLICATE_HEADING = "DUPLICATE_HEADING"
    XML_ENTITIES = "XML_ENTITIES"
    XML_MALFORMED = "XML_MALFORMED"
    UNKNOWN_XML = "UNKNOWN_XML"


class FileRejected(Exception):
    """A file or sheet that is not loaded. The message says what is wrong and what to do.

    It may hold row numbers, counts, offsets and names of the contract; never a value, nor a name that came with the file:
    `names` are listed after it. `headings`, where they could be read, tell which table the file would have been.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: Name | None = None,
        names: tuple[Name, ...] = (),
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.sheet = sheet
        self.row = row
        self.column = column
        self.names = names
        self.headings: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[object, ...]:
        """Let it cross from a worker process: the default would pass one argument instead of two."""
        return _restored, (self.code, self.message, {**vars(self)})


def _restored(code: str, message: str, told: dict[str, Any]) -> FileRejected:
    restored = FileRejected(code, message)
    vars(restored).update(told)
    return restored


@dataclass(frozen=True)
class Note:
    """Something that the file's owner should know, though the file was read. Never holds a value or a name that came with
    the file: `names` are listed after the message.
    """

    code: str
    message: str
    count: int = 0
    names: tuple[Name, ...] = ()


@dataclass(frozen=True)
class Block:
    """One rectangle of cells as received: a text file, a worksheet, a module of an XML return."""

    sheet: str | None  # worksheet or XML module; None for a text or Parquet file
    header_row: int  # 1-based row of the headings; 0 where the file has none
    headings: tuple[str, ...]  # empty when no line with known headings was found
    columns: tuple[Sequence[Cell], ...]  # one per heading, equally long
    row_numbers: Sequence[int]  # 1-based place of each row in the file, as an officer sees it
    notes: tuple[Note, ...] = ()
    overlong_rows: tuple[int, ...] = ()  # row numbers with values beyond the last heading
    rejected: FileRejected | None = None  # this sheet cannot be used, others of the file can
    counts_from_1904: bool = (
        False  # a number in a column of dates is one of days since 1904, not 1900
    )

    @classmethod
    def without_rows(
        cls,
        sheet: str | None,
        headings: tuple[str, ...] = (),
        header_row: int = 0,
        notes: tuple[Note, ...] = (),
        rejected: FileRejected | None = None,
    ) -> Block:
        """A block of which only the name, and perhaps the headings, can be said."""
        columns: tuple[Sequence[Cell], ...] = tuple(() for _ in headings)
        return cls(sheet, header_row, headings, columns, (), notes, rejected=rejected)


def duplicate_heading(
    names: Sequence[Name], sheet: str | None = None, row: int | None = None
) -> FileRejected:
    """The rejection of a table in which a heading occurs twice: nobody can say which column is meant."""
    return FileRejected(
        Rejection.DUPLICATE_HEADING,
        "more than one column has the same heading. Remove or rename all but one and send it again",
        sheet=sheet,
        row=row,
        column=names[0],
        names=tuple(names),
    )


def too_large(what: str) -> FileRejected:
    """The rejection of a file that would not fit in memory, before it is read."""
    return FileRejected(
        Rejection.TOO_LARGE, f"{what}. Send only the sheets and rows of the extract"
    )
