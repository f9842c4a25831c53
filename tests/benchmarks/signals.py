"""How often chance alone is called a change, and how often a true change by a fifth is noticed, by kind of series.

Simulated with a fixed seed. `newest_flagged_pct`: clean series whose newest figure is flagged. `power_20_pct`: series
that rise by a fifth for good and are flagged as higher at one of the first three figures after it that share no
month (a number on a day: of the first three months).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from dateutil.relativedelta import relativedelta

from orchestration.anomalies.years_before import Figure, compare

SEED = 20261129
SERIES = 1000
YEARS, MONTHS = 4, 48
RISE, POINTS = 1.2, 3
LAST = date(2026, 3, 31)
Draw = Callable[[np.random.Generator, list[float]], list[Figure]]


@dataclass(frozen=True)
class Kind:
    """A kind of series: its basis, how often it has a figure, and how figures are drawn of the levels of its periods."""

    name: str
    size: int
    basis: str
    is_share: bool
    draw: Draw
    is_monthly: bool = False

    @property
    def n_clean(self) -> int:
        return MONTHS if self.is_monthly else YEARS


def _ends(n: int, months_apart: int) -> list[date]:
    return [LAST - relativedelta(months=months_apart * back) for back in reversed(range(n))]


def _yearly(values: list[tuple[float, float, float]]) -> list[Figure]:
    ends = _ends(len(values), 12)
    return [
        Figure(end - relativedelta(years=1), end, *one)
        for end, one in zip(ends, values, strict=True)
    ]


def count_of_year(mean: int, clusters: float = 0.0) -> Draw:
    """Events of a year per 10,000 children; with `clusters` siblings come together."""

    def draw(rng: np.random.Generator, levels: list[float]) -> list[Figure]:
        population = 90_000.0
        found = []
        for level in levels:
            expected = level * mean
            if clusters:
                expected = rng.gamma(expected / clusters, clusters)
            count = float(rng.poisson(expected))
            found.append((10_000 * count / population, count, population))
        return _yearly(found)

    return draw


def share_of_year(counted: int, share: float) -> Draw:
    """A percentage of the records of a year."""
    n = counted / share

    def draw(rng: np.random.Generator, levels: list[float]) -> list[Figure]:
        found = []
        for level in levels:
            of = max(int(rng.poisson(n)), 1)
            count = float(rng.binomial(of, share * level))
            found.append((100 * count / of, count, float(of)))
        return _yearly(found)

    return draw


def stock(mean: int, leaves: float) -> Draw:
    """A number on a day: a part of the members leaves in a month, as many come on average."""

    def draw(rng: np.random.Generator, levels: list[float]) -> list[Figure]:
        population, size, before, found = 90_000.0, int(rng.poisson(mean)), 1.0, []
        for end, level in zip(_ends(len(levels), 1), levels, strict=True):
            size += int(rng.poisson(leaves * mean * level)) - int(rng.binomial(size, leaves))
            # The rise itself comes at once: as many more members.
            size += int(rng.poisson(mean * (level - before))) if level > before else 0
            before = level
            found.append(Figure(end, end, 10_000 * size / population, float(size), population))
        return found

    return draw


def share_of_stock(counted: int, share: float, leaves: float = 0.06) -> Draw:
    """Members of a stock that are marked for as long as they are in it."""
    mean = round(counted / share)

    def draw(rng: np.random.Generator, levels: list[float]) -> list[Figure]:
        marked = int(rng.binomial(mean, share))
        others, before, found = mean - marked, 1.0, []
        for end, level in zip(_ends(len(levels), 1), levels, strict=True):
            come = int(rng.poisson(leaves * mean))
            new = int(rng.binomial(come, share * level))
            marked += new - int(rng.binomial(marked, leaves))
            others += come - new - int(rng.binomial(others, leaves))
            if level > before:
                moved = int(rng.binomial(others, share * (level - before) / (1 - share)))
                marked, others = marked + moved, others - moved
            before, of = level, max(marked + others, 1)
            found.append(Figure(end, end, 100 * marked / of, float(marked), float(of)))
        return found

    return draw


def score(pupils: int) -> Draw:
    """A mean of scores with its confidence interval; a rise by a fifth of a score's deviation."""

    def draw(rng: np.random.Generator, levels: list[float]) -> list[Figure]:
        error = 1 / np.sqrt(pupils)
        values = [(float(rng.normal(level - 1, error)), error) for level in levels]
        ends = _ends(len(values), 12)
        return [
            Figure(end - relativedelta(years=1), end, value, error=float(of))
            for end, (value, of) in zip(ends, values, strict=True)
        ]

    return draw


# The size is how many records are counted above, on average.
KINDS = (
    *(Kind("count of a year", n, "rolling12", False, count_of_year(n)) for n in (5, 20, 60, 200, 1000, 4000)),
    *(Kind("count of a year, siblings together", n, "rolling12", False, count_of_year(n, 1 / 3)) for n in (60, 200, 1000)),
    *(Kind("15% of a year's records", n, "rolling12", True, share_of_year(n, 0.15)) for n in (5, 60, 200, 1000)),
    *(Kind("60% of a year's records", n, "rolling12", True, share_of_year(n, 0.6)) for n in (20, 60, 200, 1000)),
    *(Kind("number on a day, 6% leave in a month", n, "snapshot", False, stock(n, 0.06), True) for n in (20, 60, 200, 1500)),
    *(Kind("number on a day, 2% leave in a month", n, "snapshot", False, stock(n, 0.02), True) for n in (60, 200, 1500)),
    *(Kind("30% of a number on a day", n, "snapshot", True, share_of_stock(n, 0.3), True) for n in (20, 60, 200, 1000)),
    *(Kind("score with its interval", n, "academic_year", False, score(n)) for n in (30, 200, 1000)),
)  # fmt: skip


def _changes(kind: Kind, figures: list[Figure]) -> list[str]:
    """What each of the last figures is called, in order; nothing of one that cannot be judged."""
    found = {
        one.period_end: one.change for one in compare(figures, kind.basis, is_share=kind.is_share)
    }
    return [found.get(figure.period_end, "not judged") for figure in figures]


def score_kind(kind: Kind, n_series: int, rng: np.random.Generator) -> dict[str, Any]:
    """One kind's rates, in percent of the series."""
    clean = [1.0] * kind.n_clean
    flagged = [
        _changes(kind, kind.draw(rng, clean))[-1] in ("higher", "lower") for _ in range(n_series)
    ]
    risen = clean + [RISE] * POINTS
    noticed = ["higher" in _changes(kind, kind.draw(rng, risen))[-POINTS:] for _ in range(n_series)]
    return {
        "kind": kind.name,
        "size": kind.size,
        "newest_flagged_pct": round(100 * sum(flagged) / n_series, 1),
        "power_20_pct": round(100 * sum(noticed) / n_series, 1),
    }


def score_all(n_series: int = SERIES) -> Iterator[dict[str, Any]]:
    """One line per kind and size of series."""
    rng = np.random.default_rng(SEED)
    for kind in KINDS:
        yield score_kind(kind, n_series, rng)
