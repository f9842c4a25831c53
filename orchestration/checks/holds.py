"""What is held and why, as `fct_holds` says it.

Several indicators are held by the same check: readers see it once, with everything that it holds and what ends it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Hold:
    """What holds indicators of one authority, why, and what ends it as a person can do it."""

    area_code: str
    why: str
    checks: tuple[str, ...]
    indicators: tuple[str, ...]
    released_by: str


@dataclass(frozen=True)
class Cause:
    """One failed table of an authority."""

    area_code: str
    check_id: str
    cause: str
    released_by: str


CAUSES = """
    select area_code, indicator_id, check_id, cause, released_by
    from marts.fct_holds order by area_code, indicator_id, cause
"""


def holds_of(connection: duckdb.DuckDBPyConnection, held: Iterable[tuple[str, str]]) -> list[Hold]:
    """Say what holds these (area, indicator), by cause, in the order given."""
    causes: dict[tuple[str, str], list[Cause]] = defaultdict(list)
    for area_code, indicator_id, *said in connection.execute(CAUSES).fetchall():
        causes[area_code, indicator_id].append(Cause(area_code, *said))
    held_together: dict[tuple[Cause, ...], list[str]] = {}
    for area_code, indicator_id in held:
        held_together.setdefault(tuple(causes[area_code, indicator_id]), []).append(indicator_id)
    return [_hold(together, indicators) for together, indicators in held_together.items()]


def _hold(causes: tuple[Cause, ...], indicators: list[str]) -> Hold:
    releases = dict.fromkeys(cause.released_by for cause in causes)
    return Hold(
        causes[0].area_code,
        "; ".join(cause.cause for cause in causes),
        tuple(dict.fromkeys(cause.check_id for cause in causes)),
        tuple(indicators),
        f"a good extract, or a named person: {'; '.join(releases)}",
    )
