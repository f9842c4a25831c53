"""What moved a figure: the groups that add most to the change, and words where there is nothing to say."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from orchestration.reports.content.figures import figures_of
from orchestration.reports.content.published import ChangePart, read_published
from orchestration.reports.content.why import why
from tests.reports.test_committee_page import exceptions, part, words

if TYPE_CHECKING:
    from tests.reports.conftest import Warehouse
    from tests.reports.test_committee_page import Render

PARTS = {
    ("age_band", "16-17"): (9.0, 7.5, 1.5),
    ("age_band", "10-15"): (8.0, 8.0, 0.0),
    ("age_band", "5-9"): (-2.0, -2.0, 0.0),
    ("sex", "female"): (7.5, 7.0, 0.5),
    ("sex", "male"): (7.5, 7.0, 0.5),
}


def _share(warehouse: Warehouse, change: str | None = "higher", parts: bool = True) -> None:
    warehouse.add_indicator("share", kind="percentage", unit="%", good_is="high")
    warehouse.add_figure("share", "2024-03-31", 55, denominator=100, value=55.0)
    warehouse.add_figure("share", "2025-03-31", 70, denominator=100, value=70.0)
    if change:
        warehouse.add_change("share", "2025-03-31", 52.5, change)
    figure = warehouse.rows["fct_indicator_values"][-1]
    key = ("indicator_id", "area_code", "basis", "period_end", "run_id")
    warehouse.rows["fct_change_parts"] += [
        {**{name: figure[name] for name in key}, "period_end_before": figure["period_end"].replace(year=2024),
         "breakdown": breakdown, "breakdown_value": group, "change": 15.0, "part": whole, "own_part": own,
         "size_part": size}
        for (breakdown, group), (whole, own, size) in PARTS.items() if parts
    ]  # fmt: skip


TOLD = (
    "What moved it: a rise of 15.0 points on a year earlier, by age band mostly among 16-17 (9.0 of it) and 10-15 (8.0 of"
    " it), whose own figures rose; other groups moved it the other way."
)


def test_groups_that_add_most_are_named_on_the_panel_and_among_the_exceptions(
    warehouse: Warehouse, render: Render
) -> None:
    _share(warehouse)
    page = render(warehouse)
    assert TOLD in words(part(page, "share"))
    assert TOLD in exceptions(page)


def test_public_edition_names_no_group(warehouse: Warehouse, tmp_path: Path) -> None:
    _share(warehouse)
    published = read_published(
        warehouse.write(tmp_path / "warehouse.duckdb"), "committee", "restricted"
    )
    figures = figures_of(published, published.indicators[0])
    assert figures.parts
    assert why(figures, is_public=True) == ""


def _told(
    value: float, before: float, parts: list[tuple[str, float, float]], decimals: int = 1
) -> str:
    """What is said of a percentage that moved from one value to another, after (group, own part, part by size)."""
    line: Any = SimpleNamespace(
        status="ok",
        value=round(value, decimals),
        year_before_value=round(before, decimals),
        direction="worse",
    )
    indicator: Any = SimpleNamespace(published_decimals=decimals, unit="%")
    change = value - before
    found = tuple(
        ChangePart("share", date(2025, 3, 31), "sex", group, change, own + size, own, size)
        for group, own, size in parts
    )
    figures: Any = SimpleNamespace(line=line, indicator=indicator, parts=found)
    return why(figures, is_public=False)


def test_change_in_words_is_the_difference_of_the_two_printed_values() -> None:
    """63.12 after 64.16: a change of 1.04, but 63.1 after 64.2 is 1.1 to who reads the two."""
    assert _told(63.12, 64.16, [("girls", -0.8, 0.0), ("boys", -0.24, 0.0)]) == (
        "What moved it: a fall of 1.1 points on a year earlier, by sex mostly among girls (0.8 of it) and boys (0.2 of it),"
        " whose own figures fell."
    )
    assert _told(63.12, 63.09, [("girls", 0.03, 0.0)]) == (
        "What moved it: it did not move on a year earlier."
    )
    assert "a rise of 1 point on a year earlier" in _told(64, 63, [("girls", 0.9, 0.1)], decimals=0)


def test_group_whose_size_moved_the_figure_is_not_said_to_have_moved_itself() -> None:
    assert _told(60, 58, [("girls", 0.1, 1.8), ("boys", 0.0, 0.1)]) == (
        "What moved it: a rise of 2.0 points on a year earlier, by sex mostly among girls (1.9 of it)."
    )


@pytest.mark.parametrize(
    "parts",
    [
        [("girls", -3.0, 0.0), ("boys", 1.9, 0.0)],
        [("girls", -1.0, -0.3), ("boys", 0.2, 0.0)],
        [(f"group {number}", -0.11, 0.0) for number in range(10)],
    ],
)
def test_nothing_is_said_where_one_group_exceeds_the_change_or_none_explains_most_of_it(
    parts: list[tuple[str, float, float]],
) -> None:
    assert _told(63.1, 64.2, parts) == ""


@pytest.mark.parametrize(
    ("change", "parts", "said"),
    [
        ("none", True, "What moved it: nothing beyond chance."),
        ("higher", False, "What moved it: its records are not told apart by group."),
        (None, True, TOLD.replace("a year earlier", "a year earlier (it may be chance)")),
    ],
)
def test_panel_says_what_moved_it_or_that_nothing_did(
    warehouse: Warehouse, render: Render, change: str | None, parts: bool, said: str
) -> None:
    _share(warehouse, change, parts)
    assert said in words(part(render(warehouse), "share"))


@pytest.mark.parametrize(
    ("newest", "said"),
    [
        ({"numerator": None}, "there is no new value"),
        (
            {"numerator": 7, "denominator": 10, "value": 70.0},
            "no comparable value of a year earlier",
        ),
    ],
)
def test_what_cannot_be_compared_says_so(
    warehouse: Warehouse, render: Render, newest: dict[str, float | None], said: str
) -> None:
    warehouse.add_indicator("share", kind="percentage", unit="%")
    warehouse.add_figure("share", "2025-03-31", **newest)  # type: ignore[arg-type]
    assert said in words(part(render(warehouse), "share"))
