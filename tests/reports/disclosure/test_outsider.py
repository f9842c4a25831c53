"""The intruder who has the workbooks only finds what can be found: an attack that finds nothing must be able to."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
from dateutil.relativedelta import relativedelta

from tests.reports.disclosure.outsider import Cell, attack, read_table, together

END = date(2025, 3, 31)


def _cell(number: str, part: str, months: int, end: date = END) -> Cell:
    return Cell(number, part, months, end)


def test_an_adoption_is_one_event_in_every_measure() -> None:
    """Thirty in three years, 26 in the two before: four in the last."""
    withheld = _cell("SC17", "Numerator", 12)
    known = {
        withheld: None,
        _cell("SC21", "Denominator", 36): 30.0,
        _cell("SC17", "Numerator", 12, END - relativedelta(years=1)): 14.0,
        _cell("SC17", "Numerator", 12, END - relativedelta(years=2)): 12.0,
    }
    [found] = attack(known, {withheld: 4.0})
    assert (found.cell, found.is_exact, found.amount) == (withheld, True, 4.0)
    del known[_cell("SC21", "Denominator", 36)]
    assert attack(known, {withheld: 4.0}) == []


def test_plans_open_and_started_tell_those_that_ended() -> None:
    withheld = _cell("SC11", "Denominator", 12)
    known: dict[Cell, float | None] = {withheld: None, _cell("SC10", "Denominator", 12): 12.0}
    for back in range(13):
        known[_cell("SC09", "Numerator", 0, END - relativedelta(months=back))] = (
            48.0 - 8 / 12 * back
        )
    [found] = attack(known, {withheld: 4.0})
    assert found.is_exact


def test_paper_that_was_kept_tells_what_a_later_one_withholds(tmp_path: Path) -> None:
    tables = []
    for name, shown in (("old", 20), ("new", "[c]")):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Periods"
        for row in (
            ("Every period",), ("Number", "Period", "Numerator", "Denominator"),
            ("SC17", "year to 31 Mar 2025", shown, 150), ("SC09", "at 31 Mar 2025", 200, "[z]"),
            ("ED01", "entry in 2024/25", 7, 9),
        ):  # fmt: skip
            sheet.append(row)
        book.save(tmp_path / f"{name}.xlsx")
        tables.append(read_table(tmp_path / f"{name}.xlsx"))
    cell = _cell("SC17", "Numerator", 12)
    assert [table[cell] for table in tables] == [20.0, None]
    assert together(tables)[cell] == 20.0
    assert {one.number for one in tables[0]} == {"SC17", "SC09"}
