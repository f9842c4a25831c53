"""What the cases of rules are made of: rows of a typed table as few columns as a rule reads."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
# One row, or several of one submission of which the first is judged.
Rows = Row | list[Row]


def span(start: str, end: str | None, end_column: str = "end_date", **columns: Any) -> Row:
    """An interval of one child of one submission."""
    known = {"submission_id": "s", "child_key": "a", "start_date": start, end_column: end}
    return {**known, **columns}
