"""Month factors: only with 36 months or more and evidence of season (dbt_project/docs/anomalies.md)."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

FEWEST_MONTHS = 36
# Kruskal-Wallis over twelve months of the year, 11 degrees of freedom, p = 0.01 (chi-squared table).
EVIDENCE = 24.725
NONE = dict.fromkeys(range(1, 13), 0.0)


def month_effects(values: Sequence[tuple[int, float]]) -> dict[int, float]:
    """What each month of the year adds on the scale of the values; all 0 without evidence."""
    if len(values) < FEWEST_MONTHS:
        return NONE
    by_month: dict[int, list[float]] = {}
    for month, value in values:
        by_month.setdefault(month, []).append(value)
    if len(by_month) < 12 or _kruskal_wallis(values) <= EVIDENCE:
        return NONE
    mean = fmean(value for _, value in values)
    return {month: fmean(found) - mean for month, found in by_month.items()}


def _kruskal_wallis(values: Sequence[tuple[int, float]]) -> float:
    """H without the correction for ties, which errs on the side of no season."""
    order = sorted(range(len(values)), key=lambda index: values[index][1])
    ranks = [0.0] * len(values)
    place = 0
    while place < len(order):
        last = place
        while last + 1 < len(order) and values[order[last + 1]][1] == values[order[place]][1]:
            last += 1
        for tied in order[place : last + 1]:
            ranks[tied] = (place + last) / 2 + 1
        place = last + 1
    sums: dict[int, list[float]] = {}
    for (month, _), rank in zip(values, ranks, strict=True):
        sums.setdefault(month, []).append(rank)
    total = len(values)
    spread = sum(sum(found) ** 2 / len(found) for found in sums.values())
    return 12 / (total * (total + 1)) * spread - 3 * (total + 1)
