"""Register minus report and report minus register are empty, on the pages themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import html
from openpyxl import load_workbook

from orchestration.registry.indicators import load_indicators
from orchestration.registry.vocabulary import vocabulary
from orchestration.reports.content.committee import (
    committee_content,
    practice_content,
    standards_content,
    write_page,
)
from orchestration.reports.content.sections import services
from orchestration.reports.media.spreadsheets import write_workbook

if TYPE_CHECKING:
    from tests.reports.conftest import Warehouse

EXPECTED = {"committee": 57, "standards": 35, "annex": 25}


def registered(report: str) -> set[str]:
    return {one.id for one in load_indicators() if report in one.reports}


@pytest.fixture(scope="module")
def counts() -> dict[str, int]:
    return {report: len(registered(report)) for report in EXPECTED}


@pytest.fixture
def marts(warehouse: Warehouse, tmp_path: Path) -> Path:
    """The whole register with a figure each."""
    for one in load_indicators():
        warehouse.add_indicator(
            one.id, position=one.position, title=one.title, section=one.section, reports=" ".join(one.reports),
            headline_basis=one.basis, kind=one.kind, plan=one.plan, published_decimals=one.decimals,
        )  # fmt: skip
        warehouse.add_figure(one.id, "2025-03-31", None, value=1.0, status="ok")
    return warehouse.write(tmp_path / "warehouse.duckdb")


def test_register_has_the_plan_the_education_indicators_and_the_earlier_plan(
    counts: dict[str, int],
) -> None:
    assert counts == EXPECTED
    assert registered("annex") == {one.id for one in load_indicators() if one.plan == "2013-16"}


def test_committee_page_has_each_indicator_once_and_the_earlier_plan_in_the_annex(
    marts: Path, tmp_path: Path
) -> None:
    write_page(committee_content(marts, "restricted"), tmp_path / "committee.html")
    page = html.fromstring((tmp_path / "committee.html").read_text(encoding="utf-8"))
    panels = page.xpath("//section[@class='panel']/@id")
    overview = page.xpath("//section[@aria-labelledby='overview']//tbody/tr/th/a/@href")
    annex = page.xpath("//section[@aria-labelledby='annex']//tbody/tr/@id")
    assert (sorted(panels), sorted(annex)) == (
        sorted(registered("committee")),
        sorted(registered("annex")),
    )
    assert sorted(link.removeprefix("#") for link in overview) == sorted(panels)
    assert len(set(page.xpath("//@id"))) == len(page.xpath("//@id"))


def test_standards_page_has_each_education_indicator_once(marts: Path, tmp_path: Path) -> None:
    write_page(standards_content(marts, "restricted"), tmp_path / "standards.html")
    page = html.fromstring((tmp_path / "standards.html").read_text(encoding="utf-8"))
    assert sorted(page.xpath("//section[@class='panel']/@id")) == sorted(registered("standards"))
    assert not page.xpath("//section[@aria-labelledby='annex']")


def test_committee_workbook_keeps_the_earlier_plan_on_a_sheet_of_its_own(
    marts: Path, tmp_path: Path
) -> None:
    write_workbook(
        marts, "committee", "Committee report", "restricted", tmp_path / "committee.xlsx"
    )
    book = load_workbook(tmp_path / "committee.xlsx", read_only=True)
    rows = {name: len(list(book[name].iter_rows(min_row=5))) for name in ("Indicators", "Annex")}
    assert rows == {"Indicators": EXPECTED["committee"], "Annex": EXPECTED["annex"]}


def test_practice_page_has_each_of_its_indicators_once_by_service(
    marts: Path, tmp_path: Path
) -> None:
    write_page(practice_content(marts), tmp_path / "practice.html")
    page = html.fromstring((tmp_path / "practice.html").read_text(encoding="utf-8"))
    assert sorted(page.xpath("//section[@class='panel']/@id")) == sorted(registered("practice"))
    sections = {one.section for one in load_indicators() if "practice" in one.reports}
    assert sections <= {heading.strip() for heading in page.xpath("//th/text() | //h3/text()")}


def test_practice_page_has_a_page_of_each_service_in_the_order_of_the_register(
    marts: Path, tmp_path: Path
) -> None:
    write_page(practice_content(marts), tmp_path / "practice.html")
    page = html.fromstring((tmp_path / "practice.html").read_text(encoding="utf-8"))
    practice = [one for one in load_indicators() if one.plan == "practice"]
    sections = vocabulary().plans["practice"].sections
    assert {one.section for one in practice} == set(sections)
    printed = list(sections)
    shown = page.xpath("//section[contains(@class, 'service')]")
    assert [one.findtext("h2") for one in shown] == printed
    assert [one.xpath("string(p[@class='lead']/text())").strip() for one in shown] == [
        sections[name] for name in printed
    ]
    addresses = dict(services())
    assert [one.xpath("string(h2/@id)") for one in shown] == [addresses[name] for name in printed]
    tiles = [link for one in shown for link in one.xpath("./ul[@class='tiles']/li/a/@href")]
    assert sorted(tiles) == sorted(f"#{name}" for name in registered("practice"))


def test_practice_is_in_no_other_report(marts: Path, tmp_path: Path) -> None:
    write_workbook(
        marts, "committee", "Committee report", "restricted", tmp_path / "committee.xlsx"
    )
    book = load_workbook(tmp_path / "committee.xlsx", read_only=True)
    said = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert not said & {one.title for one in load_indicators() if one.plan == "practice"}
