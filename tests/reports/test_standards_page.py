"""The standards report: intervals in words, gaps of two sources apart, years that were not produced."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html
from openpyxl import load_workbook

from orchestration.reports.content.committee import standards_content, write_page
from orchestration.reports.media.spreadsheets import write_workbook

if TYPE_CHECKING:
    from tests.reports.conftest import Warehouse

SUSPENDED = "national tests were cancelled"


def words(element: html.HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())


@pytest.fixture
def page_of(tmp_path: Path) -> Callable[[Warehouse], html.HtmlElement]:
    def _page(warehouse: Warehouse) -> html.HtmlElement:
        marts = warehouse.write(tmp_path / "w.duckdb")
        write_page(standards_content(marts, "restricted"), tmp_path / "standards.html")
        return html.fromstring((tmp_path / "standards.html").read_text(encoding="utf-8"))

    return _page


def add_years(warehouse: Warehouse, indicator: str, **values: float | None) -> None:
    """A value per academic year, named by the year in which it ends."""
    for name, value in values.items():
        year = int(name[1:])
        begun = f"{year - 1}-09-01"
        said = (
            {"value": value, "status": "ok"}
            if value is not None
            else {"status": "not_produced", "status_reason": SUSPENDED}
        )
        warehouse.add_figure(indicator, f"{year}-08-31", None, period_start=begun, **said)


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (-1.12, -1.951, -0.284, "-1.95 to -0.28: significantly below the national average"),
        (0.3, 0.004, 0.596, "0.00 to 0.60: significantly above the national average"),
        (0.3, -0.004, 0.604, "0.00 to 0.60: not significant, it may be chance"),
    ],
)
def test_progress_stands_with_its_interval_in_words(
    warehouse: Warehouse,
    page_of: Callable[[Warehouse], html.HtmlElement],
    value: float,
    low: float,
    high: float,
    said: str,
) -> None:
    warehouse.add_indicator(
        "ks4_progress8", position="ED10", reports="committee standards", kind="mean", unit="points", headline_basis="academic_year",
        published_decimals=2,
    )  # fmt: skip
    warehouse.add_figure(
        "ks4_progress8", "2024-08-31", None, period_start="2023-09-01", value=value, status="ok",
        confidence_lower=low, confidence_upper=high,
    )  # fmt: skip
    page = page_of(warehouse)
    [lead] = page.xpath("//section[@id='ks4_progress8']//p[@class='lead']")
    assert f"95% confidence interval {said}." in words(lead)
    [row] = page.xpath("//section[@id='ks4_progress8']//table/tbody/tr")
    assert said in words(row)


def test_progress_of_a_year_without_a_deviation_says_why_it_has_no_interval(
    warehouse: Warehouse, page_of: Callable[[Warehouse], html.HtmlElement]
) -> None:
    warehouse.add_indicator(
        "ks2_progress", position="ED08", reports="committee standards", kind="mean", unit="points",
        headline_basis="academic_year", is_progress_score=True,
    )  # fmt: skip
    for year, value in ((2023, None), (2024, 1.3)):
        warehouse.add_figure(
            "ks2_progress", f"{year}-08-31", None, period_start=f"{year - 1}-09-01", value=value
        )
    page = page_of(warehouse)
    [lead] = page.xpath("//section[@id='ks2_progress']//p[@class='lead']")
    said = "o confidence interval: DfE's standard deviation for this year is not held"
    assert f"N{said}." in words(lead)
    newest, before = page.xpath("//section[@id='ks2_progress']//table/tbody/tr")
    assert f"n{said}" in words(newest)
    assert said not in words(before)


def test_own_gap_and_the_published_one_are_told_apart(
    warehouse: Warehouse, page_of: Callable[[Warehouse], html.HtmlElement]
) -> None:
    warehouse.add_indicator(
        "ks2_disadvantaged_rwm_gap", position="ED06", reports="committee standards", kind="gap", unit="points",
        headline_basis="academic_year",
    )  # fmt: skip
    add_years(warehouse, "ks2_disadvantaged_rwm_gap", y2023=-18.0, y2024=-20.0)
    for name, value in (("Barnet", -19.4), ("Outer London", -15.0)):
        warehouse.add_benchmark(
            "ks2_disadvantaged_rwm_gap", name, "2024-08-31", value, basis="academic_year",
            **({"area_code": "E09000003", "area_type": "la"} if name == "Barnet" else {}),
        )  # fmt: skip
    [panel] = page_of(warehouse).xpath("//section[@id='ks2_disadvantaged_rwm_gap']")
    drawn = words(panel.xpath(".//*[local-name()='svg']")[0])
    assert "Barnet, own" in drawn
    assert "data -20.0" in drawn
    assert "published" in drawn
    assert "Barnet, as published -19.4" in words(panel.xpath(".//figcaption")[0])


def test_year_that_was_not_produced_breaks_the_line_and_says_why(
    warehouse: Warehouse, page_of: Callable[[Warehouse], html.HtmlElement]
) -> None:
    warehouse.add_indicator(
        "ks2_rwm_pct",
        position="ED05",
        reports="committee standards",
        kind="percentage",
        unit="%",
        headline_basis="academic_year",
    )
    add_years(warehouse, "ks2_rwm_pct", y2019=65.0, y2020=None, y2021=None, y2022=59.0)
    [panel] = page_of(warehouse).xpath("//section[@id='ks2_rwm_pct']")
    assert (
        "no value in 2 periods: Aug 2020 and Aug 2021, of which academic year 2019/20 and academic year 2020/21:"
        f" Not produced: {SUSPENDED}" in words(panel.xpath(".//figcaption")[0])
    )


def test_rank_quarter_and_cut_points_stand_in_a_table(
    warehouse: Warehouse, page_of: Callable[[Warehouse], html.HtmlElement], tmp_path: Path
) -> None:
    """Four authorities, home second: the first half's better quarter is one authority."""
    said: dict[str, Any] = {"reports": "committee standards", "headline_basis": "academic_year", "unit": "points"}  # fmt: skip
    warehouse.add_indicator("ks4_progress8", position="ED11", title="Progress 8", published_decimals=2, good_is="high", **said)  # fmt: skip
    warehouse.add_indicator("ks2_rwm_pct", position="ED05", title="Nowhere ranked", **said)
    add_years(warehouse, "ks4_progress8", y2025=0.31)
    add_years(warehouse, "ks2_rwm_pct", y2025=60.0)
    for code, value in (("E09000003", 0.3), ("b", 0.5), ("c", -0.1), ("d", -0.5)):
        warehouse.add_benchmark(
            "ks4_progress8", code, "2025-08-31", value, area_type="la", basis="academic_year", period_label="2024/25"
        )  # fmt: skip
    page = page_of(warehouse)
    [places] = page.xpath("//section[@aria-labelledby='places']")
    [table] = places.iter("table")
    headings, row = table.iter("tr")
    assert {cell.get("scope") for cell in headings} == {"col"}
    assert [words(cell) for cell in row] == [
        "ED11", "Progress 8", "2024/25", "0.30", "2", "4", "2", "-0.20", "0.10", "0.35", "High"
    ]  # fmt: skip
    assert "Caption of ks2_rwm_pct" in words(places)
    assert "2 of 4 (2024/25), quarter 2 of 4" in words(page.get_element_by_id("ks4_progress8"))
    write_workbook(
        tmp_path / "w.duckdb", "standards", "Standards report", "restricted", tmp_path / "w.xlsx"
    )
    sheet = load_workbook(tmp_path / "w.xlsx", read_only=True)["Places"]
    assert list(sheet.iter_rows(values_only=True))[-1] == (
        "ED11", "Progress 8", "points", "2024/25", 0.3, 2, 4, 2, -0.2, 0.1, 0.35, "High"
    )  # fmt: skip
