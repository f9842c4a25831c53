"""Texts that the cells of a workbook share: how much they come to once each cell has its own copy.

An .xlsx stores each text once (ECMA-376 part 1, 18.4.9), and the spreadsheet library copies it into every cell that
refers to it. What is measured here is at least the text; markup inside it counts too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

SHARED_TEXTS = "xl/sharedStrings.xml"
_TEXT_BEGINS = re.compile(rb"<(?:\w+:)?si[\s/>]")
# A cell of type `s`, whose value is the place of its text.
_REFERENCE = re.compile(
    rb"""\st\s*=\s*["']s["'][^<>]*>\s*<(?:\w+:)?v(?:\s[^<>]*)?>\s*(\d{1,9})\s*<"""
)


@dataclass
class Lengths:
    """The length in bytes of each shared text, as the part goes by in pieces."""

    known: list[int] = field(default_factory=list)

    def add(self, piece: bytes) -> None:
        """Take in the next piece of the part."""
        rest, *begun = _TEXT_BEGINS.split(piece)
        if self.known:
            self.known[-1] += len(rest)
        self.known.extend(map(len, begun))

    def of(self, pieces: Iterable[bytes]) -> int:
        """Bytes of text in the cells of a sheet; the cells that the pieces of its part cut through do not count."""
        times: Counter[bytes] = Counter()
        for piece in pieces:
            times.update(_REFERENCE.findall(piece))
        return sum(
            self.known[int(place)] * count
            for place, count in times.items()
            if int(place) < len(self.known)
        )
