"""Text files with one row a line: delimiter, quoting, and what damage looks like.

The parsing is the standard library's, in strict mode; this module decides what it is given and which of
its results are not to be believed. Encodings are in `text.py`; types and meaning do not live here.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from orchestration.intake.readers.block import (
    Block,
    Cell,
    FileRejected,
    Note,
    Rejection,
    duplicate_heading,
    too_large,
)
from orchestration.intake.readers.bounds import refuse_expansion
from orchestration.intake.readers.text import Text, decode_text
from orchestration.intake.tables.headings import HEADER_SEARCH_ROWS, HeaderLine, find_header

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = (",", ";", "\t", "|")
# Four times what a spreadsheet cell can hold: a longer cell is a quotation mark left open.
LONGEST_CELL = 131_072
LONGEST_LINE = 4 * LONGEST_CELL
# As many as a worksheet has (Microsoft, Excel specifications and limits, 2024).
MOST_COLUMNS = 16_384
# Small enough for the rows of a chunk to be freed before the garbage collector walks over them.
ROWS_PER_CHUNK = 500
# Repeated cells of a column share one object until it has shown this many different ones.
SHARED_CELLS_PER_COLUMN = 20_000
# Delimiters inside one cell before it is taken for lines that an open quotation mark swallowed.
FEWEST_SWALLOWED_DELIMITERS = 6
_LINE_END = re.compile(r"\r\n|\r|\n")


def read_delimited(content: bytes, known_headings: frozenset[str]) -> Block:
    """The rows of a text file, whatever its encoding, delimiter and line ends.

    A file of which the rows cannot be read is rejected with its headings: they tell which table is not there.
    """
    try:
        text = decode_text(content)
    except FileRejected as rejected:
        rejected.headings = _legible_headings(content, known_headings)
        raise
    found = _find_header(text, known_headings)
    if found is None:
        return Block.without_rows(None, notes=text.notes)
    delimiter, header = found
    _refuse_wide(text, header)
    try:
        return _read_table(text, delimiter, header, known_headings)
    except FileRejected as rejected:
        rejected.headings = header.headings
        raise


def _read_table(
    text: Text, delimiter: str, header: HeaderLine, known_headings: frozenset[str]
) -> Block:
    if twice := header.duplicates(known_headings):
        raise duplicate_heading(twice, row=header.row)
    rows = _Rows(header, delimiter)
    _read_rows(text, rows)
    _refuse_cut_off_line(text, rows)
    return Block(
        sheet=None,
        header_row=header.row,
        headings=header.headings,
        columns=tuple(rows.columns[place] for place in header.places),
        row_numbers=rows.row_numbers(),
        notes=text.notes + rows.notes(),
        overlong_rows=tuple(rows.overlong),
    )


# ---------------------------------------------------------------- headings


def _parse(text: Text, delimiter: str) -> Reader:
    csv.field_size_limit(LONGEST_CELL)
    return csv.reader(_lines(text), delimiter=delimiter, strict=True)


def _lines(text: Text) -> Iterator[str]:
    for line in text.lines():
        if len(line) > LONGEST_LINE:
            raise too_large(f"a line of the file has more than {LONGEST_LINE:,} characters")
        yield line


def _refuse_wide(text: Text, header: HeaderLine) -> None:
    """Refuse a table with more columns than any has, or whose rows have far fewer cells than there are headings."""
    if header.width > MOST_COLUMNS:
        raise too_large(f"the table has more than {MOST_COLUMNS:,} columns")
    n_rows = max(text.content.count(end) for end in (b"\n", b"\r"))
    refuse_expansion("the text file", len(text.content), n_rows * header.width)


def _find_header(text: Text, known_headings: frozenset[str]) -> tuple[str, HeaderLine] | None:
    """The delimiter under which most headings are known; of equals, the first of DELIMITERS."""
    best: tuple[str, HeaderLine] | None = None
    for delimiter in DELIMITERS:
        header = find_header(_first_rows(text, delimiter), known_headings)
        if header is not None and (best is None or header.hits > best[1].hits):
            best = delimiter, header
    return best


def _legible_headings(content: bytes, known_headings: frozenset[str]) -> tuple[str, ...]:
    """The headings of a file that is no text further down, if they are there letter by letter."""
    with suppress(FileRejected):
        if found := _find_header(Text(content, "latin-1"), known_headings):
            return found[1].headings
    return ()


def _first_rows(text: Text, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in islice(_parse(text, delimiter), HEADER_SEARCH_ROWS):
            rows.append(row)  # noqa: PERF402 - keeps the rows before a fault
    except csv.Error:
        # The wrong delimiter, or a fault that reading the whole file will report with its row.
        return rows
    return rows


# ---------------------------------------------------------------- rows


@dataclass
class _Rows:
    """The columns as they grow, and what was met on the way."""

    header: HeaderLine
    delimiter: str
    last_row: int = field(init=False)
    columns: list[list[Cell]] = field(init=False)
    blank: set[int] = field(default_factory=set)
    overlong: list[int] = field(default_factory=list)
    n_short: int = 0
    last_row_is_short: bool = False

    def __post_init__(self) -> None:
        self.last_row = self.header.row
        self.columns = [[] for _ in range(self.header.width)]
        # An empty cell is no value: the memory of cells already met says so from the start.
        self._met: list[dict[str, Cell]] = [{"": None} for _ in self.columns]

    def add(self, chunk: list[list[str]]) -> None:
        first = self.last_row + 1
        self.last_row += len(chunk)
        self.last_row_is_short = len(chunk[-1]) < self.header.width and not _is_blank(chunk[-1])
        numbers: Sequence[int] = range(first, first + len(chunk))
        if blank := [place for place, row in enumerate(chunk) if _is_blank(row)]:
            self.blank.update(numbers[place] for place in blank)
            filled = sorted(set(range(len(chunk))).difference(blank))
            numbers, chunk = (
                [numbers[place] for place in filled],
                [chunk[place] for place in filled],
            )
        if not chunk:
            return
        if {len(row) for row in chunk} != {self.header.width}:
            chunk = [self._fitted(row, number) for number, row in zip(numbers, chunk, strict=True)]
        self._extend(chunk)

    def _fitted(self, row: list[str], number: int) -> list[str]:
        missing = self.header.width - len(row)
        if missing > 0:
            self.n_short += 1
            return row + [""] * missing
        if any(cell.strip() for cell in row[self.header.width :]):
            self.overlong.append(number)
        return row[: self.header.width]

    def _extend(self, chunk: list[list[str]]) -> None:
        for column, cells, met in zip(
            self.columns, zip(*chunk, strict=True), self._met, strict=True
        ):
            if len(met) < SHARED_CELLS_PER_COLUMN:
                column.extend(map(met.setdefault, cells, cells))
            else:
                column.extend([cell or None for cell in cells])

    def row_numbers(self) -> Sequence[int]:
        numbers = range(self.header.row + 1, self.last_row + 1)
        return [number for number in numbers if number not in self.blank] if self.blank else numbers

    def notes(self) -> tuple[Note, ...]:
        found: list[Note] = []
        if self.n_short:
            message = (
                f"{self.n_short} rows have fewer cells than there are headings; "
                "the missing cells are read as empty"
            )
            found.append(Note("SHORT_ROWS", message, self.n_short))
        n_unnamed = sum(
            any(cell is not None for cell in column)
            for place, column in enumerate(self.columns)
            if place not in self.header.places
        )
        if n_unnamed:
            message = f"{n_unnamed} columns hold values but have no heading; they are left out"
            found.append(Note("UNNAMED_COLUMNS", message, n_unnamed))
        return tuple(found)


def _is_blank(row: list[str]) -> bool:
    return not row or not (row[0].strip() or "".join(row).strip())


def _read_rows(text: Text, rows: _Rows) -> None:
    reader = _parse(text, rows.delimiter)
    broken = False
    try:
        for _ in islice(reader, rows.header.row):
            pass
        n_lines = reader.line_num
        while chunk := list(islice(reader, ROWS_PER_CHUNK)):
            if reader.line_num - n_lines > len(chunk):
                _refuse_swallowed_lines(chunk, rows)
            n_lines = reader.line_num
            rows.add(chunk)
    except csv.Error:
        broken = True
    if broken:
        # Raised outside the handler: the parser's own error would travel along otherwise.
        raise _unbalanced_quote(_row_of_fault(text, rows.delimiter))


def _row_of_fault(text: Text, delimiter: str) -> int:
    n_rows = 0
    try:
        for _ in _parse(text, delimiter):
            n_rows += 1
    except csv.Error:
        return n_rows + 1
    return n_rows


def _unbalanced_quote(row: int) -> FileRejected:
    return FileRejected(
        Rejection.UNBALANCED_QUOTE,
        f"a cell in row {row} opens a quotation mark that is never closed properly, so the rows after "
        "it cannot be separated. Close or double that quotation mark (or send the whole file, if it "
        "was cut off)",
        row=row,
    )


def _refuse_swallowed_lines(chunk: list[list[str]], rows: _Rows) -> None:
    for place, row in enumerate(chunk):
        if _holds_swallowed_lines(row, len(rows.header.cells), rows.delimiter):
            raise _unbalanced_quote(rows.last_row + 1 + place)


def _holds_swallowed_lines(row: list[str], n_cells: int, delimiter: str) -> bool:
    """Whether a cell of the row is the rest of one line, whole lines, and the start of another.

    Two stray quotation marks, rows apart, balance each other and hide the lines between them in one
    cell. Each such line has the header's number of delimiters; lines of an honest note do not.
    """
    for place, cell in enumerate(row):
        first, *inner = (line.count(delimiter) for line in _LINE_END.split(cell))
        if not inner:
            continue
        last = inner.pop()
        if (
            first == n_cells - 1 - place
            and all(count == n_cells - 1 for count in inner)
            and len(row) == place + n_cells - last
            and first + sum(inner) + last >= FEWEST_SWALLOWED_DELIMITERS
        ):
            return True
    return False


def _refuse_cut_off_line(text: Text, rows: _Rows) -> None:
    if rows.last_row_is_short and not text.ends_with_a_line_end:
        raise FileRejected(
            Rejection.TRUNCATED,
            f"the last line (row {rows.last_row}) breaks off before its last column: the file was cut "
            "off. Send it again",
            row=rows.last_row,
        )
