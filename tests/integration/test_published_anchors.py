"""Published figures of Barnet, as the shipped series give them after a run."""

from __future__ import annotations

import pytest

from tests.extracts import BARNET
from tests.story import Story, query

ENGLAND = "E92000001"


@pytest.mark.parametrize(
    ("indicator", "area", "period_end", "value"),
    [
        ("ks4_disadvantaged_attainment8_gap", BARNET, "2025-08-31", -5.2),
        ("ks4_disadvantaged_progress8_gap", BARNET, "2024-08-31", -0.06),
        ("cla_attainment8_gap", BARNET, "2025-08-31", -29.9),
        ("sen_support_ks2_rwm_gap", BARNET, "2025-08-31", -20),
        ("neet_16_17_pct", BARNET, "2025-02-28", 0.6),
        ("neet_16_17_pct", ENGLAND, "2025-02-28", 3.4),
    ],
)
def test_published_figure_is_the_one_of_the_plan(
    indicator: str, area: str, period_end: str, value: float, story: Story
) -> None:
    found = query(
        story.first.warehouse,
        "select value from marts.fct_benchmarks where indicator_id = ? and area_code = ? and period_end = ?"
        " and status = 'ok'",
        indicator, area, period_end,
    )  # fmt: skip

    assert [one for (one,) in found] == [pytest.approx(value)]
