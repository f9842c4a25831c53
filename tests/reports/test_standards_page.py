"""The standards report: intervals in words, gaps of two sources apart, years that were not produced."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import html

from orchestration.reports.committee import standards_content, write_page

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
