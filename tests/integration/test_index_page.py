"""The index page and the data dictionary as a run leaves them."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html

from tests.story import Story, query, tables


def _pages(story: Story, edition: str) -> Path:
    return story.second.data / "outputs" / "2025-04" / edition


@pytest.mark.parametrize("edition", ["restricted", "public"])
def test_every_link_of_the_index_leads_to_a_file(edition: str, story: Story) -> None:
    folder = _pages(story, edition)
    links = html.fromstring((folder / "index.html").read_text(encoding="utf-8")).xpath(
        "//ul//@href"
    )

    assert len(links) >= 8
    assert [link for link in links if not (folder / link.partition("#")[0]).is_file()] == []
    assert ("owners/index.html" in links) == (edition == "restricted")


def test_dictionary_describes_every_column_of_every_table(story: Story) -> None:
    page = html.fromstring(
        (_pages(story, "restricted") / "dictionary.html").read_text(encoding="utf-8")
    )

    described = {
        (section.findtext("h3"), *(cell.text_content().strip() for cell in row))
        for section in page.xpath("//section[h3]")
        for row in section.xpath(".//tbody/tr")
    }
    columns = query(
        story.second.warehouse,
        "select table_name, column_name from information_schema.columns where table_schema = 'marts'",
    )
    assert {table for table, _ in columns} == set(tables(story.second.warehouse))
    assert {(table, name) for table, name, _, _ in described} == set(columns)
    assert [entry for entry in described if not entry[3]] == []
