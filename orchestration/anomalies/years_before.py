"""Whether a figure differs beyond chance from the same figure of the years before (dbt_project/docs/changes.md).

What is compared shares no month with the newest period: windows a whole window apart, numbers on a day a year apart.
Small counts are judged exactly, on numerator and denominator both; a number on a day by how fast its members change.
Nothing here is rounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import sqrt
from statistics import NormalDist, fmean, median
from typing import Literal

from orchestration.anomalies.exact import exact_count, exact_share
from orchestration.anomalies.limits import Limits, individuals, mean_moving_range

Change = Literal["higher", "lower", "none"]

# Of a hundred figures that only chance moves, one lies outside.
BY_CHANCE = 0.01
REACH = NormalDist().inv_cdf(1 - BY_CHANCE / 2)
# A count below this is judged exactly; the square root of a larger one is close enough to normal.
EXACT_BELOW = 20
MOST_YEARS, FEWEST_VALUES = 3, 8
YEAR = 12
MONTHS_APART = {"rolling36": 36}
STOCK = "snapshot"
# Where Easter moves a school term it ends in another month.
TERMS = ("term", "academic")
# Months next to each other that show how fast the members of a stock change.
FEWEST_MONTHS, SLOWEST = 12, 0.97


@dataclass(frozen=True)
class Figure:
    """A value on the headline basis.

    `numerator` and `denominator` (for a rate the population) count records, and are None where the value is not made
    of records that are counted once. `error` is the standard error of a value with a confidence interval.
    """

    period_start: date
    period_end: date
    value: float
    numerator: float | None = None
    denominator: float | None = None
    error: float | None = None


@dataclass(frozen=True)
class Compared:
    """A figure and what the years before lead one to expect of it; chance alone leaves it within the limits."""

    period_end: date
    n_compared: int
    compared_from: date
    compared_to: date
    usual: float
    lower: float
    upper: float
    change: Change


@dataclass(frozen=True)
class _Count:
    numerator: float
    denominator: float

    @property
    def share(self) -> float:
        return self.numerator / self.denominator


def compare(figures: Sequence[Figure], basis: str, *, is_share: bool) -> Iterator[Compared]:
    """Compare each figure with those of the years before; leaves out what cannot be judged.

    `figures` are of one indicator and area, oldest first, with no break in method between them. `is_share` says that
    the numerator is part of the denominator.
    """
    by_month = {_month(figure.period_end): figure for figure in figures}
    for index, figure in enumerate(figures):
        earlier = _earlier(by_month, figure, basis)
        so_far = figures[: index + 1] if basis == STOCK else ()
        used, limits, change = _judged(figure, earlier, so_far, is_share=is_share)
        if limits is not None:
            yield Compared(
                figure.period_end, len(used), used[-1].period_start, used[0].period_end,
                limits.expected, limits.lower, limits.upper, change,
            )  # fmt: skip


def _month(day: date) -> int:
    return day.year * YEAR + day.month


def _earlier(by_month: dict[int, Figure], figure: Figure, basis: str) -> list[Figure]:
    """The figures one, two and more steps before, the newest first, up to the first that is not there."""
    apart = MONTHS_APART.get(basis, YEAR)
    near = (0, -1, 1) if basis.startswith(TERMS) else (0,)
    found: list[Figure] = []
    for number in range(1, FEWEST_VALUES + 1):
        at = _month(figure.period_end) - number * apart
        one = next((by_month[at + off] for off in near if at + off in by_month), None)
        if one is None:
            break
        found.append(one)
    return found


def _judged(
    figure: Figure, earlier: list[Figure], so_far: Sequence[Figure], *, is_share: bool
) -> tuple[list[Figure], Limits | None, Change]:
    """(figures compared with, limits, change) by counts, by confidence intervals or by the values alone."""
    last = earlier[:MOST_YEARS]
    both = [figure, *last]
    if last and all(one.numerator is not None for one in both):
        return last, *_by_counts(figure, last, so_far, is_share=is_share)
    if last and all(one.error is not None for one in both):
        limits = _by_errors(figure.error or 0.0, last)
        return last, limits, _change(figure.value, limits)
    if len(earlier) >= FEWEST_VALUES:
        values = [one.value for one in earlier]
        limits = individuals(values, max(mean_moving_range(values), 1e-9))
        return earlier, limits, _change(figure.value, limits)
    return [], None, "none"


def _change(observed: float, limits: Limits) -> Change:
    if limits.hold(observed):
        return "none"
    return "higher" if observed > limits.upper else "lower"


# ---------------------------------------------------------------- by counts


def _by_counts(
    figure: Figure, last: list[Figure], so_far: Sequence[Figure], *, is_share: bool
) -> tuple[Limits | None, Change]:
    """Judged on the counts: a limit turned into a value may miss the value of the very same count by a hair."""
    scale = _scale([figure, *last])
    if scale is None:
        return None, "none"
    now, before = _count(figure), [_count(one) for one in last]
    pooled = _Count(sum(one.numerator for one in before), sum(one.denominator for one in before))
    expected = now.denominator * pooled.share
    if (min(expected, now.denominator - expected) if is_share else expected) < EXACT_BELOW:
        judge = exact_share if is_share else exact_count
        limits = judge(now.denominator, pooled.numerator, pooled.denominator, BY_CHANCE)
    else:
        spread = _spread(now, before, _persistence(so_far, is_share=is_share))
        limits = (_about_share if is_share else _about_count)(now, pooled, spread)
    expected, lower, upper = (
        scale * count / now.denominator for count in (limits.expected, limits.lower, limits.upper)
    )
    return Limits(expected, lower, upper), _change(now.numerator, limits)


def _count(figure: Figure) -> _Count:
    return _Count(figure.numerator or 0.0, figure.denominator or 1.0)


def _scale(figures: Sequence[Figure]) -> float | None:
    """What a numerator over its denominator is multiplied by to give the value; None where nothing was counted."""
    found = [one.value / _count(one).share for one in figures if one.numerator]
    # A power of ten, but for the noise of the division.
    return round(median(found), 9) if found else None


def _spread(now: _Count, before: list[_Count], persistence: float) -> float:
    """Variance of the difference to the years before, in variances of the newest count.

    `persistence` is the correlation of two counts a year apart; it is raised to the power of the years between.
    """
    n, ratio = len(before), now.denominator * len(before) / sum(b.denominator for b in before)
    among = sum(persistence ** abs(i - j) for i in range(n) for j in range(n)) / n**2
    between = sum(persistence ** (i + 1) for i in range(n)) / n
    return max(1 + ratio * among - 2 * sqrt(ratio) * between, 0.05)


def _persistence(so_far: Sequence[Figure], *, is_share: bool) -> float:
    """The correlation of a stock with itself a year later, from how much it moves in a month; 0 if not known."""
    moves = [
        _move(_count(one), _count(other), is_share=is_share)
        for one, other in pairwise(so_far)
        if _month(other.period_end) - _month(one.period_end) == 1
    ]
    if len(moves) < FEWEST_MONTHS:
        return 0.0
    monthly = 1 - fmean(moves) / 2
    return float(min(max(monthly, 0.0), SLOWEST) ** YEAR)


def _move(one: _Count, other: _Count, *, is_share: bool) -> float:
    """The squared move of a month in variances of a count: 2 on average if the members were new each month."""
    if not is_share:
        return 4 * (sqrt(other.numerator) - sqrt(one.numerator)) ** 2
    both = _Count(one.numerator + other.numerator, one.denominator + other.denominator)
    chance = both.share * (1 - both.share) * 2 / both.denominator
    return (other.share - one.share) ** 2 / chance if chance else 0.0


def _about_count(now: _Count, pooled: _Count, spread: float) -> Limits:
    """On the square root, whose spread is 1/2 whatever the count."""
    expected = now.denominator * pooled.share
    root, reach = sqrt(expected), REACH * sqrt(spread) / 2
    return Limits(expected, max(root - reach, 0.0) ** 2, (root + reach) ** 2)


def _about_share(now: _Count, pooled: _Count, spread: float) -> Limits:
    share = pooled.share
    reach = REACH * sqrt(spread * share * (1 - share) / now.denominator)
    n = now.denominator
    return Limits(n * share, n * max(share - reach, 0.0), n * min(share + reach, 1.0))


# ---------------------------------------------------------------- by confidence intervals


def _by_errors(error: float, last: list[Figure]) -> Limits:
    usual = fmean(one.value for one in last)
    of_usual = sqrt(sum((one.error or 0.0) ** 2 for one in last)) / len(last)
    reach = REACH * sqrt(error**2 + of_usual**2)
    return Limits(usual, usual - reach, usual + reach)
