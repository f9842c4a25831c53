"""Which means may be printed together: two that share records reveal the few in which they differ.

The difference of two sums is what those records add. So between any two printed means of the same event whose windows
overlap, of one indicator or of two, either no record comes, goes or has another amount, or more than five do
(dbt_project/docs/disclosure.md, 'Means').
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
    alike: dict[tuple[str, str], list[PrintedFigure]] = defaultdict(list)
    for figure in figures:
        if figure.indicator_id in identities.sums and figure.population not in NOT_PERSONS:
            alike[identities.of(figure.indicator_id).denominator, figure.area_code].append(figure)
    earlier: dict[tuple[str, str], list[PrintedMean]] = defaultdict(list)
    for (indicator_id, area_code), means in (printed or {}).items():
        earlier[identities.of(indicator_id).denominator, area_code] += means
    return frozenset(
        key for own, some in alike.items() for key in _of_event(some, records, earlier[own])
    )


def _of_event(
    figures: list[PrintedFigure], records: Records, earlier: Iterable[PrintedMean]
) -> Iterator[FigureKey]:
    known = list(earlier)
    fresh = []
    in_order = sorted(figures, key=lambda one: one.indicator_id)
    for figure in sorted(in_order, key=lambda one: one.period_end, reverse=True):
        mean = mean_of(figure, records.get((figure.indicator_id, figure.area_code), []))
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
