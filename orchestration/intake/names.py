"""Names that came with a file: its own, and those of its sheets, columns and elements. Any may be a child's.

What everybody reads (published tables, logs, Dagster, `cypp status --json`) gives the place instead, so a name shows as
its place unless it is asked for in full. Names of a contract are ours: they are plain text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Kind = Literal["file", "folder", "sheet", "column", "root element", "element", "line"]
SAID_ALONE = frozenset({"file", "folder", "line"})


@dataclass(frozen=True)
class Received:
    """A name, and the place that is said instead: its number in the order of its kind.

    Files and folders are counted in the order of their names in their folder, sheets and columns from the left (columns
    as far as they have a heading), elements by the line of the file where the first one is, lines from the top. A file
    has one root element, which needs no number.
    """

    kind: Kind
    number: int | None
    name: str | None = field(default=None, repr=False)
    """None where it has been left out, which is everywhere but in `restricted/`."""

    def __str__(self) -> str:
        """The place, which everybody may read."""
        if self.number is None:
            return self.kind
        return f"{self.kind} {'in line ' if self.kind == 'element' else ''}{self.number}"

    def in_full(self) -> str:
        """The name, for officers."""
        if self.name is None:
            return str(self)
        if self.kind in SAID_ALONE:
            return self.name
        return f"{self.kind} {self.name if self.kind == 'sheet' else repr(self.name)}"


Name = str | Received


def in_full(name: Name) -> str:
    """A name as officers read it."""
    return name.in_full() if isinstance(name, Received) else name


def shown_name(name: str) -> str:
    """A file's name fit for a message: any file system name, also one that is no proper text."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name
    )


def files_named(paths: Iterable[Path]) -> dict[Path, Received]:
    """The names of the files of a submission, by path; `paths` in the order of their names."""
    return {
        path: Received("file", number, shown_name(path.name))
        for number, path in enumerate(paths, start=1)
    }
