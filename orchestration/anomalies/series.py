"""A table of series in, a table of judged points out: what the dbt model `val_anomalies` calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, cast

import pandas as pd

from orchestration.anomalies.charts import JUDGES, Judged, Point, judge_flow

SERIES_KEY = ["series_id", "kind", "area_code"]
JUDGED = {
    "series_id": "string", "kind": "string", "area_code": "string", "period_end": "datetime64[us]",
    "observed": "float64", "expected": "float64", "lower": "float64", "upper": "float64",
    "method": "string", "is_flagged": "bool", "is_trial": "bool", "baseline_from": "datetime64[us]",
    "baseline_reason": "string",
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
