"""Which means may be printed together: two windows that share records reveal the few that come and go.

The difference of two sums is what those records add. So between any two printed windows that overlap either nobody
comes or goes, or more than five do (dbt_project/docs/disclosure.md, 'Means').
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from orchestration.registry.indicators import NOT_PERSONS
from orchestration.reports.disclosure.figures import (
    AMOUNT_BITS,
    Counted,
    FigureKey,
    PrintedFigure,
    Records,
)
from orchestration.reports.disclosure.identities import Identities, IdentityClass
from orchestration.reports.disclosure.rules import is_small

Members = frozenset[int]


@dataclass(frozen=True)
class PrintedMean:
    """A mean that a pack has printed, with the records that it was made of."""

    period_start: date
    period_end: date
    value: float | None
    members: Members


PrintedMeans = Mapping[tuple[str, str], Iterable[PrintedMean]]
"""By indicator and area."""


def mean_of(figure: PrintedFigure, records: Iterable[Counted]) -> PrintedMean:
    """A mean with its records, as they are."""
    members = frozenset(one.record for one in records if one.is_in(figure))
    return PrintedMean(figure.period_start, figure.period_end, figure.value, members)


def means_to_withhold(
    figures: Iterable[PrintedFigure],
    identities: Identities,
    records: Records,
    printed: PrintedMeans | None = None,
) -> frozenset[FigureKey]:
    """The means that reveal too much together with others; what was `printed` stays so, then the newest come first."""
    if IdentityClass.MEANS not in identities.used:
        return frozenset()
    series: dict[tuple[str, str], list[PrintedFigure]] = defaultdict(list)
    for figure in figures:
        if figure.indicator_id in identities.sums and figure.population not in NOT_PERSONS:
            series[figure.indicator_id, figure.area_code].append(figure)
    return frozenset(
        key
        for own, some in series.items()
        for key in _of_series(some, records.get(own, []), (printed or {}).get(own, ()))
    )


def _of_series(
    figures: list[PrintedFigure], records: list[Counted], earlier: Iterable[PrintedMean]
) -> Iterator[FigureKey]:
    known = list(earlier)
    fresh = []
    for figure in sorted(figures, key=lambda one: one.period_end, reverse=True):
        mean = mean_of(figure, records)
        if mean not in known:
            fresh.append((figure.key, mean))
    for key, mean in fresh:
        if any(_tells(mean, other) for other in known):
            yield key
        else:
            known.append(mean)


def _tells(one: PrintedMean, other: PrintedMean) -> bool:
    """Whether the two sums differ by what one to five records add."""
    is_shared = one.period_start <= other.period_end and other.period_start <= one.period_end
    return is_shared and is_small(
        len({record >> AMOUNT_BITS for record in one.members ^ other.members})
    )
