"""What is held and why, as `fct_holds` says it.

Several indicators are held by the same check: readers see it once, with everything that it holds and what ends it. A
failed check that holds no figure is reported, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import duckdb


@dataclass(frozen=True)
class Hold:
    """What holds indicators of one authority, why, and what ends it as a person can do it."""

    area_code: str
    why: str
    checks: tuple[str, ...]
    indicators: tuple[str, ...]
    released_by: str
    since: date
    """Of the earliest failed extract."""


@dataclass(frozen=True)
class Cause:
    """One failed table of an authority."""

    area_code: str
    check_id: str
    cause: str
    released_by: str
    since: date


NATIONAL = "national"
# The newest extract of a table, whose failure nobody has accepted.
FAILED = """
    with newest as (
        select *, max(as_at_date) over (partition by area_code, source, table_name) as newest_date
        from marts.fct_dq_results where severity = 'error'
    )
    select area_code, check_id, source, table_name, as_at_date, status_reason
    from newest
    where as_at_date = newest_date and not passed and status = 'run' and status_reason is not null
    order by all
"""
CAUSES = """
    select area_code, indicator_id, check_id, cause, released_by, since
    from marts.fct_holds order by area_code, indicator_id, cause
"""


def holds_of(connection: duckdb.DuckDBPyConnection, held: Iterable[tuple[str, str]]) -> list[Hold]:
    """Say what holds these (area, indicator), by cause, in the order given; then what failed and holds nothing."""
    causes: dict[tuple[str, str], list[Cause]] = defaultdict(list)
    for area_code, indicator_id, *said in connection.execute(CAUSES).fetchall():
        causes[area_code, indicator_id].append(Cause(area_code, *said))
    held_together: dict[tuple[Cause, ...], list[str]] = {}
    for area_code, indicator_id in held:
        held_together.setdefault(tuple(causes[area_code, indicator_id]), []).append(indicator_id)
    holds = [_hold(together, indicators) for together, indicators in held_together.items()]
    return [*holds, *_of_no_figure(connection, holds)]


def _of_no_figure(connection: duckdb.DuckDBPyConnection, holds: Iterable[Hold]) -> Iterator[Hold]:
    told = {
        (area, name)
        for hold in holds
        for name in hold.checks
        for area in (hold.area_code, NATIONAL)
    }
    for area_code, check_id, source, table_name, as_at, message in connection.execute(
        FAILED
    ).fetchall():
        if (area_code, check_id) not in told:
            yield Hold(
                area_code,
                f"{check_id} ({source} {table_name}) since the extract of {as_at}: {message}",
                (check_id,),
                (),
                f"a good extract, or a named person: cypp accept {check_id} --area {area_code} --reason TEXT --until DATE",
                as_at,
            )


def _hold(causes: tuple[Cause, ...], indicators: list[str]) -> Hold:
    releases = dict.fromkeys(cause.released_by for cause in causes)
    return Hold(
        causes[0].area_code,
        "; ".join(cause.cause for cause in causes),
        tuple(dict.fromkeys(cause.check_id for cause in causes)),
        tuple(indicators),
        f"a good extract, or a named person: {'; '.join(releases)}",
        min(cause.since for cause in causes),
    )
