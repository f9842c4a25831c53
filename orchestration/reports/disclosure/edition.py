"""The public rows of the printed tables: the restricted ones with what is withheld taken out.

Runs on the private build before it is published. Every page, chart, text and spreadsheet of the public
edition reads these rows and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.reports.disclosure.attack import Breach, breaches
from orchestration.reports.disclosure.means import means_to_withhold, read_records
from orchestration.reports.disclosure.pack import Name, Pack
from orchestration.reports.disclosure.printed import Memory
from orchestration.reports.disclosure.protect import SPARED_FROM, primary, protect
from orchestration.reports.disclosure.release import (
    FigureKey,
    Measures,
    PrintedFigure,
    pack_of,
    read_figures,
    read_months,
)

# Under this base a percentage is printed without decimals (dbt_project/docs/disclosure.md, 'Figures that are unsafe
# by themselves').
BASE_FOR_DECIMALS = 100
WITHHELD = pa.schema(
    [("indicator_id", pa.string()), ("area_code", pa.string()), ("period_end", pa.date32())]
)
WHY = "withheld to protect individuals"


@dataclass(frozen=True)
class Verdict:
    """What an attack on a release found, and what the release costs its readers."""

    figures: int
    unsafe: int
    withheld: int
    large: int
    large_published: int
    exposed: int
    """Figures that are unsafe by themselves and published all the same."""
    breaches: tuple[Breach, ...]

    @property
    def share_of_large_published(self) -> float:
        """Of the figures all of whose counts are 10 or more, the share that is published."""
        return self.large_published / self.large if self.large else 1.0

    @property
    def is_safe(self) -> bool:
        """Nothing unsafe is printed, and the intruder found nothing."""
        return not self.breaches and not self.exposed


def verdict_on(pack: Pack, withheld: frozenset[Name]) -> Verdict:
    """Attack a release and count what it withholds."""
    large = [
        figure
        for figure in pack.figures
        if all(pack.amounts[name] >= SPARED_FROM for name in figure.quantities)
    ]
    return Verdict(
        figures=len(pack.figures),
        unsafe=len(primary(pack)),
        withheld=len(withheld),
        large=len(large),
        large_published=sum(figure.name not in withheld for figure in large),
        exposed=len(primary(pack) - withheld),
        breaches=tuple(breaches(pack, withheld)),
    )


def withheld_figures(
    marts: Path, measures: Mapping[str, Measures], memory: Memory
) -> frozenset[FigureKey]:
    """The figures of a finished build that its public edition withholds.

    Raises NoRule for an indicator of a kind that has no rule.
    """
    with duckdb.connect(str(marts), read_only=True) as connection:
        figures, sums = read_figures(connection), sums_among(measures)
        records, months = read_records(connection, sums), read_months(connection)
    released = _keys(one for one in figures if memory.has(one, one.indicator_id in sums))
    restated = _keys(one for one in figures if memory.has_other(one, one.indicator_id in sums))
    pack = pack_of(figures, measures, months, released)
    means = means_to_withhold(figures, measures, records, released, restated)
    return means | protect(pack)  # ty: ignore[invalid-explicit-return]


def _keys(figures: Iterable[PrintedFigure]) -> frozenset[FigureKey]:
    return frozenset(figure.key for figure in figures)


def sums_among(measures: Mapping[str, Measures]) -> frozenset[str]:
    """The indicators whose numerator adds up days or scores."""
    return frozenset(name for name, measured in measures.items() if measured.is_sum)


def write_public_edition(
    marts: Path, measures: Mapping[str, Measures], memory: Memory | None = None
) -> frozenset[FigureKey]:
    """Add the public rows to a finished build; returns what they withhold.

    `memory`: what earlier packs have printed, if there were any.

    Raises NoRule for an indicator of a kind that has no rule.
    """
    withheld, sums = (
        withheld_figures(marts, measures, memory or Memory()),
        sorted(sums_among(measures)),
    )
    rows = [dict(zip(WITHHELD.names, key, strict=True)) for key in sorted(withheld)]
    with duckdb.connect(str(marts)) as connection:
        connection.register("withheld", pa.Table.from_pylist(rows, schema=WITHHELD))
        connection.register("sums", pa.table({"indicator_id": pa.array(sums, pa.string())}))
        for statement in STATEMENTS:
            connection.execute(statement)
        connection.unregister("withheld")
        connection.unregister("sums")
    return withheld


# A mean or limit of a series tells the one value of it that is withheld, and what was reported first may be
# what the rules withhold now: neither is printed then.
_FIGURES = """
insert into marts.rpt_figures by name
with judged as (
    select
        figures.*,
        exact.value as exact_value,
        indicators.kind,
        withheld.period_end is not null as is_withheld,
        bool_or(withheld.period_end is not null) over (
            partition by figures.indicator_id, figures.area_code, coalesce(figures.break_on, date '1900-01-01')
        ) as has_withheld
    from marts.rpt_figures as figures
    inner join marts.dim_indicators as indicators on figures.indicator_id = indicators.indicator_id
    inner join marts.fct_indicator_values as exact
        on figures.indicator_id = exact.indicator_id and figures.area_code = exact.area_code
        and figures.basis = exact.basis and figures.period_end = exact.period_end and exact.breakdown = 'all'
    left join withheld
        on figures.indicator_id = withheld.indicator_id and figures.area_code = withheld.area_code
        and figures.period_end = withheld.period_end
    where figures.edition = 'restricted'
)
select * exclude (exact_value, kind, is_withheld, has_withheld) replace (
    'public' as edition,
    case when not is_withheld and indicator_id not in (select indicator_id from sums) then numerator end as numerator,
    case when not is_withheld then denominator end as denominator,
    case
        when is_withheld then null
        when kind = 'percentage' and denominator < {base}
            then cast(round(cast(exact_value as decimal(28, 9)), 0) as double)
        else value
    end as value,
    case when not is_withheld then confidence_lower end as confidence_lower,
    case when not is_withheld then confidence_upper end as confidence_upper,
    case when not is_withheld then significance end as significance,
    case when is_withheld then 'suppressed' else status end as status,
    case when is_withheld then '{why}' else status_reason end as status_reason,
    null as first_reported_value,
    case when not has_withheld then n_points else 0 end as n_points,
    case when not has_withheld then mean end as mean,
    case when not has_withheld then lower_limit end as lower_limit,
    case when not has_withheld then upper_limit end as upper_limit,
    case when not has_withheld then variation end as variation
)
from judged
"""

_COMMITTEE = """
insert into marts.rpt_committee by name
with judged as (
    select
        lines.*,
        coalesce(own.status = 'suppressed', false) as is_withheld,
        own.value as own_value,
        before.status as before_status,
        before.value as before_value,
        exists (
            select 1 from marts.rpt_figures as figures
            where figures.edition = 'public' and figures.status = 'suppressed'
            and figures.indicator_id = lines.indicator_id and figures.area_code = lines.area_code
            and coalesce(figures.break_on, date '1900-01-01') = coalesce(lines.break_on, date '1900-01-01')
        ) as has_withheld,
        (
            select max(figures.period_end) from marts.rpt_figures as figures
            where figures.edition = 'public' and figures.value is not null
            and figures.indicator_id = lines.indicator_id and figures.area_code = lines.area_code
        ) as last_published
    from marts.rpt_committee as lines
    left join marts.rpt_figures as own
        on own.edition = 'public' and lines.indicator_id = own.indicator_id
        and lines.area_code = own.area_code and lines.period_end = own.period_end
    left join marts.rpt_figures as before
        on before.edition = 'public' and lines.indicator_id = before.indicator_id
        and lines.area_code = before.area_code and lines.year_before_period_end = before.period_end
    where lines.edition = 'restricted'
)
select * exclude (is_withheld, own_value, before_status, before_value, has_withheld, last_published) replace (
    'public' as edition,
    case when not is_withheld and indicator_id not in (select indicator_id from sums) then numerator end as numerator,
    case when not is_withheld then denominator end as denominator,
    own_value as value,
    case when is_withheld then 'suppressed' else status end as status,
    case when is_withheld then '{why}' else status_reason end as status_reason,
    case when own_value is null and not is_withheld then last_published end as last_value_period_end,
    case when year_before_value is not null then before_value end as year_before_value,
    case
        when year_before_status = 'break_in_method' then year_before_status else before_status
    end as year_before_status,
    case when is_withheld or has_withheld then 'not judged' else direction end as direction,
    case when is_withheld or has_withheld then 'values of the series are withheld' else direction_reason end
        as direction_reason,
    case when target is not null and (is_withheld or has_withheld) then 'not judged' else assurance end as assurance,
    case when is_withheld and target is not null then 'Not judged' else rag end as rag
)
from judged
"""

# Ranks are of figures that DfE publishes.
_STANDARDS = """
insert into marts.rpt_standards by name
select lines.*, standards.phase, standards.pupil_group, standards.national_rank, standards.n_ranked,
    standards.quartile, standards.rank_period, standards.ranked_value, standards.lower_quartile,
    standards.national_median, standards.upper_quartile
from marts.rpt_standards as standards
inner join marts.rpt_committee as lines
    on lines.edition = 'public' and standards.indicator_id = lines.indicator_id
    and standards.area_code = lines.area_code
where standards.edition = 'restricted'
"""

STATEMENTS = tuple(
    statement.replace("{why}", WHY).replace("{base}", str(BASE_FOR_DECIMALS))
    for statement in (_FIGURES, _COMMITTEE, _STANDARDS)
)
