"""A chart of the rows that a query gives: its last numbers over its first dates or names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from orchestration.analyst.queries import NotAnswerable

FORMS = (".svg", ".png")
MOST_COLOURS = 8


def draw(rows: pd.DataFrame, target: Path) -> None:
    """Write the chart to a file of one of FORMS; raises NotAnswerable where there is nothing to draw."""
    if target.suffix not in FORMS:
        raise NotAnswerable(f"{target.name}: a chart is written as {' or '.join(FORMS)}")
    chart_of(rows).save(str(target))


def chart_of(rows: pd.DataFrame) -> Any:
    """The chart, as Altair has it; raises NotAnswerable where there is nothing to draw."""
    numbers = list(rows.select_dtypes(include="number").columns)
    others = [name for name in rows.columns if name not in numbers]
    if rows.empty or not numbers or not others:
        raise NotAnswerable(
            "nothing to draw: a chart needs rows with a date or a name, and a number in the last such column"
        )
    return _chart(rows, others, numbers[-1])


def _chart(rows: pd.DataFrame, others: list[str], number: str) -> Any:
    import altair as alt  # 0.6 s, for one command

    dates = [name for name in others if _is_date(rows[name])]
    along = (dates or others)[0]
    groups = [name for name in others if name != along and 1 < rows[name].nunique() <= MOST_COLOURS]
    drawn = rows[[along, *groups[:1], number]].copy()
    if dates:
        drawn[along] = pd.to_datetime(drawn[along])
    chart = alt.Chart(drawn, title=f"{number} by {along}")
    encoding = {
        "x": alt.X(along, type="temporal" if dates else "nominal", sort=None),
        "y": alt.Y(number, type="quantitative"),
    }
    if groups:
        encoding["color"] = alt.Color(groups[0], type="nominal")
    drawn_as: Any = chart.mark_line(point=True) if dates else chart.mark_bar()
    return drawn_as.encode(**encoding)


def _is_date(column: pd.Series) -> bool:
    return pd.api.types.is_datetime64_any_dtype(column)
