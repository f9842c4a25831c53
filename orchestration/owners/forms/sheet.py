"""One sheet of a form: what is known, then what is asked, as its table's contract says (`form`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from expectations.contract import contract_for
from orchestration.reports.media.accessible_book import AccessibleBook, drop_down

USUAL_WIDTH = 15


@dataclass(frozen=True)
class FormSheet:
    """A table of a source as a sheet that people fill in; each row has a cell for every heading."""

    source: str
    table: str
    name: str
    title: str
    counted: str
    """What its lines are: actions, measures."""
    rows: Sequence[Sequence[Any]]
    widths: Mapping[str, int]
    choices: Mapping[str, Sequence[str]]
    """By heading the answers to choose from."""


def headings(source: str, table: str) -> list[str]:
    """The columns: what is known, then what is asked."""
    form = contract_for(source).tables[table].form
    assert form is not None  # noqa: S101 -- the contract says so
    number, *asked = form.headings.values()
    return [number, *form.shown, *asked]


def write_sheet(book: AccessibleBook, form: FormSheet, table_name: str) -> None:
    """Write the sheet; the cells of the answers stay empty. `table_name` is the table's name in the workbook."""
    columns = headings(form.source, form.table)
    said = (
        f"{len(form.rows)} {form.counted}. Empty cells are for your answers; the sheet Notes says what to fill in."
        " [x] means not available."
    )
    sheet, first = book.sheet(form.name, form.title, [said])
    book.table(sheet, first, table_name, columns, form.rows)
    for place, heading in enumerate(columns):
        sheet.set_column(place, place, form.widths.get(heading, USUAL_WIDTH))
    for heading, values in form.choices.items():
        asked = (first + 1, first + len(form.rows))
        drop_down(sheet, asked, columns.index(heading), heading, values)
