"""The form for the plan's actions: per lead agency a sheet with each action, what was said last, and what is asked.

Reads `rpt_board` only. What comes back is read as the source `plan_updates` (its contract's `form`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.owners.forms.sheet import FormSheet, write_sheet
from orchestration.reports.content.board import STATUSES, Action, Board
from orchestration.reports.media.accessible_book import AccessibleBook

SOURCE, TABLE = "plan_updates", "updates"
EVERY_AGENCY = "All lead agencies"
COLOURS = ("Red", "Amber", "Green", "Blue")
ANSWERABLE = tuple(STATUSES[code] for code in ("not_started", "in_progress", "complete", "stopped"))
LONGEST_SHEET_NAME = 31
WIDTHS = {
    "Action": 50,
    "Lead agencies": 30,
    "Last progress": 40,
    "Progress": 60,
    "Risk": 40,
    "Supplied by": 24,
}
NOTES = (
    ("Update as at", "The day of which you speak, as a date; not after the last day of the month of the form."),
    ("Status", "One of the list."),
    ("Colour", "Red: off track. Amber: at risk. Green: on track. Blue: complete. Leave it empty if nobody has judged it."),
    ("Progress", "What has been done since the last update, in a few sentences. No names of children or families."),
    ("Risk", "What may prevent it, for the corporate risk register. It is not printed in the public edition."),
    ("Supplied by", "The agency that reports."),
    ("Released for the public by", "Your name, if what you write under Progress may be printed in the public edition; else leave it empty."),
    ("[x]", "Not available: no update has been supplied before."),
)  # fmt: skip


@dataclass(frozen=True)
class AgencyForm:
    """A lead agency and the actions it is asked about; those led with others are on each one's form."""

    agency: str
    actions: tuple[Action, ...]

    @property
    def sheet(self) -> str:
        """The agency's name as Excel lets a sheet be called."""
        plain = "".join(letter for letter in self.agency if letter not in "[]:*?/\\'")
        return plain[:LONGEST_SHEET_NAME]


def agency_forms(board: Board) -> list[AgencyForm]:
    """One per lead agency, by name."""
    names = {name: None for action in board.actions for name in agencies_of(action)}
    return [
        AgencyForm(name, tuple(one for one in board.actions if name in agencies_of(one)))
        for name in sorted(names)
    ]


def agencies_of(action: Action) -> list[str]:
    """Each of the agencies that lead an action."""
    return [name.strip() for name in action.lead_agencies.split(";")]


def _row(action: Action, agency: str, month_end: date) -> list[Any]:
    told = [action.action_id, action.action, action.lead_agencies]
    last: list[Any] = ["[x]"] * 4
    if action.updated_on is not None:
        colour = (action.rag or "[x]").capitalize()
        last = [action.updated_on, action.status_in_words, colour, action.progress or "[x]"]
    return [*told, *last, month_end, None, None, None, None, agency, None]


def write_plan_form(path: Path, board: Board, forms: Sequence[AgencyForm], month_end: date) -> Path:
    """Write a workbook with a sheet for each of the given agencies; answers stay empty."""
    whose = forms[0].agency if len(forms) == 1 else EVERY_AGENCY
    title = f"Update of the plan's actions: {whose}, {board.home.area_name}, {month_end:%B %Y}"
    cover = (
        title,
        "Fill in the columns from Update as at on, in the lines that you report on. Leave the other lines empty: they are not read.",
        "An action that several agencies lead is on the form of each: agree who reports. Of two updates of one day the last one counts.",
        f"Give the file to the data team: landing/{board.home.area_code}/{SOURCE}/{month_end:%Y-%m}/",
    )  # fmt: skip
    with AccessibleBook(path, title, "Delivery of the plan") as book:
        sheets = [(form.sheet, f"Actions of {form.agency}") for form in forms]
        book.explained(cover, sheets, NOTES)
        for number, form in enumerate(forms, start=1):
            write_sheet(book, _sheet(form, month_end), f"actions_{number}")
    return path


def _sheet(form: AgencyForm, month_end: date) -> FormSheet:
    return FormSheet(
        source=SOURCE, table=TABLE, name=form.sheet, title=f"Actions of {form.agency}", counted="actions",
        rows=[_row(action, form.agency, month_end) for action in form.actions], widths=WIDTHS,
        choices={"Status": ANSWERABLE, "Colour": COLOURS},
    )  # fmt: skip
