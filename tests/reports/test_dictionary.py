"""The data dictionary: joins, keys, allowed values and indicators beside every column; the drawing shows the joins."""

from __future__ import annotations

import base64
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING

import duckdb
from lxml import html

from orchestration.reports.content.dictionary import render_dictionary
from orchestration.reports.content.relations import BOX, LINE, drawing_of
from orchestration.warehouse.schemas import Join, allowed_values, joins, published_tables

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reports.conftest import Warehouse


def words(element: html.HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())


def test_every_join_is_between_published_tables_by_columns_that_are_there() -> None:
    assert {join.table for join in joins()} | {join.parent for join in joins()} <= set(
        published_tables()
    )
    assert Join("fct_indicator_values", ("area_code",), "dim_areas", "area_code") in joins()
    assert max(len(join.columns) for join in joins()) > 1
    assert allowed_values()["dim_targets", "origin"] == ("local", "national", "demonstration")


def test_dictionary_says_keys_joins_values_and_indicators(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    warehouse.add_indicator("cla_rate", title="Looked after", population="looked_after")
    marts = warehouse.write(tmp_path / "warehouse.duckdb")
    with duckdb.connect(str(marts)) as connection:
        connection.execute("alter table marts.dim_areas add primary key (area_code)")
    render_dictionary(marts, tmp_path / "dictionary.html")
    page = html.fromstring((tmp_path / "dictionary.html").read_text(encoding="utf-8"))

    [areas] = page.xpath("//section[@aria-labelledby='dim_areas']")
    assert "Key: area_code." in words(areas)
    [values] = page.xpath("//section[@aria-labelledby='fct_indicator_values']")
    assert "Leads to dim_areas.area_code." in words(values)
    [targets] = page.xpath("//section[@aria-labelledby='dim_targets']")
    assert "One of: local, national, demonstration." in words(targets)
    [indicators] = page.xpath("//section[@aria-labelledby='indicators']")
    assert "cla_rate Looked after" in words(indicators)
    listed = page.xpath("//section[@aria-labelledby='joins']//tbody/tr")
    assert len(listed) == len(joins())
    targets = {
        target[1:] for target in page.xpath("//section[@aria-labelledby='joins']//td/a/@href")
    }
    assert targets <= {*page.xpath("//*/@id")}


def test_search_is_the_only_script_that_may_run(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.add_indicator("cla_rate")
    render_dictionary(warehouse.write(tmp_path / "warehouse.duckdb"), tmp_path / "dictionary.html")
    page = html.fromstring((tmp_path / "dictionary.html").read_text(encoding="utf-8"))
    [script] = page.xpath("//script/text()")
    [policy] = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    digest = base64.b64encode(sha256(script.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


def test_drawing_has_each_table_once_and_a_line_for_each_join() -> None:
    found = [
        Join("fct_a", ("area_code",), "dim_areas", "area_code"),
        Join("fct_a", ("indicator_id",), "dim_indicators", "indicator_id"),
        Join("fct_b", ("area_code", "period_end"), "fct_a", "area_code"),
    ]
    drawing = drawing_of(found)
    left = sorted(box.name for box in drawing.boxes if box.x == 0)
    assert left == ["dim_areas", "dim_indicators", "fct_a"]
    assert sorted(box.name for box in drawing.boxes if box.x) == ["fct_b"]
    assert [arrow.says for arrow in drawing.arrows] == ["fct_b to fct_a by area_code, period_end"]
    for arrow in drawing_of(joins()).arrows:
        assert arrow.x2 == BOX
    places = sorted(box.y for box in drawing_of(joins()).boxes if box.x == 0)
    assert all(after - before >= LINE for before, after in pairwise(places))
