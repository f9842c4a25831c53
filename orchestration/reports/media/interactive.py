"""The chart that a reader changes on the explore page, and the library that draws it in the browser.

Altair composes the drawing once, without data; the page's own script fills in what is chosen. The library is the one that
`vl-convert` brings. Nothing is fetched, and no text is run as code: Vega interprets its expressions.
"""

from __future__ import annotations

import base64
import os
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration.reports.media.charts import (
    COMPARED,
    FONT,
    FONT_SIZE,
    GRID,
    MARK_SIZE,
    OWN,
    QUIET_INK,
    RULE,
    TARGET,
    USUAL,
    Look,
)
from orchestration.warehouse.manifest import PARSED_FOLDER

HEIGHT = 300
TEMPLATES = Path(__file__).parent / "templates"
# A line each: ours or the first group, what it is compared with, further groups.
LOOKS = (
    OWN,
    *COMPARED,
    Look("#b23c00", "cross", (3, 2), 1.5, 60),
    Look("#4b3b8f", "triangle-down", (8, 2), 1.5, 58),
    Look("#3d3d3d", "triangle-right", (1, 2), 1.5, 58),
    Look("#a0006d", "triangle-left", (5, 1), 1.5, 58),
)


def page_script(page: str) -> str:
    """What the page does when a reader chooses."""
    return (TEMPLATES / f"{page}.js").read_text(encoding="utf-8")


@cache
def library() -> str:
    """Vega as one script, bundled once for each installation: that takes six seconds."""
    kept = PARSED_FOLDER / f"vega_{version('vl-convert-python')}.js"
    if not kept.exists():
        import vl_convert  # as slow to load as to draw with

        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(f".{os.getpid()}.partial")
        partial.write_text(
            vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"), encoding="utf-8"
        )
        partial.replace(kept)
    return kept.read_text(encoding="utf-8")


def allowed(*scripts: str) -> str:
    """The scripts as a content security policy names them: each by its hash, no other runs."""
    digests = (base64.b64encode(sha256(script.encode()).digest()).decode() for script in scripts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


@cache
def drawing() -> dict[str, Any]:
    """The drawing without data, for Vega-Lite."""
    import altair as alt  # 0.6 s, only where a page is written

    layered = alt.layer(*_layers(alt)).properties(
        width="container", height=HEIGHT, autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    ).add_params(alt.param(name="low", value=0), alt.param(name="ticks", value=[]))  # fmt: skip
    styled = layered.configure(font=FONT, background="white", aria=False)
    return (
        styled.configure_view(stroke=None)
        .configure_axis(
            labelFontSize=FONT_SIZE,
            labelColor=QUIET_INK,
            labelPadding=6,
            gridColor=GRID,
            domainColor=RULE,
            tickColor=RULE,
        )
        .to_dict()
    )


def _layers(alt: Any) -> list[Any]:
    days = alt.X(
        "end:T",
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(
            format="%b %Y",
            title=None,
            grid=False,
            labelAngle=0,
            labelOverlap=True,
            values=alt.ExprRef("ticks"),
        ),
    )
    values = alt.Y(
        "value:Q",
        scale=alt.Scale(zero=False, domainMin=alt.ExprRef("low")),
        axis=alt.Axis(title=None, domain=False, ticks=False, tickCount=6),
    )
    return [
        _band(alt, days),
        *_marks(alt, days),
        *_levels(alt, days, values),
        *_lines(alt, days, values),
    ]


def _band(alt: Any, days: Any) -> Any:
    """Between the limits of what chance explains, period by period."""
    base = alt.Chart(alt.NamedData("band")).encode(x=days, y=alt.Y("lower:Q"), y2="upper:Q")
    return base.mark_area(color=QUIET_INK, opacity=0.14).encode(detail="run:N")


def _marks(alt: Any, days: Any) -> list[Any]:
    """Days on which a linked action began or was complete."""
    base = alt.Chart(alt.NamedData("marks")).encode(x=days)
    labels = base.mark_text(
        align="left", baseline="top", dx=3, fontSize=MARK_SIZE, color=QUIET_INK
    ).encode(y=alt.value(0), text="text:N")
    return [base.mark_rule(color=RULE, strokeWidth=1), labels]


def _levels(alt: Any, days: Any, values: Any) -> list[Any]:
    usual = alt.Chart(alt.NamedData("usual")).encode(x=days, y=values, detail="run:N")
    target = alt.Chart(alt.NamedData("target")).encode(y=values)
    return [
        usual.mark_line(color=USUAL.colour, strokeDash=list(USUAL.dash), strokeWidth=USUAL.stroke),
        target.mark_rule(
            color=TARGET.colour, strokeDash=list(TARGET.dash), strokeWidth=TARGET.stroke
        ),
    ]


def _lines(alt: Any, days: Any, values: Any) -> list[Any]:
    base = alt.Chart(alt.NamedData("lines")).encode(x=days, y=values)
    dashes = alt.Scale(
        domain=[look.shape for look in LOOKS], range=[list(look.dash) for look in LOOKS]
    )
    lines = base.mark_line(strokeJoin="round").encode(
        detail="run:N",
        color=alt.Color("colour:N", scale=None, legend=None),
        strokeWidth=alt.StrokeWidth("stroke:Q", scale=None, legend=None),
        strokeDash=alt.StrokeDash("shape:N", scale=dashes, legend=None),
    )
    points = base.mark_point(opacity=1, strokeWidth=USUAL.stroke).encode(
        stroke=alt.Stroke("colour:N", scale=None, legend=None),
        fill=alt.Fill("colour:N", scale=None, legend=None),
        shape=alt.Shape("shape:N", scale=None, legend=None),
        size=alt.Size("point:Q", scale=None, legend=None),
        tooltip=[
            alt.Tooltip("name:N", title="Of"), alt.Tooltip("period:N", title="Period"),
            alt.Tooltip("text:N", title="Value"),
        ],
    )  # fmt: skip
    return [lines, points]
