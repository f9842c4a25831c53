"""The newest headline figure of every indicator and authority, and the last value that readers have of it.

What the summary and `cypp status` print. A held indicator's newest period has often no value of its own: then the
last good one stands, with its own period (dbt_project/docs/gate.md, 'What a hold does').
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb


@dataclass(frozen=True)
class Newest:
    """One indicator of one authority."""

    indicator_id: str
    area_code: str
    plan: str
    published_decimals: int
    period_end: date
    status: str
    reason: str | None
    last_value: float | None
    last_value_period_end: date | None
    numerator: float | None
    denominator: float | None

    @property
    def has_value(self) -> bool:
        """Whether a value stands for the newest period: its own, or the last good one while it is held."""
        own = self.last_value_period_end == self.period_end
        return self.last_value is not None and (own or self.status == "held")


NEWEST = """
    with headline as (
        select figures.*, indicators.plan, indicators.plan_order, indicators.published_decimals
        from marts.fct_indicator_values as figures
        inner join marts.dim_indicators as indicators
            on figures.indicator_id = indicators.indicator_id and figures.basis = indicators.headline_basis
        where figures.breakdown = 'all'
    ),
    newest as (
        select * from headline
        qualify row_number() over (partition by indicator_id, area_code order by period_end desc) = 1
    ),
    valued as (
        select * from headline where value is not null
        qualify row_number() over (partition by indicator_id, area_code order by period_end desc) = 1
    )
    select
        newest.indicator_id, newest.area_code, newest.plan, newest.published_decimals, newest.period_end,
        newest.status, newest.status_reason, valued.value, valued.period_end, valued.numerator,
        valued.denominator
    from newest
    left join valued on newest.indicator_id = valued.indicator_id and newest.area_code = valued.area_code
    order by newest.area_code, newest.plan_order
"""


def newest_figures(connection: duckdb.DuckDBPyConnection) -> list[Newest]:
    """In the plan's order, area by area."""
    return [Newest(*row) for row in connection.execute(NEWEST).fetchall()]
