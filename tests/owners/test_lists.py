"""The managers' lists: whom they name, in which order, and what leads to whom."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from lxml import html
from openpyxl import load_workbook

from orchestration.owners.lists import links_to_lists
from orchestration.owners.site import write_owner_pages
from tests.owners.conftest import AREA, Published

MANAGER = "Head of children in care"


@pytest.fixture
def listed(published: Published) -> Published:
    """Two children not visited, one of them not yet overdue for long, and one of these outside the area."""
    for indicator in ("visited", "outside"):
        published.rows["dim_indicators"].append(
            {"indicator_id": indicator, "title": f"Title of {indicator}", "data_owner": MANAGER}
        )
    for list_id, indicator, child, overdue in (
        ("outside_area", "outside", "late", None),
        ("not_visited", "visited", "later", 3),
        ("not_visited", "visited", "late", 20),
    ):
        published.rows["fct_managers_lists"].append(
            {"list_id": list_id, "area_code": AREA, "child_key": child, "indicator_id": indicator,
             "as_at_date": date(2025, 3, 31), "began_on": date(2024, 1, 10), "placement_type": "with parents",
             "team_key": "ab12cd34",
             "due_date": None if overdue is None else date(2025, 3, 31 - overdue), "overdue_days": overdue}
        )  # fmt: skip
    return published


def _written(published: Published) -> dict[str, Path]:
    target = published.folder.root / "pages"
    write_owner_pages(published.write().warehouse_file, published.folder, target)
    return {path.name: path for path in target.iterdir()}


def test_most_overdue_child_is_first_and_each_list_is_one_click_from_the_front(
    listed: Published,
) -> None:
    files = _written(listed)
    front = html.fromstring(files["index.html"].read_text(encoding="utf-8"))
    links = front.xpath("//table[.//th='Manager']//a/@href")
    assert links == [
        f"lists_{AREA}_head_of_children_in_care.html#{name}"
        for name in ("not_visited", "outside_area")
    ]
    page = html.fromstring(files[links[0].partition("#")[0]].read_text(encoding="utf-8"))
    [rows] = page.xpath("//section[@aria-labelledby='not_visited']//tbody")
    assert [row.text_content().split()[:2] for row in rows] == [
        ["SYNlate", "20"],
        ["SYNlater", "3"],
    ]
    assert {row.text_content().split()[-1] for row in rows} == {"AB12CD"}
    assert {link.partition("#")[2] for link in links} <= set(page.xpath("//h2/@id"))


def test_practice_report_leads_to_each_list_in_one_click(listed: Published) -> None:
    files = _written(listed)
    found = links_to_lists(listed.folder.warehouse_file, AREA)
    assert {name: (link.title, link.n_children) for name, link in found.items()} == {
        "visited": ("Not visited in time", 2),
        "outside": ("Placed outside the area", 1),
    }
    for link in found.values():
        name, _, heading = link.address.removeprefix("owners/").partition("#")
        assert heading in html.fromstring(files[name].read_text(encoding="utf-8")).xpath("//h2/@id")
    assert links_to_lists(listed.folder.warehouse_file, "E09000099") == {}


def test_workbook_holds_the_same_children(listed: Published) -> None:
    path = _written(listed)[f"lists_{AREA}_head_of_children_in_care.xlsx"]
    sheet = load_workbook(path)["not_visited"]
    rows = list(sheet[sheet.tables["not_visited"].ref])
    assert [[cell.value for cell in row][:2] for row in rows] == [
        ["Local id", "Days overdue"], ["SYNlate", 20], ["SYNlater", 3],
    ]  # fmt: skip
    assert path.stat().st_mode & 0o077 == 0


def test_case_system_is_linked_where_the_settings_name_it_and_only_there(listed: Published) -> None:
    name = f"lists_{AREA}_head_of_children_in_care.html"
    without = _written(listed)[name].read_text(encoding="utf-8")
    assert "https://" not in without
    settings = listed.folder.root / "settings.toml"
    settings.write_text('[practice]\ncase_link = "https://cases.example/child/{id}"\n')
    for path in (listed.folder.root / "pages").iterdir():
        path.unlink()
    (listed.folder.root / "pages").rmdir()
    page = html.fromstring(_written(listed)[name].read_text(encoding="utf-8"))
    assert "https://cases.example/child/SYNlate" in page.xpath("//td/@href | //th/a/@href")


def test_front_without_lists_says_nothing_of_them(published: Published) -> None:
    assert "Children to see to" not in _written(published)["index.html"].read_text(encoding="utf-8")
