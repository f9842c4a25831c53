"""The checker of the essential spreadsheet rules finds each fault, and every workbook passes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Alignment, Font

from orchestration.reports.media.accessible_book import AccessibleBook
from orchestration.reports.media.spreadsheets import write_workbook
from tests.accessible_workbooks import faults_of
from tests.reports.conftest import Warehouse

Spoil = Callable[[openpyxl.Workbook], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A workbook as every one is written."""
    target = tmp_path / "book.xlsx"
    with AccessibleBook(target, "A title", "A subject") as book:
        book.explained(
            ("A title", "A line"), [("Figures", "Some figures")], [("Value", "A number")]
        )
        sheet, first = book.sheet("Figures", "Some figures", ["Explained here."])
        book.table(
            sheet, first, "figures", ("Name", "Value"), [("a", 1.5), ("b", date(2025, 3, 31))]
        )
    return target


def test_what_we_write_is_accessible(path: Path) -> None:
    assert faults_of(path) == []


@pytest.mark.parametrize("report", ["committee", "standards", "board"])
@pytest.mark.parametrize("edition", ["restricted", "public"])
def test_every_report_is_accessible(
    warehouse: Warehouse, tmp_path: Path, report: str, edition: str
) -> None:
    warehouse.add_indicator("rate", reports="committee standards", title="=1+1")
    warehouse.add_figure("rate", "2025-03-31", status_reason="no submission covers 2025-03-31")
    warehouse.add_action("1.1.1", action="=1+1")
    marts = warehouse.write(tmp_path / "warehouse.duckdb")
    write_workbook(marts, report, "A report", edition, tmp_path / "report.xlsx")
    assert faults_of(tmp_path / "report.xlsx") == []


SPOILT: dict[str, tuple[Spoil, str]] = {
    "title": (lambda book: setattr(book.properties, "title", None), "no title"),
    "language": (lambda book: setattr(book.properties, "language", None), "no language"),
    "active": (lambda book: setattr(book, "active", 1), "the first sheet is not the active one"),
    "contents": (lambda book: book["Contents"].__setitem__("A5", "Other"), "the contents are not the sheets"),
    "formula": (lambda book: book["Figures"].__setitem__("B4", "=1+1"), "a formula or a link"),
    "A1": (lambda book: book["Figures"].__setitem__("A1", None), "Figures: no title in A1"),
    "merged": (lambda book: book["Figures"].merge_cells("A1:B1"), "Figures: merged cells"),
    "hidden": (lambda book: setattr(book["Figures"].row_dimensions[4], "hidden", True), "Figures: something is hidden"),
    "frozen": (lambda book: setattr(book["Figures"], "freeze_panes", "A4"), "Figures: frozen panes"),
    "small": (lambda book: setattr(book["Figures"]["A4"], "font", Font(name="Arial", size=8)), "Figures: A4 is in small letters or with serifs"),
    "below": (lambda book: book["Figures"].__setitem__("A9", "a remark"), "Figures: something stands below or beside the table"),
    "empty": (lambda book: book["Figures"].__setitem__("B4", None), "Figures: an empty cell without an explanation"),
    "wrapped": (lambda book: setattr(book["Figures"]["A4"], "alignment", Alignment(wrap_text=False)), "Figures: a text does not wrap"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_each_fault_is_found(path: Path, name: str) -> None:
    spoil, fault = SPOILT[name]
    book = openpyxl.load_workbook(path)
    spoil(book)
    book.save(path)
    assert fault in faults_of(path)
