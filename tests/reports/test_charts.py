"""Run charts: axes, labels and the drawing itself."""

from __future__ import annotations

import os
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from orchestration.reports.media import charts
from orchestration.reports.media.charts import (
    USUAL,
    Rule,
    RunChart,
    Series,
    date_ticks,
    render_run_chart,
    spread,
    value_axis,
)

ENDS = [date(2024, 12, 31), date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)]


def chart(
    values: list[float | None], compared: tuple[Series, ...] = (), usual: float | None = None
) -> RunChart:
    own = Series("Home 1.0", list(zip(ENDS, values, strict=False)))
    rules = [] if usual is None else [Rule(usual, USUAL, "Years before 1.0")]
    return RunChart(own=own, compared=compared, rules=rules, unit="per 10,000 children")


@pytest.mark.parametrize(
    "values",
    [
        [0.0, 0.0],
        [5.0],
        [-3.0, 2.0],
        [-1.5],
        [98.0, 99.5],
        [0.01, 0.03],
        [293.1, 524.6, 0.0],
        [100000.0, 123456.0],
    ],
)
def test_axis_holds_every_value_between_round_ticks(values: list[float]) -> None:
    axis = value_axis(values)
    assert axis.low <= min(values) < axis.high >= max(values)
    assert (axis.ticks[0], axis.ticks[-1]) == (axis.low, axis.high)
    assert len({round(after - before, 9) for before, after in pairwise(axis.ticks)}) == 1
    assert 3 <= len(axis.ticks) <= 9


def test_axis_never_goes_below_zero_for_counts() -> None:
    assert value_axis([0.5, 20.0]).low == 0
    assert value_axis([9.9, 10.0]).low > 0


@pytest.mark.parametrize(
    "values", [[100.0], [97.3, 100.0], [30.0, 99.2], [99.95, 100.0], [0.0, 100.0]]
)
def test_axis_of_percentages_ends_at_a_hundred(values: list[float]) -> None:
    axis = value_axis(values, 100)
    assert axis.ticks[-1] == axis.high == 100
    assert axis.low < min(values) or axis.low == 0
    percentages = RunChart(Series("Home", list(zip(ENDS, values, strict=False))), (), (), "%")
    assert {"name": "high", "value": 100.0} in charts._shown(percentages)["params"]


@pytest.mark.parametrize("months", [1, 2, 5, 13, 40, 61])
def test_the_newest_month_always_has_a_tick_and_ticks_are_few(months: int) -> None:
    ends = [date(2020 + month // 12, month % 12 + 1, 28) for month in range(months)]
    ticks = date_ticks(ends)
    assert ticks[-1] == ends[-1]
    assert len(ticks) <= 5


def test_labels_of_equal_values_stand_apart_within_the_plot() -> None:
    placed = sorted(spread([100, 100, 101, 228], [19, 34, 19, 19], -15, 237))
    assert all(after - before >= 19 for before, after in pairwise(placed))
    assert placed[0] >= -15
    assert placed[-1] <= 237


def test_no_line_bridges_a_month_without_a_value() -> None:
    lines = charts._shown(chart([1.0, None, 2.0, 3.0]))["datasets"]["lines"]
    assert [(row["end"], row["run"]) for row in lines] == [
        ("2024-12-31", "circle 0"),
        ("2025-02-28", "circle 1"),
        ("2025-03-31", "circle 1"),
    ]


def test_chart_is_one_named_image_with_its_texts_escaped_and_nothing_to_load() -> None:
    compared = (Series('A & <b>"B"</b> 3.0', [(ENDS[0], 3.0), (ENDS[-1], 3.0)]),)
    svg = render_run_chart(
        chart([1.0, 2.0, 2.0, 1.0], compared, usual=1.5), 'Chart of "x" & <y>', "sum"
    )
    root = etree.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == 'Chart of "x" & <y>'
    assert root.attrib["aria-describedby"] == "sum"
    assert not root.findall(".//b")
    assert "http" not in svg
    assert not [part for part in root.iter() if part is not root and "role" in part.attrib]
    text = " ".join(str(part) for part in root.itertext())
    assert "Years before 1.0" in text
    assert "Home 1.0" in text
    assert "Mar 2025" in text


def test_one_month_is_a_point() -> None:
    svg = render_run_chart(chart([4.0]), "One", "sum")
    assert "Dec 2024" in svg
    assert svg.count("<path") >= 1


def test_an_axis_that_starts_higher_says_so() -> None:
    assert "does not start at 0" in render_run_chart(chart([98.0, 99.0, 98.5, 99.5]), "High", "sum")
    assert "does not start at 0" not in render_run_chart(
        chart([0.0, 99.0, 98.5, 99.5]), "From zero", "sum"
    )


def test_drawing_of_an_earlier_night_is_taken_and_one_no_longer_shown_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with charts.drawings_kept_in(tmp_path):
        first = charts.chart_image(chart([1.0, 2.0]))
        charts.chart_image(chart([1.0, 3.0]))
    assert len(list(tmp_path.iterdir())) == 2
    for path in tmp_path.iterdir():
        os.utime(path, (0, 0))
    monkeypatch.setattr(charts, "_draw", lambda _: pytest.fail("drawn again"))
    with charts.drawings_kept_in(tmp_path):
        assert charts.chart_image(chart([1.0, 2.0])) == first
    assert len(list(tmp_path.iterdir())) == 1


def test_drawing_is_made_again_where_what_draws_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    monkeypatch.setattr(charts, "_draw", lambda shown: drawn.append(shown) or "<svg></svg>")
    for look in ("as it was", "as it is"):
        monkeypatch.setattr(charts, "_look", lambda look=look: look)
        with charts.drawings_kept_in(tmp_path):
            charts.chart_image(chart([1.0, 2.0]))
    assert len(drawn) == 2
