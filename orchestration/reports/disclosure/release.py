"""The printed figures of a release as a pack: which counts they print, and how those hang together.

Counts are named by what they count (population, measure, window), so that a count which several indicators
print is one unknown. Months are unknowns too: rolling windows are sums of them, which is how two windows are
compared to find what happened in between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import duckdb

from orchestration.reports.disclosure.pack import Name, Pack, Printed, Relation
from orchestration.reports.disclosure.rules import NOT_PERSONS, Counts, is_small, is_unsafe

RATES = frozenset({"rate_per_10k", "rate", "count"})
SHARES = frozenset({"percentage", "gap"})
FigureKey = tuple[str, str, date]
"""Indicator, area, period end."""
Month = date
"""Its first day."""


@dataclass(frozen=True)
class Measures:
    """What an indicator's numerator and denominator count, by the names of the registry."""

    counts: str
    numerator: str
    denominator: str | None
    is_sum: bool = False
    """Whether the numerator adds up days or scores: it is no count, and is not printed."""


@dataclass(frozen=True)
class PrintedFigure:
    """A row of the printed figures with what is needed to judge it."""

    indicator_id: str
    area_code: str
    period_start: date
    period_end: date
    kind: str
    population: str
    numerator: float | None
    denominator: float | None
    value: float | None = None
    """As it is printed."""

    @property
    def key(self) -> FigureKey:
        """Which figure it is."""
        return self.indicator_id, self.area_code, self.period_end

    @property
    def for_rules(self) -> Counts:
        """What the primary rules look at."""
        return Counts(self.kind, self.population, self.numerator, self.denominator)


Monthly = Mapping[tuple[str, str, str], Mapping[Month, float]]
"""By indicator, area and part (numerator or denominator): what each month adds."""


def read_figures(connection: duckdb.DuckDBPyConnection) -> list[PrintedFigure]:
    """Every printed figure that has a count."""
    rows = connection.execute(
        "select figures.indicator_id, figures.area_code, figures.period_start, figures.period_end,"
        " indicators.kind, indicators.population, figures.numerator, figures.denominator, figures.value"
        " from marts.rpt_figures as figures inner join marts.dim_indicators as indicators"
        " on figures.indicator_id = indicators.indicator_id where figures.edition = 'restricted'"
        " and (figures.numerator is not null or figures.denominator is not null)"
    ).fetchall()
    return [PrintedFigure(*row) for row in rows]


def read_months(connection: duckdb.DuckDBPyConnection) -> Monthly:
    """What each month adds to an indicator's numerator and denominator."""
    found: dict[tuple[str, str, str], dict[Month, float]] = defaultdict(dict)
    rows = connection.execute(
        "select indicator_id, area_code, cast(date_trunc('month', counted_on) as date), sum(numerator_amount),"
        " sum(denominator_amount) from marts.fct_counted_records group by all"
    ).fetchall()
    for indicator_id, area_code, month, numerator, denominator in rows:
        found[indicator_id, area_code, "numerator"][month] = numerator or 0.0
        found[indicator_id, area_code, "denominator"][month] = denominator or 0.0
    return found


def pack_of(
    figures: Iterable[PrintedFigure],
    measures: Mapping[str, Measures],
    months: Monthly,
    released: frozenset[FigureKey] = frozenset(),
) -> Pack:
    """The release as unknowns and relations; raises NoRule for a kind of figure that has none."""
    pack = Pack({})
    related: set[Name] = set()
    for figure in sorted(figures, key=lambda one: one.key):
        unsafe = is_unsafe(figure.for_rules)
        if figure.population in NOT_PERSONS:
            continue
        measured = measures.get(figure.indicator_id) or _MEASURES_OF_ITS_OWN
        named = _counts_of(figure, measured)
        if any(pack.amounts.get(name, amount) != amount for name, amount in named.values()):
            # the same name with another amount would be a contradiction: these counts are its own
            own = replace(measured, counts=f"{measured.counts} of {figure.indicator_id}")
            named = _counts_of(figure, own)
        pack.amounts.update(named.values())
        if not named:
            continue
        if {"numerator", "rest", "denominator"} <= named.keys():
            pack.relations.append(
                _sum(named["denominator"][0], [named["numerator"][0], named["rest"][0]])
            )
        _relate_months(
            pack, figure, {part: name for part, (name, _) in named.items()}, months, related
        )
        small = tuple(name for name, amount in named.values() if is_small(amount))
        quantities = tuple(name for name, _ in named.values())
        # of a small base every count must stay uncertain, also the large ones
        guarded = (small or quantities) if unsafe else ()
        pack.figures.append(Printed(figure.key, quantities, guarded, figure.key in released))
    return pack


_MEASURES_OF_ITS_OWN = Measures("figures of its own", "numerator", "denominator")


def _counts_of(figure: PrintedFigure, measured: Measures) -> dict[str, tuple[Name, float]]:
    """The counts that a figure prints, by part. Populations and sums of days or scores are none."""
    window = (
        figure.area_code,
        figure.population,
        measured.counts,
        figure.period_start,
        figure.period_end,
    )
    found: dict[str, tuple[Name, float]] = {}
    is_count = figure.kind in RATES | SHARES and not measured.is_sum
    if is_count and figure.numerator is not None:
        found["numerator"] = ((*window, measured.numerator), figure.numerator)
    if figure.kind not in RATES and figure.denominator is not None:
        found["denominator"] = ((*window, measured.denominator), figure.denominator)
    if figure.kind in SHARES and len(found) == 2:
        rest = figure.denominator - figure.numerator  # ty: ignore[unsupported-operator]
        found["rest"] = ((*window, measured.numerator, "not", measured.denominator), rest)
    return found if all(amount >= 0 for _, amount in found.values()) else {}


def _sum(total: Name, parts: Iterable[Name]) -> Relation:
    return Relation((*((part, 1.0) for part in parts), (total, -1.0)))


def _relate_months(
    pack: Pack,
    figure: PrintedFigure,
    named: Mapping[str, Name],
    months: Monthly,
    related: set[Name],
) -> None:
    """Windows as sums of their months, where they are: a record that a later one replaces breaks the sum."""
    window = _months_between(figure.period_start, figure.period_end)
    added: dict[str, dict[Month, float]] = {}
    for part in ("numerator", "denominator"):
        own = months.get((figure.indicator_id, figure.area_code, part), {})
        added[part] = {month: own.get(month, 0.0) for month in window}
    added["rest"] = {
        month: added["denominator"][month] - added["numerator"][month] for month in window
    }
    fits = {
        part
        for part, name in named.items()
        if len(window) > 1
        and sum(added[part].values()) == pack.amounts[name]
        and min(added[part].values()) >= 0
    }
    for part in fits - {part for part, name in named.items() if name in related}:
        related.add(named[part])
        monthly = {_month_name(named[part], month): added[part][month] for month in window}
        if any(pack.amounts.get(name, amount) != amount for name, amount in monthly.items()):
            continue
        pack.amounts.update(monthly)
        pack.relations.append(_sum(named[part], monthly))
    if {"numerator", "rest", "denominator"} <= fits:
        for month in window:
            names = {part: _month_name(named[part], month) for part in fits}
            if names["rest"] not in related and pack.amounts.keys() >= set(names.values()):
                related.add(names["rest"])
                pack.relations.append(
                    _sum(names["denominator"], [names["numerator"], names["rest"]])
                )


def _month_name(name: Name, month: Month) -> Name:
    """One month of a windowed count: the same in every window."""
    area_code, population, counts, _start, _end, *measure = name  # ty: ignore[not-iterable]
    return ("month", area_code, population, counts, month, *measure)


def _months_between(start: date, end: date) -> list[Month]:
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, last + 1)]
