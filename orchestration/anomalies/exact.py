"""Exact limits of small counts: the counts that chance alone makes no less likely than asked.

Two counts are compared given their sum (Przyborowski and Wilenski, 1940); two shares given both margins (Fisher, 1935).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import exp, lgamma, log

from orchestration.anomalies.limits import Limits

Tail = Callable[[int], float]


@lru_cache(maxsize=4096)
def exact_count(exposure: float, before: float, exposure_before: float, by_chance: float) -> Limits:
    """Limits of a count over `exposure` after `before` over `exposure_before`."""
    part = exposure / (exposure + exposure_before)

    def below(count: int) -> float:
        return _binomial(0, count, round(count + before), part)

    def above(count: int) -> float:
        return _binomial(count, round(count + before), round(count + before), part)

    expected = before * exposure / exposure_before
    return _between(expected, below, above, by_chance / 2, None)


@lru_cache(maxsize=4096)
def exact_share(of: float, before: float, of_before: float, by_chance: float) -> Limits:
    """Limits of a count of `of` after `before` of `of_before`."""
    n, total = round(of), round(of + of_before)

    def drawn(first: int, last: int, count: int) -> float:
        marked = round(count + before)
        lowest, highest = max(0, n - (total - marked)), min(n, marked)
        whole = _choose(total, n)
        return sum(
            exp(_choose(marked, i) + _choose(total - marked, n - i) - whole)
            for i in range(max(first, lowest), min(last, highest) + 1)
        )

    def below(count: int) -> float:
        return drawn(0, count, count)

    def above(count: int) -> float:
        return drawn(count, n, count)

    return _between(before * of / of_before, below, above, by_chance / 2, n)


def _between(expected: float, below: Tail, above: Tail, least: float, most: int | None) -> Limits:
    """From the lowest to the highest count whose tail is more likely than `least`."""
    lower = upper = round(expected)
    while lower > 0 and below(lower - 1) > least:
        lower -= 1
    while (most is None or upper < most) and above(upper + 1) > least:
        upper += 1
    return Limits(expected, float(lower), float(upper))


def _binomial(first: int, last: int, n: int, part: float) -> float:
    return sum(
        exp(_choose(n, i) + i * log(part) + (n - i) * log(1 - part)) for i in range(first, last + 1)
    )


def _choose(n: int, k: int) -> float:
    """The logarithm of how many ways there are to take k of n."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
