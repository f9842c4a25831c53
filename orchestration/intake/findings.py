"""What the taking-in has to tell an owner: one finding per file, table, column and rule, never a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import TypeAdapter

# The worst first: what is refused, what waits, rows that are not counted, the rest.
Severity = Literal["reject", "wait", "quarantine", "flag", "warn"]
SHOWN_ROWS = 5


@dataclass(frozen=True)
class Finding:
    """One clear message: where (file, sheet, rows, column), which rule, what to do."""

    rule: str
    severity: Severity
    message: str
    remedy: str
    file: str | None = None
    sheet: str | None = None
    table: str | None = None
    column: str | None = None
    rows: tuple[int, ...] = ()
    n_rows: int = 0

    def placed(self, **where: Any) -> Finding:
        """The same finding with its file, sheet or table filled in."""
        return replace(self, **where)

    def text(self) -> str:
        """The message as one line, with its place."""
        parts = [self.file or "", f"sheet {self.sheet}" if self.sheet else "", self.table or ""]
        place = ", ".join(dict.fromkeys(part for part in parts if part))
        column = f"column '{self.column}'" if self.column else ""
        rows = _rows_text(self.rows, self.n_rows)
        where = ", ".join(part for part in (place, column, rows) if part)
        return f"{where + ': ' if where else ''}{self.message} [{self.rule}]. {self.remedy}".strip()


def split_message(message: str) -> tuple[str, str]:
    """A reader's message as what is wrong and what to do about it."""
    what, _, remedy = message.partition(". ")
    return what, remedy


def shown_name(name: str) -> str:
    """A file's name fit for a message: any file system name, also one that is no proper text."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name
    )


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
