"""Which figures of the plan a case can move, and by how much at most: one record in what the figure counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from expectations.contract import contract_for
from orchestration.reports.content.rounding import printed

# A record more or less in a rate is one more or less of what is counted per so many children.
PER_CHILDREN = 10_000
# What a person reads; the others are moved by less.
MOST_NAMED = 3


@dataclass(frozen=True)
class Move:
    """A figure and what one record can do to it: `part` of the figure, `says` in its own unit."""

    position: str
    population: str
    part: float
    says: str


Moves = Mapping[tuple[str, str, str], tuple[Move, ...]]
"""By area, source and table, the figure that moves most first."""

_NEWEST = """
    select distinct
        figures.area_code, tables.source, tables.table_name, indicators.population, indicators.position,
        indicators.kind, indicators.unit, figures.last_numerator, figures.last_denominator
    from marts.dim_indicator_tables as tables
    inner join marts.dim_indicators as indicators on tables.indicator_id = indicators.indicator_id
    inner join marts.fct_newest_figures as figures on tables.indicator_id = figures.indicator_id
    where indicators.position <> '' and figures.last_numerator > 0
"""


def read_moves(connection: duckdb.DuckDBPyConnection) -> Moves:
    """Every table of an area with the figures of the plan that are made of it."""
    found: dict[tuple[str, str, str], list[Move]] = defaultdict(list)
    for (
        area,
        source,
        table,
        population,
        position,
        kind,
        unit,
        numerator,
        denominator,
    ) in connection.execute(_NEWEST).fetchall():
        move = _move(population, position, kind, unit, numerator, denominator)
        if move is not None:
            found[area, source, table].append(move)
    return {
        about: tuple(sorted(moves, key=lambda move: (-move.part, move.position)))
        for about, moves in found.items()
    }


def _move(
    population: str,
    position: str,
    kind: str,
    unit: str,
    numerator: float,
    denominator: float | None,
) -> Move | None:
    if kind == "percentage" and denominator:
        points = 100 / denominator
        return Move(position, population, points / 100, f"{position} by {_at_most(points)} points")
    if kind == "rate_per_10k" and denominator:
        step = PER_CHILDREN / denominator
        return Move(position, population, 1 / numerator, f"{position} by {_at_most(step)} {unit}")
    if kind in ("count", "mean") and (denominator or numerator) >= 1:
        counted = denominator or numerator
        return Move(
            position,
            population,
            1 / counted,
            f"{position}, of which it is one of {printed(counted, 0)}",
        )
    return None


def _at_most(value: float) -> str:
    said = printed(value, 1)
    return f"up to {said}" if float(said) else "less than 0.1"


def moved_by(
    moves: Moves, about: tuple[str, str, str], field: str | None, *, is_left_out: bool, is_out: bool
) -> tuple[Move, ...]:
    """What a case can move: all that reads its table where the record is kept out of it, else what its field decides."""
    found = moves.get(about, ())
    _, source, name = about
    table = contract_for(source).tables.get(name)
    if table is None or field not in table.columns:
        return found if is_out else ()
    places = any(field in record.places_it for record in table.records.values())
    if is_out and (places or not is_left_out):
        return found
    return tuple(move for move in found if move.population in table.columns[field].decides)


def in_words(moves: tuple[Move, ...]) -> str:
    """The figures that move most; empty where none does."""
    named = [move.says for move in moves[:MOST_NAMED]]
    rest = len(moves) - MOST_NAMED
    return "; ".join([*named, f"and {rest} more"] if rest > 0 else named)
