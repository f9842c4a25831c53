"""What moved a figure: the groups that add most to the change, and words where there is nothing to say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orchestration.reports.content.figures import figures_of
from orchestration.reports.content.published import read_published
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
    "What moved it: a rise of 15.0 points on a year earlier, 9.0 of it from 16-17 (age band), +7.5 by its own figure and"
    " +1.5 by its size; 8.0 of it from 10-15 (age band), by its own figure alone; other groups moved it the other way."
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
    assert why(figures, is_public=True) == "What moved it is not told in the public edition."


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
