"""The form for what owners say of indicators: those off target, worse or held, what was said last, and what is asked.

What comes back is read as the source `plan_updates` (its contract's `form`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.owners.forms.sheet import FormSheet, write_sheet
from orchestration.registry.indicators import Indicator
from orchestration.reports.content.board import Board, LinkedIndicator
from orchestration.reports.content.front import OFF_TARGET
from orchestration.reports.media.accessible_book import AccessibleBook

SOURCE, TABLE = "plan_updates", "comments"
WHOSE = "Indicators"
# Of what the committee asks why, and what is being done.
SAID = (*OFF_TARGET, "worse", "held")
WIDTHS = {
    "Measure number": 32, "Measure": 50, "Owner": 30, "Value": 14, "State": 30, "Last comment": 50,
    "What is being done": 70, "Supplied by": 28, "Released for the public by": 28,
}  # fmt: skip
NOTES = (
    ("Comment as at", "The day of which you speak, as a date; not after the last day of the month of the form."),
    ("What is being done", "Why the figure is as it is and what is being done, in one or two sentences. No names of children or families, and no counts below ten."),
    ("Supplied by", "The service that answers for the indicator."),
    ("Released for the public by", "Your name, if the comment may be printed in the public edition; else leave it empty."),
    ("[x]", "Not available."),
)  # fmt: skip


def asked_of(
    board: Board, indicators: Sequence[Indicator]
) -> list[tuple[Indicator, LinkedIndicator]]:
    """The indicators of the committee report that are off target, worse or held, in the registry's order."""
    found = [
        (one, board.indicators[one.id])
        for one in indicators
        if "committee" in one.reports and one.id in board.indicators
    ]
    return [(one, now) for one, now in found if _asks(now)]


def _asks(now: LinkedIndicator) -> bool:
    return now.rag in OFF_TARGET or now.direction == "worse" or now.status == "held"


def write_comments_form(
    path: Path, board: Board, asked: Sequence[tuple[Indicator, LinkedIndicator]], month_end: date
) -> Path:
    """Write the workbook; answers stay empty."""
    title = f"Comments on indicators: {board.home.area_name}, {month_end:%B %Y}"
    cover = (
        title,
        "Each line is an indicator that is off target, worse than in the years before, or held. Say why, and what is being done. Lines left empty are not read.",
        "The reports print the newest comment of the last twelve months with its day; the public ones only where somebody releases it.",
        f"Give the file to the data team: landing/{board.home.area_code}/{SOURCE}/{month_end:%Y-%m}/",
    )  # fmt: skip
    sheet = FormSheet(
        source=SOURCE, table=TABLE, name=WHOSE, title="Indicators that ask for a comment", counted="indicators",
        rows=[_row(one, now, month_end) for one, now in asked], widths=WIDTHS, choices={},
    )  # fmt: skip
    with AccessibleBook(path, title, "Indicators") as book:
        book.explained(cover, [(WHOSE, sheet.title)], NOTES)
        write_sheet(book, sheet, "comments")
    return path


def _row(one: Indicator, now: LinkedIndicator, month_end: date) -> list[Any]:
    state = ", ".join(said for said in (now.direction, now.rag, now.status) if said in SAID)
    told = [one.id, one.title, one.data_owner, now.shown, state, now.comment or "[x]"]
    return [*told, month_end, None, one.data_owner, None]
