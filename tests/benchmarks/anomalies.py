"""Faults injected into simulated series: false alarms per 100 clean series-months, and recall per fault and size.

The parameters of `orchestration/anomalies` were fixed before this was first run; the seed is here. Beside
them two rules that people use: a change of more than 20% on the month before, and two standard deviations
from the mean of what came before. A missing or doubled feed is the volume rules' to catch (dbt_project/docs/gate.md),
so that is what is asked for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from statistics import fmean, pstdev
from typing import Any

import numpy as np
from dateutil.relativedelta import relativedelta

from orchestration.anomalies.charts import FEWEST, JUDGES, Judged, Point
from orchestration.checks.tables import TableCount, judge_tables
from orchestration.settings import GateSettings

SEED = 20250331
SERIES, MONTHS, FIRST_SCORED = 200, 48, 24
Rule = Callable[[str, list[Point]], set[int]]
# (kind, words, mean of a month): sizes of an outer London borough, up to a county.
BANDS = (
    ("flow", "5-14 a month", 9), ("flow", "15-49 a month", 30), ("flow", "50-199 a month", 100),
    ("flow", "200 and more a month", 300), ("seasonal flow", "15-49 a month", 30),
    ("seasonal flow", "50-199 a month", 100), ("overdispersed flow", "50-199 a month", 100),
    ("stock", "20-99", 60), ("stock", "100-499", 250), ("stock", "500 and more", 1500),
    ("proportion", "30 a month", 30), ("proportion", "100 a month", 100), ("proportion", "300 a month", 300),
)  # fmt: skip
SEASON = 1 + 0.25 * np.sin(2 * np.pi * np.arange(12) / 12)


def _ends() -> list[date]:
    first = date(2021, 5, 1)
    return [first + relativedelta(months=n, days=-1) for n in range(MONTHS)]


def _counts(kind: str, mean: float, rng: np.random.Generator) -> np.ndarray:
    level = np.full(MONTHS, float(mean))
    if kind == "seasonal flow":
        level = level * SEASON[np.arange(MONTHS) % 12]
    if kind == "overdispersed flow":
        # A third more variance than Poisson: siblings come together.
        level = rng.gamma(shape=level * 3, scale=1 / 3)
    return rng.poisson(level).astype(float)


def _stock(mean: float, rng: np.random.Generator) -> np.ndarray:
    """Births and deaths: 6% of the members leave in a month, as many come on average."""
    size, sizes = int(mean), []
    for _ in range(MONTHS):
        size += int(rng.poisson(0.06 * mean)) - int(rng.binomial(size, 0.06))
        sizes.append(float(size))
    return np.array(sizes)


def clean_series(kind: str, mean: float, rng: np.random.Generator) -> list[Point]:
    """A series in which nothing is wrong."""
    if kind == "stock":
        return [Point(end, n) for end, n in zip(_ends(), _stock(mean, rng), strict=True)]
    counts = _counts(kind, mean, rng).tolist()
    if kind != "proportion":
        return [Point(end, n) for end, n in zip(_ends(), counts, strict=True)]
    share = rng.uniform(0.2, 0.85)
    return [
        Point(end, float(rng.binomial(int(n), share)), max(n, 1.0))
        for end, n in zip(_ends(), counts, strict=True)
    ]


def _scaled(factor: float) -> Callable[[Point], Point]:
    def change(point: Point) -> Point:
        denominator = None if point.denominator is None else round(point.denominator * factor)
        return replace(
            point, numerator=float(round(point.numerator * factor)), denominator=denominator
        )

    return change


def _moved(by: float) -> Callable[[Point], Point]:
    def change(point: Point) -> Point:
        whole = point.denominator or 1.0
        away = by if point.numerator / whole + by <= 1 else -by
        return replace(
            point, numerator=float(min(max(round(point.numerator + away * whole), 0), whole))
        )

    return change


FAULTS: dict[str, Callable[[Point], Point]] = {
    "halved": _scaled(0.5), "doubled": _scaled(2.0), "down by 30%": _scaled(0.7), "up by 30%": _scaled(1.3),
    "a digit too many": _scaled(10.0),
}  # fmt: skip
SHARE_FAULTS: dict[str, Callable[[Point], Point]] = {
    "20 points off": _moved(0.2), "40 points off": _moved(0.4), "all recorded as no": lambda p: replace(p, numerator=0.0),
}  # fmt: skip


def process_control(kind: str, points: list[Point]) -> set[int]:
    """The months that this project flags, trial limits left out."""
    judge = JUDGES["flow" if kind.endswith("flow") else kind]
    found: list[Judged] = judge(points)
    if kind == "proportion":
        found = [*found, *JUDGES["flow"]([Point(p.period_end, p.denominator or 0) for p in points])]
    flagged = {one.period_end for one in found if one.is_flagged and not one.is_trial}
    return {index for index, point in enumerate(points) if point.period_end in flagged}


def _values(points: list[Point]) -> list[float]:
    return [p.numerator / p.denominator if p.denominator else p.numerator for p in points]


def changed_by_a_fifth(_: str, points: list[Point]) -> set[int]:
    """More than 20% off the month before."""
    values = _values(points)
    return {
        n
        for n in range(1, len(values))
        if abs(values[n] - values[n - 1]) > 0.2 * abs(values[n - 1])
    }


def two_deviations(_: str, points: list[Point]) -> set[int]:
    """More than two standard deviations from the mean of the months before."""
    values = _values(points)
    return {
        n
        for n in range(FEWEST, len(values))
        if abs(values[n] - fmean(values[:n])) > 2 * pstdev(values[:n])
    }


RULES: dict[str, Rule] = {
    "process control": process_control, "changed by more than 20%": changed_by_a_fifth, "two deviations": two_deviations,
}  # fmt: skip


def _false_alarms(kind: str, series: list[list[Point]]) -> dict[str, float]:
    months = len(series) * (MONTHS - FIRST_SCORED)
    return {
        name: round(100 * sum(len({n for n in rule(kind, one) if n >= FIRST_SCORED}) for one in series) / months, 2)
        for name, rule in RULES.items()
    }  # fmt: skip


def _recall(
    kind: str, series: list[list[Point]], change: Callable[[Point], Point], rng: np.random.Generator
) -> dict[str, float]:
    caught = dict.fromkeys(RULES, 0)
    for points in series:
        month = int(rng.integers(FIRST_SCORED, MONTHS))
        faulty = [*points[:month], change(points[month]), *points[month + 1 :]]
        for name, rule in RULES.items():
            caught[name] += month in rule(kind, faulty)
    return {name: round(100 * count / len(series), 1) for name, count in caught.items()}


def volume_rules(series: list[list[Point]], factor: float) -> float:
    """Percentage of missing (0) or doubled (more than 2) feeds that the volume check fails."""
    caught = 0
    for points in series:
        before, now = points[-2].numerator, round(points[-2].numerator * factor) + (factor > 1)
        counts = [
            TableCount(
                f"SYN{n}",
                "E09000003",
                "annex_a",
                points[n].period_end,
                "list_3",
                int(rows),
                0,
                True,
            )
            for n, rows in ((-2, before), (-1, now))
        ]
        checks = judge_tables(counts, GateSettings())
        caught += any(check.rule == "volume" and not check.passed for check in checks)
    return round(100 * caught / len(series), 1)


def score(n_series: int = SERIES) -> Iterator[dict[str, Any]]:
    """One line per kind and size: false alarms, then recall of each fault in its first month."""
    rng = np.random.default_rng(SEED)
    for kind, words, mean in BANDS:
        series = [clean_series(kind, mean, rng) for _ in range(n_series)]
        yield {
            "kind": kind,
            "size": words,
            "measure": "false alarms per 100 series-months",
            **_false_alarms(kind, series),
        }
        faults = FAULTS | SHARE_FAULTS if kind == "proportion" else FAULTS
        for fault, change in faults.items():
            yield {
                "kind": kind,
                "size": words,
                "measure": f"recall %: {fault}",
                **_recall(kind, series, change, rng),
            }
        if kind == "flow" and mean >= GateSettings().volume_min_rows:
            for fault, factor in (("missing feed", 0.0), ("doubled feed", 2.0)):
                yield {
                    "kind": kind,
                    "size": words,
                    "measure": f"recall %: {fault}",
                    "volume rules": volume_rules(series, factor),
                }
