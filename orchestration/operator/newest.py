"""The newest headline figure of every indicator and authority, as `fct_newest_figures` has it, and what is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.checks.holds import Hold, holds_of


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
    has_value: bool


NEWEST = """
    select
        newest.indicator_id, newest.area_code, indicators.plan, indicators.published_decimals, newest.period_end,
        newest.status, newest.status_reason, newest.last_value, newest.last_value_period_end,
        newest.last_numerator, newest.last_denominator, newest.has_value
    from marts.fct_newest_figures as newest
    inner join marts.dim_indicators as indicators on newest.indicator_id = indicators.indicator_id
    order by newest.area_code, indicators.plan_order
"""


def newest_figures(connection: duckdb.DuckDBPyConnection) -> list[Newest]:
    """Read them in the plan's order, area by area."""
    return [Newest(*row) for row in connection.execute(NEWEST).fetchall()]


def current_holds(connection: duckdb.DuckDBPyConnection) -> list[Hold]:
    """Say what holds the newest figures, by cause."""
    held = (one for one in newest_figures(connection) if one.status == "held")
    return holds_of(connection, [(one.area_code, one.indicator_id) for one in held])
