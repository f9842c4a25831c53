"""The figures that a warehouse prints and what each month adds to them, as the disclosure gate reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import duckdb

from orchestration.reports.disclosure.rules import Counts, is_of_few

FigureKey = tuple[str, str, date]
"""Indicator, area, period end."""
Month = date
"""Its first day."""
MonthlyKey = tuple[str, str, str]
"""Indicator, area and part (numerator or denominator)."""
Monthly = Mapping[MonthlyKey, Mapping[Month, float]]
"""What each month adds."""


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
    is_of_few: bool = False
    """Too few people are behind it, though what it adds up (months, sessions) is more."""

    @property
    def key(self) -> FigureKey:
        """Which figure it is."""
        return self.indicator_id, self.area_code, self.period_end

    @property
    def for_rules(self) -> Counts:
        """What the primary rules look at."""
        return Counts(self.kind, self.population, self.numerator, self.denominator, self.is_of_few)


@dataclass(frozen=True)
class Counted:
    """A record of a mean, by a number for it and its amount, and the days from and to which a window counts it."""

    record: int
    counted_on: date
    superseded_on: date | None

    def is_in(self, figure: PrintedFigure) -> bool:
        """Whether the figure's window counts it."""
        is_later = self.superseded_on is not None and figure.period_end >= self.superseded_on
        return figure.period_start <= self.counted_on <= figure.period_end and not is_later


Records = Mapping[tuple[str, str], list[Counted]]
"""By indicator and area: what its means are made of."""
# Of a record's number the lower bits are of its amount: a record that was corrected differs from the one it was.
AMOUNT_BITS = 24
NUMBER_OF_RECORD = (
    f"(md5_number_lower(record_key) >> {AMOUNT_BITS} << {AMOUNT_BITS})"
    f" | (md5_number_lower(concat_ws('|', record_key, numerator_amount)) >> {64 - AMOUNT_BITS})"
)


def read_figures(connection: duckdb.DuckDBPyConnection) -> list[PrintedFigure]:
    """Every figure that has a count and that public packs may have."""
    few = _of_few_people(connection)
    rows = connection.execute(
        "select figures.indicator_id, figures.area_code, figures.period_start, figures.period_end,"
        " indicators.kind, indicators.population, figures.numerator, figures.denominator, figures.value"
        " from marts.rpt_figures as figures inner join marts.dim_indicators as indicators"
        " on figures.indicator_id = indicators.indicator_id where figures.edition = 'restricted' and indicators.is_public"
        " and (figures.numerator is not null or figures.denominator is not null)"
    ).fetchall()
    figures = [PrintedFigure(*row) for row in rows]
    return [replace(one, is_of_few=True) if one.key in few else one for one in figures]


# A share that counts a record more than once in a window (a young person in each month), or by more than 1 (sessions):
# only there do people and amounts part. First the few indicators of which that can be, then their windows.
PEOPLE = """
with shares as (
    select records.*, coalesce(records.numerator_amount, 0) as few,
        records.denominator_amount - coalesce(records.numerator_amount, 0) as rest
    from marts.fct_counted_records as records
    inner join marts.dim_indicators as indicators on records.indicator_id = indicators.indicator_id
    where indicators.is_public and indicators.kind in ('percentage', 'gap') and records.denominator_amount <> 0
),
adding as (
    select indicator_id, area_code from shares group by all
    having sum(denominator_amount) > count(distinct record_key)
)
select figures.indicator_id, figures.area_code, figures.period_end,
    count(distinct records.child_key) filter (records.few <> 0),
    count(distinct records.child_key) filter (records.rest <> 0),
    count(distinct records.child_key)
from marts.rpt_figures as figures
inner join adding on figures.indicator_id = adding.indicator_id and figures.area_code = adding.area_code
inner join shares as records
    on figures.indicator_id = records.indicator_id and figures.area_code = records.area_code
    and records.counted_on between figures.period_start and figures.period_end
    and (records.superseded_on is null or figures.period_end < records.superseded_on)
where figures.edition = 'restricted'
group by all having sum(records.denominator_amount) > count(distinct records.record_key)
"""


def _of_few_people(connection: duckdb.DuckDBPyConnection) -> set[FigureKey]:
    rows = connection.execute(PEOPLE).fetchall()
    return {(indicator, area, end) for indicator, area, end, *people in rows if is_of_few(*people)}


def read_months(connection: duckdb.DuckDBPyConnection) -> Monthly:
    """What each month adds to the numerator and denominator of an indicator that public packs may have."""
    found: dict[MonthlyKey, dict[Month, float]] = defaultdict(dict)
    rows = connection.execute(
        "select indicator_id, area_code, cast(date_trunc('month', counted_on) as date), sum(numerator_amount),"
        " sum(denominator_amount) from marts.fct_counted_records"
        " inner join marts.dim_indicators using (indicator_id) where is_public group by all"
    ).fetchall()
    for indicator_id, area_code, month, numerator, denominator in rows:
        found[indicator_id, area_code, "numerator"][month] = numerator or 0.0
        found[indicator_id, area_code, "denominator"][month] = denominator or 0.0
    return found


def read_records(connection: duckdb.DuckDBPyConnection, indicator_ids: Iterable[str]) -> Records:
    """The records behind the means of these indicators."""
    found: dict[tuple[str, str], list[Counted]] = defaultdict(list)
    rows = connection.execute(
        f"select indicator_id, area_code, {NUMBER_OF_RECORD}, counted_on, superseded_on"
        " from marts.fct_counted_records where list_contains(?, indicator_id)"
        " and coalesce(denominator_amount, 0) <> 0",
        [sorted(indicator_ids)],
    ).fetchall()
    for indicator_id, area_code, record, counted_on, superseded_on in rows:
        found[indicator_id, area_code].append(Counted(record, counted_on, superseded_on))
    return found
