"""Which means may be printed beside each other: two windows that share records tell the few that come and go.

The difference of two sums is what those records add. So between any two printed windows that overlap either nobody
comes or goes, or more than five do (dbt_project/docs/disclosure.md, 'Means').
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.registry.indicators import NOT_PERSONS
from orchestration.reports.disclosure.release import FigureKey, Measures, PrintedFigure
from orchestration.reports.disclosure.rules import is_small


@dataclass(frozen=True)
class Counted:
    """A record of a mean, by a number that tells it apart, and the days from and to which a window counts it."""

    record: int
    counted_on: date
    superseded_on: date | None

    def is_in(self, figure: PrintedFigure) -> bool:
        """Whether the figure's window counts it."""
        is_later = self.superseded_on is not None and figure.period_end >= self.superseded_on
        return figure.period_start <= self.counted_on <= figure.period_end and not is_later


Records = Mapping[tuple[str, str], list[Counted]]
"""By indicator and area: what its means are made of."""


def read_records(connection: duckdb.DuckDBPyConnection, indicator_ids: Iterable[str]) -> Records:
    """The records behind the means of these indicators."""
    found: dict[tuple[str, str], list[Counted]] = defaultdict(list)
    rows = connection.execute(
        "select indicator_id, area_code, dense_rank() over (order by record_key), counted_on, superseded_on"
        " from marts.fct_counted_records where list_contains(?, indicator_id)"
        " and coalesce(denominator_amount, 0) <> 0",
        [sorted(indicator_ids)],
    ).fetchall()
    for indicator_id, area_code, record, counted_on, superseded_on in rows:
        found[indicator_id, area_code].append(Counted(record, counted_on, superseded_on))
    return found


def means_to_withhold(
    figures: Iterable[PrintedFigure],
    measures: Mapping[str, Measures],
    records: Records,
    released: frozenset[FigureKey] = frozenset(),
    restated: frozenset[FigureKey] = frozenset(),
) -> frozenset[FigureKey]:
    """The means that tell too much beside others; what was released stays, then the newest come first.

    A mean that was restated after a pack had printed it tells what changed: it is not printed again.
    """
    series: dict[tuple[str, str], list[PrintedFigure]] = defaultdict(list)
    for figure in figures:
        measured = measures.get(figure.indicator_id)
        if measured and measured.is_sum and figure.population not in NOT_PERSONS:
            series[figure.indicator_id, figure.area_code].append(figure)
    found: set[FigureKey] = set()
    for own, some in series.items():
        changed = {figure.key for figure in some} & restated
        open_ = [figure for figure in some if figure.key not in changed]
        found |= changed.union(_of_series(open_, records.get(own, []), released))
    return frozenset(found)


def _of_series(
    figures: list[PrintedFigure], records: list[Counted], released: frozenset[FigureKey]
) -> Iterable[FigureKey]:
    in_order = sorted(figures, key=lambda one: (one.key in released, one.period_end), reverse=True)
    printed: list[tuple[PrintedFigure, frozenset[int]]] = []
    for figure in in_order:
        inside = frozenset(one.record for one in records if one.is_in(figure))
        if figure.key in released or not any(
            _overlap(figure, other) and is_small(len(inside ^ theirs)) for other, theirs in printed
        ):
            printed.append((figure, inside))
        else:
            yield figure.key


def _overlap(one: PrintedFigure, other: PrintedFigure) -> bool:
    return one.period_start <= other.period_end and other.period_start <= one.period_end
