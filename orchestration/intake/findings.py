"""Messages of the taking-in to an owner: one finding per file, table, column and rule, never a value.

A finding is printed in one of two editions: with places for everybody, with the names that came with the file for officers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import TypeAdapter

from orchestration.intake.names import Name, Received, in_full

# The worst first: what is refused, what waits, rows that are not counted, the rest.
Severity = Literal["reject", "wait", "quarantine", "flag", "warn"]
SHOWN_ROWS = 5
MOST_NAMES = 12
LONGEST_NAME = 120


@dataclass(frozen=True)
class Finding:
    """One clear message: where (folder, file, sheet, rows, column), which rule, what to do."""

    rule: str
    severity: Severity
    message: str
    """Words of ours, with names of the contract at most."""
    remedy: str
    file: Name | tuple[Name, ...] | None = None
    sheet: Name | None = None
    table: str | None = None
    column: Name | None = None
    rows: tuple[int, ...] = ()
    n_rows: int = 0
    names: tuple[Name, ...] = ()
    """What the message is about, listed after it."""
    folder: str | None = None
    """<area>/<source>/<YYYY-MM>."""

    def placed(self, **where: Any) -> Finding:
        """The same finding with its folder, file, sheet or table filled in."""
        return replace(self, **where)

    @property
    def files(self) -> tuple[Name, ...]:
        if self.file is None:
            return ()
        return self.file if isinstance(self.file, tuple) else (self.file,)

    def text(self) -> str:
        """The message as one line with its place, as everybody may read it."""
        files = ", ".join(map(str, self.files))
        where = " of ".join(filter(None, (files, self.folder)))
        return self._text(where, str)

    def text_for_officers(self) -> str:
        """The same with the names that came with the file."""
        files = ", ".join(map(in_full, self.files))
        return self._text("/".join(filter(None, (self.folder, files))), in_full)

    def _text(self, file: str, said: Callable[[Name], str]) -> str:
        sheet = _labelled(self.sheet, "sheet {}", said)
        column = _labelled(self.column, "column {!r}", said)
        place = ", ".join(dict.fromkeys(filter(None, (file, sheet, self.table))))
        rows = _rows_text(self.rows, self.n_rows)
        where = ", ".join(filter(None, (place, column, rows)))
        names = listed(_labelled(name, "{!r}", said) for name in self.names)
        message = f"{self.message}: {names}" if names else self.message
        told = f"{message} [{self.rule}]. {self.remedy}".strip()
        return f"{where}: {told}" if where else told


def _labelled(name: Name | None, label: str, said: Callable[[Name], str]) -> str:
    """A name with the word for what it names, which one that came with a file brings along."""
    if name is None:
        return ""
    return said(name) if isinstance(name, Received) else label.format(name)


def listed(names: Iterable[str]) -> str:
    """Some names in a row, the rest of many as a number."""
    every = list(names)
    shown = ", ".join(name[:LONGEST_NAME] for name in every[:MOST_NAMES])
    more = len(every) - MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def split_message(message: str) -> tuple[str, str]:
    """A reader's message as what is wrong and what to do about it."""
    what, _, remedy = message.partition(". ")
    return what, remedy


def _rows_text(rows: Sequence[int], n_rows: int) -> str:
    if not n_rows:
        return ""
    shown = ", ".join(str(row) for row in rows[:SHOWN_ROWS])
    more = f" and {n_rows - SHOWN_ROWS} more" if n_rows > SHOWN_ROWS else ""
    return f"row {shown}" if n_rows == 1 else f"rows {shown}{more}"


_STORED = TypeAdapter(Finding)


def finding_from(stored: dict[str, Any]) -> Finding:
    """A finding as `dataclasses.asdict` and JSON have stored it."""
    return _STORED.validate_python(stored)
