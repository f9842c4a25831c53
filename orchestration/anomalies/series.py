"""A table of series in, a table of judged points out: what the dbt models `val_anomalies` and `val_changes` call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, cast

import pandas as pd

from orchestration.anomalies.charts import JUDGES, Judged, Point, judge_flow
from orchestration.anomalies.years_before import Figure, compare

SERIES_KEY = ["series_id", "kind", "area_code"]
JUDGED = {
    "series_id": "string", "kind": "string", "area_code": "string", "period_end": "datetime64[us]",
    "observed": "float64", "expected": "float64", "lower": "float64", "upper": "float64",
    "method": "string", "is_flagged": "bool", "is_trial": "bool", "baseline_from": "datetime64[us]",
    "baseline_reason": "string",
}  # fmt: skip
FIGURES_KEY = ["indicator_id", "area_code", "basis", "break_on", "is_share"]
CHANGES = {
    "indicator_id": "string", "area_code": "string", "basis": "string", "period_end": "datetime64[us]",
    "n_compared": "int64", "compared_from": "datetime64[us]", "compared_to": "datetime64[us]",
    "usual": "float64", "lower": "float64", "upper": "float64", "change": "string",
}  # fmt: skip


def _points(frame: pd.DataFrame) -> list[Point]:
    columns = (frame["period_end"], frame["numerator"], frame["denominator"])
    return [
        Point(end.date(), float(numerator), None if pd.isna(denominator) else float(denominator))
        for end, numerator, denominator in zip(*columns, strict=True)
    ]


def _judged(kind: str, points: list[Point]) -> Iterator[tuple[str, Judged]]:
    """(suffix of the series, point): a proportion's denominator is a series of its own, checked first."""
    if kind == "proportion":
        whole = [Point(point.period_end, point.denominator or 0.0) for point in points]
        yield from ((".denominator", one) for one in judge_flow(whole))
    yield from (("", one) for one in JUDGES[kind](points))


def judge_series(series: pd.DataFrame) -> pd.DataFrame:
    """Every point that limits could judge."""
    ordered = series.assign(period_end=pd.to_datetime(series["period_end"]))
    ordered = ordered.sort_values([*SERIES_KEY, "period_end"])
    rows: list[dict[str, Any]] = []
    for name_of, frame in ordered.groupby(SERIES_KEY, sort=False):
        series_id, kind, area_code = map(str, cast("tuple[str, str, str]", name_of))
        for suffix, one in _judged(kind, _points(frame)):
            name = {"series_id": f"{series_id}{suffix}", "kind": kind, "area_code": area_code}
            rows.append(name | asdict(one))
    return pd.DataFrame(rows, columns=list(JUDGED)).astype(JUDGED)


def _figures(frame: pd.DataFrame) -> list[Figure]:
    # A 95% interval reaches 1.96 standard errors to either side.
    width = frame["confidence_upper"].astype("float64") - frame["confidence_lower"].astype(
        "float64"
    )
    numbers = (
        frame[["value", "numerator", "denominator"]]
        .astype("float64")
        .assign(error=width / (2 * 1.96))
    )
    return [
        Figure(start.date(), end.date(), float(value), *map(_known, rest))
        for start, end, (value, *rest) in zip(
            frame["period_start"], frame["period_end"], numbers.to_numpy(), strict=True
        )
    ]


def _known(number: float) -> float | None:
    return None if pd.isna(number) else float(number)


def judge_changes(figures: pd.DataFrame) -> pd.DataFrame:
    """Every figure that the years before could judge, unrounded."""
    days = {name: pd.to_datetime(figures[name]) for name in ("period_start", "period_end")}
    ordered = figures.assign(**days).sort_values([*FIGURES_KEY, "period_end"])
    rows: list[dict[str, Any]] = []
    for name_of, frame in ordered.groupby(FIGURES_KEY, sort=False, dropna=False):
        indicator_id, area_code, basis, _, is_share = cast(
            "tuple[str, str, str, Any, bool]", name_of
        )
        name = {"indicator_id": indicator_id, "area_code": area_code, "basis": basis}
        found = compare(_figures(frame), basis, is_share=bool(is_share))
        rows.extend(name | asdict(one) for one in found)
    return pd.DataFrame(rows, columns=list(CHANGES)).astype(CHANGES)
