"""The form for figures that are supplied by hand: per supplier a workbook with its measures and what was said last.

Reads `rpt_figures` and the registry's entries only. What comes back is read as the source `manual_returns`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.owners.forms.sheet import FormSheet, write_sheet
from orchestration.registry.indicators import Indicator
from orchestration.reports.media.accessible_book import AccessibleBook

SOURCE, TABLE = "manual_returns", "returns"
Supplied = Mapping[str, tuple[date, float]]
"""By indicator: the newest period with a value, and the value."""
WIDTHS = {
    "Measure number": 32,
    "Measure": 50,
    "Numerator is": 36,
    "Denominator is": 36,
    "Supplied by": 28,
    "Note": 50,
}
NOTES = (
    ("Period start", "First day of the period. Empty: a year up to its last day."),
    ("Period end", "Last day of the period, as a date."),
    ("Numerator", "A count. Give it with the denominator, or give the value alone."),
    ("Denominator", "The count that the numerator is a part of."),
    ("Value", "A percentage from 0 to 100, or the figure itself. Empty: worked out of numerator and denominator. It may not contradict them."),
    ("Supplied by", "The service that supplies the figure."),
    ("Note", "Why there is no figure, or what a reader must know. No names of children or families."),
    ("[x]", "Not available: nothing has been supplied before."),
)  # fmt: skip


def suppliers(indicators: Iterable[Indicator]) -> dict[str, list[Indicator]]:
    """The measures that each supplier is asked for."""
    found: dict[str, list[Indicator]] = {}
    for indicator in indicators:
        if indicator.supplier:
            found.setdefault(indicator.supplier, []).append(indicator)
    return dict(sorted(found.items()))


def _row(indicator: Indicator, last: tuple[date, float] | None, period_end: date) -> list[Any]:
    said: list[Any] = ["[x]", "[x]"] if last is None else [*last]
    told = [indicator.id, indicator.title, indicator.numerator_means, indicator.denominator_means]
    return [*told, *said, None, period_end, None, None, None, indicator.supplier, None]


def write_manual_form(
    path: Path, area: tuple[str, str], asked: list[Indicator], supplied: Supplied, month_end: date
) -> Path:
    """Write one supplier's workbook; `area` is the authority's code and name."""
    area_code, area_name = area
    supplier = asked[0].supplier
    year_end = date(month_end.year - (month_end < date(month_end.year, 12, 31)), 12, 31)
    title = f"Figures supplied by hand: {supplier}, {area_name}, {month_end:%B %Y}"
    cover = (
        title,
        "Fill in the columns from Period start on. A line without numerator, denominator, value and note is not read.",
        "If there is no figure, say why in Note: the report for officers prints it as the reason, the public one does not.",
        f"Give the file to the data team: landing/{area_code}/{SOURCE}/{month_end:%Y-%m}/",
    )
    sheet = FormSheet(
        source=SOURCE, table=TABLE, name="Figures", title=f"Figures supplied by {supplier}", counted="measures",
        rows=[_row(one, supplied.get(one.id), year_end) for one in asked], widths=WIDTHS, choices={},
    )  # fmt: skip
    with AccessibleBook(path, title, "Figures supplied by hand") as book:
        book.explained(cover, [("Figures", f"Measures that {supplier} supplies")], NOTES)
        write_sheet(book, sheet, "figures")
    return path
