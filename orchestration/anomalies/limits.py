"""The control limits of dbt_project/docs/anomalies.md for one point of a series, from the points before it.

Scales: counts on the square root, where the spread of a Poisson count does not grow with its mean.
Nothing here knows dates; `charts` walks along a series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import fmean

# XmR constants for moving ranges of two (dbt_project/docs/anomalies.md; Wheeler, Understanding Variation, 1993).
LIMIT_FACTOR, SCREEN_FACTOR, RANGE_TO_SIGMA = 2.66, 3.267, 1.128
# A square root of a Poisson count has the standard deviation 1/2: no series of counts is calmer than chance.
POISSON_RANGE = 0.5 * RANGE_TO_SIGMA


@dataclass(frozen=True)
class Limits:
    """What is expected of a point, and how far chance reaches."""

    expected: float
    lower: float
    upper: float

    def hold(self, observed: float) -> bool:
        """Whether the point lies within them."""
        return self.lower <= observed <= self.upper


def mean_moving_range(values: Sequence[float]) -> float:
    """Mean of the moving ranges, those of an outlier screened out once."""
    ranges = [abs(later - earlier) for earlier, later in pairwise(values)]
    if not ranges:
        return 0.0
    bound = SCREEN_FACTOR * fmean(ranges)
    return fmean([one for one in ranges if one <= bound])


def individuals(values: Sequence[float], least_range: float) -> Limits:
    """XmR limits; the points that the first limits leave out have no say in the mean."""
    reach = LIMIT_FACTOR * max(mean_moving_range(values), least_range)
    first = fmean(values)
    kept = [value for value in values if abs(value - first) <= reach] or list(values)
    centre = fmean(kept)
    return Limits(centre, centre - reach, centre + reach)


def on_counts(limits: Limits) -> Limits:
    """Limits of the square-root scale as counts."""
    return Limits(
        *(max(value, 0.0) ** 2 for value in (limits.expected, limits.lower, limits.upper))
    )


@dataclass(frozen=True)
class Share:
    """A numerator of a denominator in one period."""

    numerator: float
    denominator: float

    @property
    def value(self) -> float:
        return self.numerator / self.denominator


def pooled(shares: Sequence[Share]) -> float:
    """The share of all periods together."""
    return sum(share.numerator for share in shares) / sum(share.denominator for share in shares)


def chance_of(expected: float, denominator: float) -> float:
    """Standard deviation of a binomial share; never 0, so that a share of exactly 0 or 1 has limits too."""
    bounded = min(max(expected, 0.5 / denominator), 1 - 0.5 / denominator)
    return sqrt(bounded * (1 - bounded) / denominator)


def p_prime(shares: Sequence[Share], denominator: float) -> Limits:
    """Laney's p-prime: binomial limits, widened by how much more the series varies than chance alone."""
    expected = pooled(shares)
    scores = [(one.value - expected) / chance_of(expected, one.denominator) for one in shares]
    spread = max(mean_moving_range(scores) / RANGE_TO_SIGMA, 1.0)
    reach = 3 * spread * chance_of(expected, denominator)
    return Limits(expected, max(expected - reach, 0.0), min(expected + reach, 1.0))
