"""Headings: how they are compared, and how the line that holds them is found.

Which headings a table must have does not live here: that is the contract of its source.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

# Title rows above the headings are allowed; a table that begins further down is not recognised.
HEADER_SEARCH_ROWS = 15
ENOUGH_HITS = 2

# Before NFKC, which would turn an acute accent that is meant as an apostrophe into two characters.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u00ad"),
        "_": " ",
    }
)
_BLANKS = re.compile(r"\s+")
_TRAILING_MARKS = " ?:.*"
_OUTER_BLANKS = re.compile(r"^[\s\ufeff\u200b]+|[\s\ufeff\u200b]+$")


_POSSESSIVE = re.compile(r"^(?i:(?:the )?(?:child|young person|pupil)'?s)(?= |[A-Z][a-z])")
_NO_WORD = re.compile(r"[\W_]+")


def normalise_heading(text: str) -> str:
    """The form in which headings are compared: without capitals, blanks, marks and a leading possessive."""
    plain = plain_heading(text)
    return (_NO_WORD.sub("", _POSSESSIVE.sub("", plain)) or plain).lower()


def plain_text(text: str) -> str:
    """The form in which texts of codes are compared, whatever the supplier's typography."""
    return plain_heading(text).lower()


def plain_heading(text: str) -> str:
    """The same, capitals kept: another typography is nobody's concern, another spelling may be."""
    plain = unicodedata.normalize("NFKC", text.translate(_PLAIN))
    return _BLANKS.sub(" ", plain).strip().rstrip(_TRAILING_MARKS)


@dataclass(frozen=True)
class HeaderLine:
    """The line with the headings: its 1-based row and its cells, unnamed ones included."""

    row: int
    cells: tuple[str, ...]
    hits: int

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Positions of the named columns."""
        return tuple(place for place, cell in enumerate(self.cells) if cell)

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """The names, as received but for surrounding blanks."""
        return tuple(self.cells[place] for place in self.places)

    @property
    def width(self) -> int:
        """Number of columns up to the last named one."""
        return self.places[-1] + 1

    def duplicates(self, known_headings: frozenset[str]) -> list[str]:
        """Known headings that are in the line more than once, in the first spelling.

        A column that nobody reads may be there as often as it likes: the closeness of each neighbour
        does, ten times, in DfE's workbook of statistical neighbours.
        """
        return [
            heading
            for heading in duplicate_headings(self.headings)
            if normalise_heading(heading) in known_headings
        ]


def duplicate_headings(headings: Iterable[str]) -> list[str]:
    """Headings that are equal to an earlier one once normalised, each named once."""
    first_spelling: dict[str, str] = {}
    times: Counter[str] = Counter()
    for heading in headings:
        name = normalise_heading(heading)
        first_spelling.setdefault(name, heading)
        times[name] += 1
    return [first_spelling[name] for name, count in times.items() if count > 1]


def find_header(
    rows: Iterable[Sequence[object]], known_headings: frozenset[str]
) -> HeaderLine | None:
    """The row with the most known headings, the first of equals; none when no row has enough."""
    best: HeaderLine | None = None
    for number, row in enumerate(rows, start=1):
        cells = tuple("" if cell is None else _OUTER_BLANKS.sub("", str(cell)) for cell in row)
        names = [normalise_heading(cell) for cell in cells if cell]
        hits = len(known_headings.intersection(names))
        enough = hits >= ENOUGH_HITS or 0 < len(names) <= 2 * hits
        if enough and (best is None or hits > best.hits):
            best = HeaderLine(number, cells, hits)
    return best
