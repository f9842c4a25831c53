"""The reports as tagged PDF: what a screen reader needs is in the file, and its numbers are the page's."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import typst
from lxml import html

from orchestration.reports.content.board import read_board
from orchestration.reports.content.board_front import write_board_page
from orchestration.reports.content.committee import committee_content, write_page
from orchestration.reports.content.rounding import printed
from orchestration.reports.disclosure.edition import write_public_edition
from orchestration.reports.disclosure.identities import Identities
from orchestration.reports.media.pdf.board import board_document
from orchestration.reports.media.pdf.committee import committee_document
from orchestration.reports.media.pdf.document import Document, compile_pdf, source_of

if TYPE_CHECKING:
    from tests.reports.conftest import Warehouse

HOSTILE = '#panic("x") *bold* <b> $x$ @ref [c]'


@pytest.fixture
def marts(warehouse: Warehouse, tmp_path: Path) -> Path:
    """Two indicators, a measure of the earlier plan, two actions; a title that would be markup."""
    warehouse.add_indicator("rate", title=HOSTILE, published_decimals=2)
    for end, value in (("2025-01-31", 11.21), ("2025-02-28", 12.34), ("2025-03-31", 9.87)):
        warehouse.add_figure("rate", end, value, denominator=10000, value=value)
    warehouse.add_indicator("none_yet", position="SC02", kind="percentage", unit="%")
    warehouse.add_figure("none_yet", "2025-03-31", status_reason="no submission covers 2025-03-31")
    warehouse.add_indicator(
        "earlier", position="", section="Primary", reports="annex", plan="2013-16"
    )
    warehouse.add_figure("earlier", "2025-03-31", None, value=84.5, status="ok")
    warehouse.add_action("1.1.1", action=HOSTILE, related_indicators="rate")
    warehouse.add_action("2.1.1", action="Silent", outcome="Another")
    warehouse.add_update("1.1.1", "2025-02-28", rag="AMBER", progress=HOSTILE, risk="Money")
    path = warehouse.write(tmp_path / "warehouse.duckdb")
    write_public_edition(path, Identities())
    return path


def document_of(marts: Path, report: str, edition: str = "restricted") -> Document:
    if report == "board":
        return board_document(read_board(marts, edition), edition == "public")
    return committee_document(committee_content(marts, edition))


def opened(pdf: bytes) -> bytes:
    """The file with its compressed streams, object streams too, laid open."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    found = [pdf]
    for stream in streams:
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(found)


def texts(source: dict[str, bytes]) -> str:
    """Every text of the table cells as typst has laid them out."""
    tables = json.loads(typst.query(source, "table"))  # ty: ignore[invalid-argument-type]
    return " ".join(_words(table["children"]) for table in tables)


def _words(content: Any) -> str:
    if isinstance(content, dict):
        return content.get("text", "") if "text" in content and isinstance(content["text"], str) else " ".join(
            _words(one) for name, one in content.items() if name in ("children", "body", "child", "text")
        )  # fmt: skip
    return " ".join(_words(one) for one in content) if isinstance(content, list) else ""


@pytest.mark.parametrize("report", ["committee", "board"])
@pytest.mark.parametrize("edition", ["restricted", "public"])
def test_pdf_carries_tags_language_and_title(marts: Path, report: str, edition: str) -> None:
    pdf = compile_pdf(document_of(marts, report, edition))
    inside = opened(pdf)
    assert pdf.startswith(b"%PDF-")
    assert re.search(rb"/Lang\s*\(en-GB\)", inside)
    assert b"/StructTreeRoot" in inside
    assert re.search(rb"/MarkInfo\s*<<[^>]*/Marked true", inside)
    assert re.search(rb"/DisplayDocTitle true", inside)
    assert f"Barnet: {report} report, 31 Mar 2025 ({edition} edition)".encode() in inside
    assert {
        tag
        for tag in (b"H1", b"Table", b"TH", b"TD", b"L")
        if not re.search(rb"/S\s*/" + tag + rb"\b", inside)
    } == set()
    assert re.search(rb"/S\s*/Figure", inside)


def test_same_content_is_the_same_file(marts: Path) -> None:
    assert compile_pdf(document_of(marts, "board")) == compile_pdf(document_of(marts, "board"))


def test_every_number_is_the_cell_of_the_printed_table(marts: Path) -> None:
    said = texts(source_of(document_of(marts, "committee")))
    with duckdb.connect(str(marts), read_only=True) as connection:
        rows = connection.execute(
            "select value, published_decimals from marts.rpt_committee"
            " where edition = 'restricted' and value is not null"
        ).fetchall()
    assert len(rows) == 2
    for value, decimals in rows:
        assert printed(value, decimals) in said


def test_numbers_of_the_public_document_are_all_on_the_public_page(
    marts: Path, tmp_path: Path
) -> None:
    content = committee_content(marts, "public")
    write_page(content, tmp_path / "page.html")
    board = read_board(marts, "public")
    write_board_page(board, tmp_path / "board.html", "public")
    for name, document in (
        ("page", committee_document(content)),
        ("board", board_document(board, is_public=True)),
    ):
        page = html.fromstring((tmp_path / f"{name}.html").read_text(encoding="utf-8"))
        shown = set(re.findall(r"\d[\d.,]*", " ".join(page.itertext())))
        assert set(re.findall(r"\d[\d.,]*", texts(source_of(document)))) <= shown
    assert "Money" not in texts(source_of(board_document(board, is_public=True)))
    assert b"Money" not in source_of(board_document(board, is_public=True))["data.json"]


def test_texts_are_no_markup(marts: Path) -> None:
    assert HOSTILE in texts(source_of(document_of(marts, "board")))
    assert HOSTILE in texts(source_of(document_of(marts, "committee")))


def test_page_that_has_nothing_to_say_is_still_a_document(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    path = warehouse.write(tmp_path / "warehouse.duckdb")
    for report in ("committee", "board"):
        assert compile_pdf(document_of(path, report)).startswith(b"%PDF-")


def test_areas_and_sources_that_disagree_stand_in_the_document_as_on_the_page(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """Nine areas are more than fit beside each other."""
    warehouse.add_indicator("rate", published_decimals=2)
    warehouse.add_figure("rate", "2025-03-31", 12.34, denominator=10000, value=12.34)
    for number in range(1, 9):
        area_code = f"E0900010{number}"
        warehouse.add_area(area_code, f"Area {number}")
        warehouse.add_figure(
            "rate", "2025-03-31", 1, denominator=10000, value=number + 0.11, area_code=area_code
        )
    warehouse.add_reconciliation("Looked after", "2025-03-31", 341, 317, is_within=False)
    path = warehouse.write(tmp_path / "warehouse.duckdb")
    document = document_of(path, "committee")
    assert [part["names"] for part in document.content["areas"]] == [
        [*(f"Area {number}" for number in range(1, 9))], ["Barnet"]
    ]  # fmt: skip
    said = texts(source_of(document))
    for words in ("Area 1", "8.11", "Looked after", "341", "317", "Annex A", "SSDA903"):
        assert words in said
    assert compile_pdf(document).startswith(b"%PDF-")


def test_public_document_is_silent_about_sources_that_disagree(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    warehouse.add_indicator("rate")
    warehouse.add_figure("rate", "2025-03-31", 100, denominator=10000, value=100.0)
    warehouse.add_reconciliation("Looked after", "2025-03-31", 341, 317, is_within=False)
    path = warehouse.write(tmp_path / "warehouse.duckdb")
    write_public_edition(path, Identities())
    assert "341" not in source_of(document_of(path, "committee", "public"))["data.json"].decode()
