"""The board report, rendered from a small warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import html

from orchestration.reports.content.board import plan_number, read_board
from orchestration.reports.content.board_front import write_board_page

if TYPE_CHECKING:
    from tests.reports.conftest import Warehouse


def words(element: html.HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())


@pytest.fixture
def board(warehouse: Warehouse) -> Warehouse:
    """An action on time, one with an old update, one that nobody ever reported on."""
    warehouse.add_indicator("cla_rate", title="Looked after", published_decimals=0)
    warehouse.add_figure("cla_rate", "2025-03-31", 330, denominator=92958, value=35.4999)
    warehouse.add_action("1.1.1", related_indicators="cla_rate not_there_yet", action="On time")
    warehouse.add_action("1.1.2", action="Late <b>")
    warehouse.add_action("2.1.1", action="Silent", outcome="Another")
    warehouse.add_update("1.1.1", "2025-02-28", rag="AMBER", progress="Nine teams", risk="Money")
    warehouse.add_update("1.1.1", "2024-11-30", rag="RED")
    warehouse.add_update("1.1.2", "2024-12-31", rag="BLUE")
    return warehouse


def page_of(warehouse: Warehouse, folder: Path) -> html.HtmlElement:
    board = read_board(warehouse.write(folder / "warehouse.duckdb"), "restricted")
    write_board_page(board, folder / "board.html", "restricted")
    return html.fromstring((folder / "board.html").read_text(encoding="utf-8"))


def test_actions_without_an_update_this_quarter_come_first(
    board: Warehouse, tmp_path: Path
) -> None:
    page = page_of(board, tmp_path)
    [missing] = page.xpath("//section[@aria-labelledby='missing']")
    assert words(missing.find("h2")) == "2 of 3 actions have no update in the quarter"
    assert [words(item) for item in missing.iter("li")] == [
        "1.1.2 Late <b> (An agency): last update 31 Dec 2024",
        "2.1.1 Silent (An agency): never updated",
    ]


def test_action_says_colour_movement_progress_and_linked_indicators(
    board: Warehouse, tmp_path: Path
) -> None:
    [row] = page_of(board, tmp_path).xpath("//tr[@id='action-1.1.1']")
    assert [words(cell) for cell in row] == [
        "1.1.1",
        "On time An agency",
        "In progress update of 28 Feb 2025",
        "Amber better than the board saw last",
        "Nine teams",
        "Looked after 35 per 10,000 children, Monitor not_there_yet not computed yet",
    ]


def test_outcomes_are_summed_up_by_colour(board: Warehouse, tmp_path: Path) -> None:
    rows = page_of(board, tmp_path).xpath("//section[@aria-labelledby='outcomes']//tbody/tr")
    assert [[words(cell) for cell in row] for row in rows] == [
        ["1 An outcome", "2", "0 (0%)", "1 (50%)", "0 (0%)", "1 (50%)", "0 (0%)", "1.1.1 better"],
        ["2 Another", "1", "0 (0%)", "0 (0%)", "0 (0%)", "0 (0%)", "1 (100%)", "none"],
        ["All outcomes", "3", "0 (0%)", "1 (33%)", "0 (0%)", "1 (33%)", "1 (33%)", "1 better"],
    ]


def test_risks_are_listed_for_the_register(board: Warehouse, tmp_path: Path) -> None:
    [risks] = page_of(board, tmp_path).xpath("//section[@aria-labelledby='risks']")
    [row] = risks.iter("tbody")
    assert words(row) == "1.1.1 On time An agency Amber Money"


def test_outcome_says_shares_what_moved_and_what_is_missing(
    board: Warehouse, tmp_path: Path
) -> None:
    first, second = page_of(board, tmp_path).xpath(
        "//section[starts-with(@aria-labelledby, 'outcome-')]"
    )
    assert words(first.find("p")) == (
        "2 actions: 1 amber (50%), 1 blue (50%). Better than the board saw last: 1.1.1."
        " 1 without an update in the quarter."
    )
    assert words(second.find("p")) == (
        "1 action: 1 no colour (100%). No action has changed its colour since the last board."
        " 1 without an update in the quarter."
    )


def test_numbers_of_the_plan_sort_as_numbers() -> None:
    assert sorted(["2.10.1", "2.9.1", "1.1.2"], key=plan_number) == ["1.1.2", "2.9.1", "2.10.1"]


def test_front_says_how_the_plan_goes_and_each_outcome_is_a_card(
    board: Warehouse, tmp_path: Path
) -> None:
    [front] = page_of(board, tmp_path).xpath("//section[@aria-labelledby='front']")
    lead, *_ = front.xpath("./p")
    assert words(lead) == (
        "Of 3 actions 1 is at risk, 1 is complete and 1 is without a colour."
        " Better than the board saw last: 1.1.1. 2 of 3 actions have no update in the quarter."
        " Indicators linked to them: nothing changed beyond chance. No indicator is off target."
        " 1 of 1 indicator has a figure for its newest period."
    )
    cards = front.xpath(".//section[contains(@class, 'card')]")
    assert [words(card.find("h3")) for card in cards] == ["1 An outcome", "2 Another"]
    [bar] = cards[0].iter("svg")
    assert bar.get("aria-label") == "1 is at risk and 1 is complete"
    assert [float(part.get("width")) for part in bar.iter("rect")] == [50, 50]
    assert [words(item) for item in cards[0].iter("li")] == [
        "Better than last time: 1.1.1", "No update this quarter: 1",
    ]  # fmt: skip


def test_spotlight_shows_one_outcome_with_its_indicators_and_what_to_ask(
    board: Warehouse, tmp_path: Path
) -> None:
    board.add_comment("cla_rate", "2025-03-31", "Fewer came into care.")
    [lit] = page_of(board, tmp_path).xpath("//section[@aria-labelledby='spotlight']")
    assert words(lit.find("h2")) == "Spotlight: outcome 1, An outcome"
    [tile] = lit.xpath(".//li[contains(@class, 'tile')]")
    assert tile.find("a").get("href") == "committee.html#cla_rate"
    assert "Fewer came into care." in words(lit)
    asked = [words(item) for item in lit.xpath("./ul[last()]/li")]
    assert [one.split()[0] for one in asked] == ["1.1.1", "1.1.2"]
    assert "Nine teams" in asked[0]


def test_without_an_outcome_in_the_spotlight_there_is_none(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    warehouse.add_action("2.1.1")
    assert page_of(warehouse, tmp_path).xpath("//section[@aria-labelledby='spotlight']") == []
