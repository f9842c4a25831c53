"""Run charts as SVG inside a page: Altair draws, vl-convert renders, no browser and no network.

What a chart shows is decided by the page; here is only how it looks. Each series has a colour, a line and a
point shape of its own and its name at the line's end, so that it reads in black and white and needs no legend.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from hashlib import sha256
from html import escape
from importlib.metadata import version
from math import ceil, floor, inf, log10
from pathlib import Path
from time import time
from typing import Any

# A page is read at 360 pixels too, where the drawing shrinks to two thirds: small canvas, large letters.
PLOT_WIDTH, PLOT_HEIGHT = 340, 230
PADDING = {"left": 58, "right": 132, "top": 30, "bottom": 34}
FONT, FONT_SIZE = "Arial, Helvetica, sans-serif", 13
MARK_SIZE = 11
LINE_HEIGHT, LABEL_CHARACTERS, LABEL_GAP = 15, 17, 4
QUIET_INK, RULE, GRID = "#4a5563", "#6b7683", "#dfe3e8"
MOST_DATE_STEPS = 4
MONTH = 31 * 24 * 3600 * 1000  # milliseconds
# Above this share of the top, the lowest value leaves so much empty space below it that the axis starts higher.
START_AT_ZERO_BELOW = 0.4
DRAWINGS = "drawings"  # the folder in which a data folder keeps them
_KEPT_IN: ContextVar[Path | None] = ContextVar("kept_in", default=None)


@dataclass(frozen=True)
class Look:
    """How a series differs from the others, in colour and without."""

    colour: str
    shape: str
    dash: tuple[int, int]
    stroke: float
    point: int
    weight: str = "normal"


OWN = Look("#12436d", "circle", (1, 0), 2.4, 34, "bold")
COMPARED = (
    Look("#801650", "diamond", (6, 3), 1.3, 64),
    Look("#0b6b61", "square", (2, 3), 1.3, 50),
    Look("#7a4a00", "triangle-up", (9, 3), 1.3, 58),
)
# Rules have no points; a short stroke precedes the label of one.
USUAL = Look(QUIET_INK, "stroke", (4, 4), 1.3, 120)
LIMIT = Look(QUIET_INK, "stroke", (1, 3), 1.0, 120)
TARGET = Look("#1b6b2a", "stroke", (12, 2), 1.6, 120, "bold")


@dataclass(frozen=True)
class Series:
    """Values in order of date; None where there is none. `end_label` is printed at the right of the plot."""

    end_label: str
    points: Sequence[tuple[date, float | None]]


@dataclass(frozen=True)
class Rule:
    """A level drawn across the plot; without a label the text next to the chart names it."""

    value: float
    look: Look
    end_label: str = ""


@dataclass(frozen=True)
class Mark:
    """A day on which something was done, as an upright line with a label at its top."""

    day: date
    label: str


@dataclass(frozen=True)
class RunChart:
    """What one chart shows."""

    own: Series
    compared: Sequence[Series]
    rules: Sequence[Rule]
    unit: str
    marks: Sequence[Mark] = ()


@dataclass(frozen=True)
class Axis:
    """A value axis with round ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]
    decimals: int


def value_axis(values: Sequence[float], most: float = inf) -> Axis:
    """An axis around the values, to `most` at most; from zero unless that would squeeze them into the top of the plot."""
    low, high = min(values), max(values)
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    bottom = low - room
    if low >= 0:
        bottom = 0.0 if low < START_AT_ZERO_BELOW * high or low == high == 0 else max(bottom, 0.0)
    # All round steps divide a hundred: the axis of percentages ends there.
    top = min(high + room, max(high, most))
    step = _round_step((top - bottom) / 5)
    first, last = floor(bottom / step + 1e-9), ceil(top / step - 1e-9)
    decimals = next(places for places in range(16) if abs(round(step, places) - step) < step * 1e-6)
    ticks = tuple(round(number * step, decimals) for number in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks, decimals)


def _round_step(width: float) -> float:
    """The nearest of 1, 2, 2.5, 5 and 10 (times a power of ten) at or above `width`."""
    power = 10.0 ** floor(log10(width))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= width * 0.999)


def date_ticks(ends: Sequence[date]) -> list[date]:
    """A few of the period ends, evenly spaced back from the newest."""
    least = max(1, ceil((len(ends) - 1) / MOST_DATE_STEPS))
    # months are best marked in quarters and years
    step = next((whole for whole in (1, 2, 3, 6, 12, 24, 36) if whole >= least), least)
    return sorted(ends[::-1][::step])


def spread(
    wanted: Sequence[float], heights: Sequence[float], top: float, bottom: float
) -> list[float]:
    """Middle of each label (in pixels from the top), moved as little as keeps labels apart and in the plot."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = list(wanted)
    edge = top
    for index in order:
        placed[index] = max(placed[index], edge + heights[index] / 2)
        edge = placed[index] + heights[index] / 2
    edge = bottom
    for index in reversed(order):
        placed[index] = min(placed[index], edge - heights[index] / 2)
        edge = placed[index] - heights[index] / 2
    return placed


def render_run_chart(chart: RunChart, label: str, described_by: str) -> str:
    """The chart as an <svg> element named `label` and described by the element of the page with that id."""
    return _inline(chart_image(chart), label, described_by)


def chart_image(chart: RunChart) -> str:
    """The chart as a file of its own."""
    return _drawn(json.dumps(_shown(chart), sort_keys=True), _KEPT_IN.get())


SECONDS_KEPT = 7 * 24 * 3600


@contextmanager
def drawings_kept_in(folder: Path) -> Generator[None]:
    """Take drawings of the same data from an earlier night, and keep those of this one for the next.

    A night without news draws nothing: loading Altair and its renderer and drawing take most of the time of
    the pages. What no report has shown for a week goes: each report is rendered in a step of its own.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    token = _KEPT_IN.set(folder)
    _drawn.cache_clear()
    try:
        yield
    finally:
        _KEPT_IN.reset(token)
    for path in folder.iterdir():
        if path.stat().st_mtime < time() - SECONDS_KEPT:
            path.unlink()


@lru_cache(maxsize=256)
def _drawn(shown: str, kept_in: Path | None) -> str:
    """The drawing of a chart's data: reports and editions mostly share it."""
    if kept_in is None:
        return _draw(shown)
    kept = kept_in / f"{sha256((_look() + shown).encode()).hexdigest()}.svg"
    if kept.exists():
        kept.touch()
        return kept.read_text(encoding="utf-8")
    drawn = _draw(shown)
    partial = kept.with_suffix(".partial")
    partial.write_text(drawn, encoding="utf-8")
    partial.replace(kept)
    return drawn


def _draw(shown: str) -> str:
    import vl_convert  # starting its renderer takes half a second: only when there is a chart

    return vl_convert.vegalite_to_svg(json.dumps({**_drawing(), **json.loads(shown)}))


@cache
def _look() -> str:
    """Everything besides its data that a drawing depends on."""
    versions = (version(name) for name in ("altair", "vl-convert-python"))
    return " ".join((*versions, sha256(Path(__file__).read_bytes()).hexdigest()))


def _shown(chart: RunChart) -> dict[str, Any]:
    """This chart's data and axes, for the one drawing of all charts."""
    series = [*zip(chart.compared, COMPARED, strict=False), (chart.own, OWN)]
    axis = value_axis(_all_values(chart), 100.0 if chart.unit == "%" else inf)
    return {
        "datasets": {
            "lines": [row for one, look in series for row in _rows(one, look)],
            "rules": [{"value": rule.value, **vars(rule.look)} for rule in chart.rules],
            "marks": [{"end": one.day.isoformat(), "text": one.label} for one in chart.marks],
            "ends": _end_labels(series, chart, axis),
        },
        "params": [{"name": name, "value": value} for name, value in _axes(chart, axis).items()],
    }


def _all_values(chart: RunChart) -> list[float]:
    found = [
        value
        for series in (chart.own, *chart.compared)
        for _, value in series.points
        if value is not None
    ]
    return [*found, *(rule.value for rule in chart.rules)]


def _rows(series: Series, look: Look) -> list[dict[str, Any]]:
    """Points that have a value, each unbroken run a line of its own, so that no line bridges a gap."""
    found, run = [], 0
    for end, value in series.points:
        if value is None:
            run += 1
        else:
            found.append(
                {"end": end.isoformat(), "value": value, "run": f"{look.shape} {run}", **vars(look)}
            )
    return found


def _end_labels(
    series: list[tuple[Series, Look]], chart: RunChart, axis: Axis
) -> list[dict[str, Any]]:
    """Each series' name and newest value, with the place on the value axis of the label's first line."""
    ends = [(one.end_label, _newest(one.points), look) for one, look in series]
    ends += [(rule.end_label, rule.value, rule.look) for rule in chart.rules if rule.end_label]
    shown = [
        (textwrap.wrap(text, LABEL_CHARACTERS), value, look)
        for text, value, look in ends
        if value is not None
    ]
    pixels = PLOT_HEIGHT / (axis.high - axis.low)
    middles = spread(
        [(axis.high - value) * pixels for _, value, _ in shown],
        [len(lines) * LINE_HEIGHT + LABEL_GAP for lines, _, _ in shown],
        -PADDING["top"] / 2,
        PLOT_HEIGHT + LINE_HEIGHT / 2,  # any lower they would run into the dates
    )
    return [
        {
            "text": lines,
            "value": axis.high - (middle - (len(lines) - 1) * LINE_HEIGHT / 2) / pixels,
            **vars(look),
        }
        for (lines, _, look), middle in zip(shown, middles, strict=True)
    ]


def _newest(points: Sequence[tuple[date, float | None]]) -> float | None:
    return next((value for _, value in reversed(points) if value is not None), None)


def _axes(chart: RunChart, axis: Axis) -> dict[str, Any]:
    ends = [end for end, _ in chart.own.points]
    first, last = _milliseconds(ends[0]), _milliseconds(ends[-1])
    margin = (last - first) * 0.03 or MONTH
    return {
        "low": axis.low,
        "high": axis.high,
        "ticks": list(axis.ticks),
        "tick_format": f",.{axis.decimals}f",
        "unit": chart.unit if axis.low == 0 else f"{chart.unit} (the axis does not start at 0)",
        "from_day": first - margin,
        "to_day": last + margin,
        "day_ticks": [_milliseconds(end) for end in date_ticks(ends)],
    }


def _milliseconds(moment: date) -> int:
    """Days are UTC throughout: none may slip into the month before on a machine west of Greenwich."""
    return int(datetime(moment.year, moment.month, moment.day, tzinfo=UTC).timestamp() * 1000)


@cache
def _drawing() -> dict[str, Any]:
    """The drawing, without data. Altair needs 0.1 s to compose it, so all charts of a page share it."""
    import altair as alt  # 0.6 s, as above

    layers = (*_mark_layers(alt), *_rule_layer(alt), *_line_layers(alt), *_end_layers(alt))
    layered = alt.layer(*layers).properties(
        width=PLOT_WIDTH,
        height=PLOT_HEIGHT,
        padding=PADDING,
        autosize=alt.AutoSizeParams(type="none"),
        title=alt.TitleParams(
            alt.ExprRef("unit"), anchor="start", orient="top", frame="group", dx=-PADDING["left"] + 4, offset=10,
            fontSize=FONT_SIZE, fontWeight="normal", color=QUIET_INK,
        ),
    )  # fmt: skip
    styled = layered.configure(font=FONT, background="white", aria=False).configure_view(
        stroke=None
    )
    return styled.configure_axis(
        labelFontSize=FONT_SIZE,
        labelColor=QUIET_INK,
        labelPadding=6,
        gridColor=GRID,
        domainColor=RULE,
        tickColor=RULE,
    ).to_dict()


def _days(alt: Any) -> Any:
    scale = alt.Scale(
        type="utc", domainMin=alt.ExprRef("from_day"), domainMax=alt.ExprRef("to_day")
    )
    axis = alt.Axis(
        values=alt.ExprRef("day_ticks"),
        format="%b %Y",
        title=None,
        grid=False,
        labelOverlap=False,
        labelFlush=False,
    )
    return alt.X("end:T", scale=scale, axis=axis)


def _values(alt: Any) -> Any:
    scale = alt.Scale(
        domainMin=alt.ExprRef("low"), domainMax=alt.ExprRef("high"), nice=False, zero=False
    )
    axis = alt.Axis(
        values=alt.ExprRef("ticks"),
        labelExpr="format(datum.value, tick_format)",
        title=None,
        domain=False,
        ticks=False,
    )
    return alt.Y("value:Q", scale=scale, axis=axis)


def _rule_layer(alt: Any) -> list[Any]:
    """One layer per kind of rule: a dash cannot be read from the data as well as the one of the lines."""
    base = alt.Chart(alt.NamedData("rules")).encode(y=_values(alt))
    return [
        base.transform_filter(f"datum.colour == '{look.colour}' && datum.stroke == {look.stroke}").mark_rule(
            color=look.colour, strokeDash=list(look.dash), strokeWidth=look.stroke
        )
        for look in (USUAL, LIMIT, TARGET)
    ]  # fmt: skip


def _mark_layers(alt: Any) -> list[Any]:
    base = alt.Chart(alt.NamedData("marks")).encode(x=_days(alt))
    labels = base.mark_text(
        align="left", baseline="top", dx=3, fontSize=MARK_SIZE, color=QUIET_INK
    ).encode(y=alt.value(0), text="text:N")
    return [base.mark_rule(color=RULE, strokeWidth=1), labels]


def _line_layers(alt: Any) -> list[Any]:
    looks = (OWN, *COMPARED)
    dashes = alt.Scale(
        domain=[look.shape for look in looks], range=[list(look.dash) for look in looks]
    )
    base = alt.Chart(alt.NamedData("lines")).encode(x=_days(alt), y=_values(alt))
    lines = base.mark_line(strokeJoin="round").encode(
        detail="run:N",
        color=alt.Color("colour:N", scale=None, legend=None),
        strokeWidth=alt.StrokeWidth("stroke:Q", scale=None, legend=None),
        strokeDash=alt.StrokeDash("shape:N", scale=dashes, legend=None),
    )
    return [lines, _points(alt, base)]


def _points(alt: Any, base: Any) -> Any:
    return base.mark_point(opacity=1, strokeWidth=USUAL.stroke).encode(
        stroke=alt.Stroke("colour:N", scale=None, legend=None),
        fill=alt.Fill("colour:N", scale=None, legend=None),
        shape=alt.Shape("shape:N", scale=None, legend=None),
        size=alt.Size("point:Q", scale=None, legend=None),
    )


def _end_layers(alt: Any) -> list[Any]:
    """Name and newest value of every series next to the plot, in its colour, after its own point shape."""
    base = alt.Chart(alt.NamedData("ends")).encode(y=_values(alt))
    names = base.mark_text(
        align="left", baseline="middle", lineHeight=LINE_HEIGHT, fontSize=FONT_SIZE,
        fontWeight=alt.ExprRef("datum.weight"),
    ).encode(
        x=alt.value(PLOT_WIDTH + 21), text="text:N", color=alt.Color("colour:N", scale=None, legend=None)
    )  # fmt: skip
    return [_points(alt, base).encode(x=alt.value(PLOT_WIDTH + 11)), names]


def _inline(svg: str, label: str, described_by: str) -> str:
    """Drop what only a file of its own needs, and the parts' own roles: to a reader the chart is one image."""
    body = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", svg[svg.index(">") + 1 :])
    width = PLOT_WIDTH + PADDING["left"] + PADDING["right"]
    height = PLOT_HEIGHT + PADDING["top"] + PADDING["bottom"]
    opening = (
        f'<svg class="chart" role="img" aria-label="{escape(label)}" aria-describedby="{escape(described_by)}"'
        f' viewBox="0 0 {width} {height}" focusable="false">'
    )
    return opening + body
