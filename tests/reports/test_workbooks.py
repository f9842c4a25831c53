"""The essential rules for accessible spreadsheets, checked on every workbook (`tests/accessible_workbooks.py`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from orchestration.reports.media.spreadsheets import write_workbook

if TYPE_CHECKING:
    from tests.reports.conftest import Warehouse

HOSTILE = '=HYPERLINK("http://example.org","x")'


@pytest.fixture(params=["committee", "standards", "board"])
def path(request: pytest.FixtureRequest, warehouse: Warehouse, tmp_path: Path) -> Path:
    """A workbook of each report, with a value, without one, and with a text that looks like a formula."""
    warehouse.add_indicator("rate", title=HOSTILE, reports="committee standards")
    warehouse.add_figure("rate", "2025-02-28", 5, denominator=1000, value=50.0)
    warehouse.add_figure("rate", "2025-03-31", status_reason="no submission covers 2025-03-31")
    warehouse.add_action("1.1.1", action=HOSTILE)
    warehouse.add_action("1.10.1")
    warehouse.add_action("1.2.1")
    target = tmp_path / "report.xlsx"
    marts = warehouse.write(tmp_path / "warehouse.duckdb")
    write_workbook(marts, request.param, "A report", "restricted", target)
    return target


@pytest.fixture
def book(path: Path) -> Workbook:
    return load_workbook(path)


def test_workbook_has_title_language_cover_contents_and_notes(book: Workbook) -> None:
    assert book.properties.title == "Barnet: a report, restricted edition"
    assert book.properties.language == "en-GB"
    assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    assert book.active.title == "Cover"
    listed = [row[0].value for row in book["Contents"].iter_rows(min_row=4)]
    assert listed == book.sheetnames[2:]


def test_each_sheet_has_one_marked_up_table_with_nothing_below_or_beside_it(book: Workbook) -> None:
    for sheet in book.worksheets[1:]:
        [table] = sheet.tables.values()
        first, last = table.ref.split(":")
        assert first.startswith("A")
        assert sheet[last].row == sheet.max_row
        assert sheet[last].column == sheet.max_column
        assert sheet["A1"].value
        assert not sheet.merged_cells.ranges
        cells = [cell.value for row in sheet[table.ref] for cell in row]
        assert None not in cells
        assert "" not in cells
        assert not any(
            d.hidden for d in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values())
        )


def test_texts_are_no_formulas_and_no_links(path: Path) -> None:
    with ZipFile(path) as parts:
        sheets = [
            parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name
        ]
    assert sheets
    assert not any("<f>" in sheet or "<f " in sheet or "<hyperlink" in sheet for sheet in sheets)


def test_missing_values_are_shorthand_that_the_notes_explain(book: Workbook) -> None:
    explained = {row[0].value for row in book["Notes"].iter_rows(min_row=4)}
    used = {
        cell.value
        for sheet in book.worksheets[3:]
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith("[") and len(cell.value) == 3
    }
    assert used
    assert used <= explained


def test_numbers_are_numbers(book: Workbook) -> None:
    if "Periods" in book.sheetnames:
        values = [row[3].value for row in book["Periods"].iter_rows(min_row=5)]
        assert values == ["[x]", 50]


def test_actions_stand_in_the_order_of_the_plan(book: Workbook) -> None:
    if "Actions" in book.sheetnames:
        numbers = [row[0].value for row in book["Actions"].iter_rows(min_row=5)]
        assert numbers == ["1.1.1", "1.2.1", "1.10.1"]
