"""The printed figures of a release as a pack: which counts they print, and how those hang together.

Counts are named by the event that they count, their window and their amount, so that a count which several indicators
print is one unknown, whatever the population that it comes from. Months are unknowns too: rolling windows are sums of
them, which is how two windows are compared to find what happened in between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import duckdb

from orchestration.registry.indicators import NOT_PERSONS
from orchestration.reports.disclosure.pack import Name, Pack, Printed, Relation
from orchestration.reports.disclosure.rules import Counts, is_small, is_unsafe

RATES = frozenset({"rate_per_10k", "rate", "count"})
SHARES = frozenset({"percentage", "gap"})
FigureKey = tuple[str, str, date]
"""Indicator, area, period end."""
Month = date
"""Its first day."""


@dataclass(frozen=True)
class Measures:
    """The events that an indicator counts, by the names of the registry (`events`, `flows`)."""

    numerator: str
    denominator: str = ""
    is_sum: bool = False
    """Whether the numerator adds up days or scores: it is no count, and is not printed."""
    flows: tuple[str, str] | None = None
    """Of a stock, the events by which it grows and shrinks."""
    published_decimals: int | None = None
    """Of a percentage that DfE prints for each year to March, its decimals."""


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
    stocks: dict[tuple[str, str], dict[Month, Name]] = defaultdict(dict)
    for figure in sorted(figures, key=lambda one: one.key):
        unsafe = is_unsafe(figure.for_rules)
        if figure.population in NOT_PERSONS:
            continue
        measured = measures.get(figure.indicator_id) or _own_measures(figure.indicator_id)
        named = _counts_of(figure, measured)
        if not named:
            continue
        pack.amounts.update(named.values())
        if {"numerator", "rest", "denominator"} <= named.keys():
            pack.relations.append(
                _sum(named["denominator"][0], [named["numerator"][0], named["rest"][0]])
            )
        _relate_months(
            pack, figure, {part: name for part, (name, _) in named.items()}, months, related
        )
        if not unsafe and measured.published_decimals is not None and _is_financial_year(figure):
            _relate_published(pack, figure, named, measured.published_decimals)
        if measured.flows and "numerator" in named:
            month = figure.period_end.replace(day=1)
            stocks[figure.indicator_id, figure.area_code][month] = named["numerator"][0]
        small = tuple(name for name, amount in named.values() if is_small(amount))
        quantities = tuple(name for name, _ in named.values())
        # of a small base every count must stay uncertain, also the large ones
        guarded = (small or quantities) if unsafe else ()
        pack.figures.append(Printed(figure.key, quantities, guarded, figure.key in released))
    for (indicator_id, area_code), stock in stocks.items():
        _relate_stock(pack, area_code, stock, measures[indicator_id].flows)
    return pack


def _own_measures(indicator_id: str) -> Measures:
    """Of a figure that is supplied or published: nothing else counts the same."""
    return Measures(f"numerator of {indicator_id}", f"denominator of {indicator_id}")


def _counts_of(figure: PrintedFigure, measured: Measures) -> dict[str, tuple[Name, float]]:
    """The counts that a figure prints, by part. Populations and sums of days or scores are none."""
    found: dict[str, tuple[str, float]] = {}
    is_count = figure.kind in RATES | SHARES and not measured.is_sum
    if is_count and figure.numerator is not None:
        found["numerator"] = (measured.numerator, figure.numerator)
    if figure.kind not in RATES and figure.denominator is not None:
        found["denominator"] = (measured.denominator, figure.denominator)
    if figure.kind in SHARES and len(found) == 2:
        rest = figure.denominator - figure.numerator  # ty: ignore[unsupported-operator]
        found["rest"] = (f"{measured.denominator}, but not {measured.numerator}", rest)
    if any(amount < 0 for _, amount in found.values()):
        return {}
    window = (figure.area_code, figure.period_start, figure.period_end)
    return {part: ((*window, event, amount), amount) for part, (event, amount) in found.items()}


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
        part: {month: _month_name(name, month, added[part][month]) for month in window}
        for part, name in named.items()
        if len(window) > 1
        and sum(added[part].values()) == pack.amounts[name]
        and min(added[part].values()) >= 0
    }
    for part, monthly in fits.items():
        if named[part] not in related:
            related.add(named[part])
            pack.amounts.update({monthly[month]: added[part][month] for month in window})
            pack.relations.append(_sum(named[part], monthly.values()))
    if {"numerator", "rest", "denominator"} <= fits.keys():
        for month in window:
            names = [fits[part][month] for part in ("denominator", "numerator", "rest")]
            if names[-1] not in related:
                related.add(names[-1])
                pack.relations.append(_sum(names[0], names[1:]))


def _is_financial_year(figure: PrintedFigure) -> bool:
    ends_in_march = (figure.period_end.month, figure.period_end.day) == (3, 31)
    return ends_in_march and len(_months_between(figure.period_start, figure.period_end)) == 12


def _relate_published(
    pack: Pack, figure: PrintedFigure, named: Mapping[str, tuple[Name, float]], decimals: int
) -> None:
    """DfE prints the percentage of the year, today or at its next release: so much is known of its counts.

    Of counts of 1 to 5 it prints nothing.
    """
    if figure.kind != "percentage" or not {"numerator", "denominator"} <= named.keys():
        return
    (part, few), (whole, all_) = named["numerator"], named["denominator"]
    if not all_:
        return
    percentage, half = round(100 * few / all_, decimals), 0.5 * 10**-decimals
    for side, sign in (("at least", 1.0), ("at most", -1.0)):
        edge = (percentage - sign * half) / 100
        room: Name = ("published", *figure.key, side)
        # The model of what is known has no negative amounts: a rounding that is just met leaves no room.
        pack.amounts[room] = max(sign * (few - edge * all_), 0.0)
        pack.relations.append(Relation(((part, sign), (whole, -sign * edge), (room, -1.0))))


def _relate_stock(
    pack: Pack, area_code: str, stock: Mapping[Month, Name], flows: tuple[str, str] | None
) -> None:
    """A stock is the one of a month before, with what has started and without what has ended, where it is so."""
    started, ended = flows or ("", "")
    monthly: dict[tuple[str, Month], list[Name]] = defaultdict(list)
    for name in pack.amounts:
        if name[:2] == ("month", area_code):  # ty: ignore[not-subscriptable]
            _, _, month, event, _ = name  # ty: ignore[not-iterable]
            monthly[event, month].append(name)
    for month, name in stock.items():
        before = stock.get((month - timedelta(days=1)).replace(day=1))
        if before is None:
            continue
        for more, less in product(monthly[started, month], monthly[ended, month]):
            weights = ((before, 1.0), (more, 1.0), (less, -1.0), (name, -1.0))
            if sum(weight * pack.amounts[one] for one, weight in weights) == 0:
                pack.relations.append(Relation(weights))


def _month_name(name: Name, month: Month, amount: float) -> Name:
    """One month of a windowed count: the same in every window."""
    area_code, _start, _end, event, _amount = name  # ty: ignore[not-iterable]
    return ("month", area_code, month, event, amount)


def _months_between(start: date, end: date) -> list[Month]:
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, last + 1)]
