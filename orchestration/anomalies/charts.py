"""Walks along one series and judges each point by limits that know only the points before it.

Parameters are fixed here, before anything was scored (`tests/benchmarks/anomalies.py` scores). A shift of
level never alerts: eight points on one side of the mean begin a new baseline, with date and reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import fmean
from typing import Literal

from orchestration.anomalies.limits import (
    POISSON_RANGE,
    RANGE_TO_SIGMA,
    Limits,
    Share,
    chance_of,
    individuals,
    mean_moving_range,
    on_counts,
    p_prime,
    pooled,
)
from orchestration.anomalies.season import month_effects

Kind = Literal["flow", "stock", "proportion", "mean", "value"]
# Limits are on trial below 12 points and say so; below 8 there are none. 24 points lock them.
FEWEST, LOCKED_FROM, LOCKED_AT = 8, 12, 24
RUN_OF_SHIFT = 8
# Fewer a month than this: no monthly alert, rolling 12 months instead.
FEWEST_A_MONTH = 5.0
EWMA_WEIGHT, EWMA_REACH = 0.7, 3.0
YEAR = 12


@dataclass(frozen=True)
class Point:
    """One period of a series; a denominator where the series is a proportion."""

    period_end: date
    numerator: float
    denominator: float | None = None


@dataclass(frozen=True)
class Judged:
    """One point with its limits."""

    period_end: date
    observed: float
    expected: float
    lower: float
    upper: float
    method: str
    is_flagged: bool
    is_trial: bool
    baseline_from: date
    baseline_reason: str


class Baseline:
    """The points that limits are made of, and where and why they begin."""

    def __init__(self, points: Sequence[Point]) -> None:
        self._points = points
        self.start = 0
        self.reason = "first period of the series"
        self._sides: list[int] = []

    def indexes(self, upto: int) -> range:
        """The points of the baseline that come before a point: at most the number that locks it."""
        return range(self.start, min(upto, self.start + LOCKED_AT))

    def is_trial(self, upto: int) -> bool:
        return len(self.indexes(upto)) < LOCKED_FROM

    def begins(self) -> date:
        return self._points[self.start].period_end

    def note(self, index: int, observed: float, expected: float) -> None:
        """Count the points on one side; begin anew with the first of eight."""
        side = (observed > expected) - (observed < expected)
        same = self._sides and side == self._sides[-1] and side != 0
        self._sides = [*self._sides, side] if same else [side]
        if len(self._sides) == RUN_OF_SHIFT:
            where = "above" if side > 0 else "below"
            self.start = index - RUN_OF_SHIFT + 1
            self.reason = f"{RUN_OF_SHIFT} periods in a row {where} the mean before"
            self._sides = []


def _judged(
    point: Point, observed: float, limits: Limits, method: str, baseline: Baseline, index: int
) -> Judged:
    return Judged(
        point.period_end, observed, limits.expected, limits.lower, limits.upper, method,
        not limits.hold(observed), baseline.is_trial(index), baseline.begins(), baseline.reason,
    )  # fmt: skip


def judge_flow(points: Sequence[Point]) -> list[Judged]:
    """Counts a month: XmR on the square root; too few a month are judged by the year."""
    roots = [sqrt(max(point.numerator, 0.0)) for point in points]
    baseline, judged = Baseline(points), []
    for index, point in enumerate(points):
        members = baseline.indexes(index)
        if len(members) < FEWEST:
            continue
        a_month = fmean(points[member].numerator for member in members)
        if a_month < FEWEST_A_MONTH:
            found = _rolling_year(points, index, baseline)
            judged += [found] if found else []
            # What has grown since is judged by the month again.
            baseline.note(index, point.numerator, a_month)
            continue
        effects = month_effects(
            [(p.period_end.month, r) for p, r in zip(points[:index], roots, strict=False)]
        )
        calm = [roots[member] - effects[points[member].period_end.month] for member in members]
        effect = effects[point.period_end.month]
        inner = individuals(calm, POISSON_RANGE)
        shifted = Limits(inner.expected + effect, inner.lower + effect, inner.upper + effect)
        method = "xmr_sqrt_seasonal" if any(effects.values()) else "xmr_sqrt"
        judged.append(_judged(point, point.numerator, on_counts(shifted), method, baseline, index))
        baseline.note(index, roots[index] - effect, inner.expected)
    return judged


def _rolling_year(points: Sequence[Point], index: int, baseline: Baseline) -> Judged | None:
    """The last twelve months against the twelve before; None until there are as many."""
    if index + 1 < 2 * YEAR:
        return None
    now = sum(point.numerator for point in points[index + 1 - YEAR : index + 1])
    before = sum(point.numerator for point in points[index + 1 - 2 * YEAR : index + 1 - YEAR])
    # The difference of two square roots of Poisson counts has the standard deviation 0.71.
    reach = 3 * sqrt(0.5)
    root = sqrt(before)
    limits = on_counts(Limits(root, root - reach, root + reach))
    return _judged(points[index], now, limits, "rolling12", baseline, index)


def _one_step_ahead(
    values: Sequence[float],
    least_range: Callable[[int], float],
) -> list[tuple[int, Limits, bool]]:
    """(index, limits, is on trial) by EWMA of what came before; a point outside does not move it unless the next confirms it."""
    found: list[tuple[int, Limits, bool]] = []
    level, errors, doubted = values[0] if values else 0.0, list[float](), None
    for index in range(1, len(values)):
        value = values[index]
        if len(errors) >= FEWEST:
            spread = max(_spread(errors[-LOCKED_AT:]), least_range(index) / RANGE_TO_SIGMA)
            limits = Limits(level, level - EWMA_REACH * spread, level + EWMA_REACH * spread)
            found.append((index, limits, len(errors) < LOCKED_FROM))
            if not limits.hold(value) and doubted is None:
                doubted = value
                continue
        if doubted is not None:
            # Back where it was, or a new level: either way the doubt has an answer.
            is_new_level = abs(value - doubted) < abs(value - level)
            level, doubted = (value if is_new_level else level), None
        errors.append(value - level)
        level += EWMA_WEIGHT * (value - level)
    return found


def _spread(errors: Sequence[float]) -> float:
    """Standard deviation from the mean absolute error, the largest screened as in `mean_moving_range`."""
    sizes = [abs(error) for error in errors]
    bound = 3.267 * fmean(sizes)
    return fmean([size for size in sizes if size <= bound]) * 1.2533


def judge_stock(points: Sequence[Point]) -> list[Judged]:
    """A number on a day: one step ahead, on the square root."""
    roots = [sqrt(max(point.numerator, 0.0)) for point in points]
    # The members of a stock are mostly last month's: a twentieth of Poisson's variance is its least.
    steps = _one_step_ahead(roots, lambda _: POISSON_RANGE * sqrt(0.05))
    baseline = Baseline(points)
    return [
        _stepped(
            points[index], points[index].numerator, on_counts(limits), "ewma_sqrt", trial, baseline
        )
        for index, limits, trial in steps
        if limits.expected**2 >= FEWEST_A_MONTH
    ]


def _stepped(
    point: Point, observed: float, limits: Limits, method: str, is_trial: bool, baseline: Baseline
) -> Judged:
    return Judged(
        point.period_end, observed, limits.expected, limits.lower, limits.upper, method,
        not limits.hold(observed), is_trial, baseline.begins(), baseline.reason,
    )  # fmt: skip


def judge_stock_share(points: Sequence[Point]) -> list[Judged]:
    """A share of a stock: one step ahead; the members are mostly last month's, so p-prime does not apply."""
    usable = [point for point in points if point.denominator]
    shares = [Share(point.numerator, point.denominator or 1) for point in usable]
    # In this order a numerator that is its denominator gives 100 exactly, as the limit does.
    values = [100 * share.value for share in shares]

    def least(index: int) -> float:
        expected = pooled(shares[:index])
        return 100 * RANGE_TO_SIGMA * chance_of(expected, shares[index].denominator) * sqrt(0.1)

    baseline = Baseline(usable)
    return [
        _stepped(usable[index], values[index], _percent(limits), "ewma_share", trial, baseline)
        for index, limits, trial in _one_step_ahead(values, least)
        if shares[index].denominator >= 2 * FEWEST_A_MONTH
    ]


def _percent(limits: Limits) -> Limits:
    return Limits(limits.expected, max(limits.lower, 0.0), min(limits.upper, 100.0))


def judge_proportion(points: Sequence[Point]) -> list[Judged]:
    """Shares of a month's records: the denominator is checked first, then the share by p-prime."""
    unusual = {one.period_end for one in judge_flow(_denominators(points)) if one.is_flagged}
    usable = [point for point in points if point.denominator and point.period_end not in unusual]
    shares = [Share(point.numerator, point.denominator or 1) for point in usable]
    baseline, judged = Baseline(usable), []
    for index, point in enumerate(usable):
        members = [shares[member] for member in baseline.indexes(index)]
        if len(members) < FEWEST:
            continue
        expected, denominator = pooled(members), shares[index].denominator
        if min(expected, 1 - expected) * denominator < FEWEST_A_MONTH:
            found = _rolling_year_share(usable, index, baseline)
            judged += [found] if found else []
            baseline.note(index, shares[index].value, expected)
            continue
        limits = p_prime(members, denominator)
        hundred = Limits(*(100 * one for one in (limits.expected, limits.lower, limits.upper)))
        observed = 100 * shares[index].value
        judged.append(_judged(point, observed, hundred, "p_prime", baseline, index))
        baseline.note(index, observed, hundred.expected)
    return judged


def _denominators(points: Sequence[Point]) -> list[Point]:
    return [Point(point.period_end, point.denominator or 0.0) for point in points]


def _rolling_year_share(points: Sequence[Point], index: int, baseline: Baseline) -> Judged | None:
    """The last twelve months' share against the twelve before; None until there are as many, and enough in them."""
    if index + 1 < 2 * YEAR:
        return None
    years = [points[index + 1 - YEAR : index + 1], points[index + 1 - 2 * YEAR : index + 1 - YEAR]]
    now, before = (
        Share(sum(p.numerator for p in year), sum(p.denominator or 0.0 for p in year))
        for year in years
    )
    both = pooled([now, before])
    if min(both, 1 - both) * min(now.denominator, before.denominator) < FEWEST_A_MONTH:
        return None
    reach = 3 * sqrt(
        chance_of(both, now.denominator) ** 2 + chance_of(both, before.denominator) ** 2
    )
    limits = Limits(before.value, max(before.value - reach, 0.0), min(before.value + reach, 1.0))
    hundred = Limits(*(100 * one for one in (limits.expected, limits.lower, limits.upper)))
    return _judged(points[index], 100 * now.value, hundred, "rolling12_share", baseline, index)


def judge_value(points: Sequence[Point]) -> list[Judged]:
    """Means and figures that come ready made: XmR on the values as they are."""
    values = [point.numerator / (point.denominator or 1.0) for point in points]
    baseline, judged = Baseline(points), []
    for index, point in enumerate(points):
        members = [values[member] for member in baseline.indexes(index)]
        if len(members) < FEWEST:
            continue
        least = 1e-9 * max(abs(fmean(members)), 1.0)
        limits = individuals(members, max(least, mean_moving_range(members)))
        judged.append(_judged(point, values[index], limits, "xmr", baseline, index))
        baseline.note(index, values[index], limits.expected)
    return judged


def judge_mean(points: Sequence[Point]) -> list[Judged]:
    """Monthly means; a mean of very few is no month's figure and is left out."""
    return judge_value([p for p in points if (p.denominator or 0.0) >= FEWEST_A_MONTH])


JUDGES: dict[str, Callable[[Sequence[Point]], list[Judged]]] = {
    "flow": judge_flow,
    "stock": judge_stock,
    "proportion": judge_proportion,
    "stock_share": judge_stock_share,
    "mean": judge_mean,
    "value": judge_value,
}
