"""The rows of the published marts that a page prints, as typed records in plan order.

Reads only. Rounding is in `rounding`, words are in `wording`, what goes where is in the page's own module.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import Field, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

import duckdb

# Children's social care comes first in the plan, then education; within each, by number.
PLAN_ORDER = ("SC", "ED")


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


Record = TypeVar("Record", bound=_Dataclass)


@dataclass(frozen=True)
class Run:
    """The run that wrote the warehouse."""

    run_id: str
    as_at: date
    code_version: str
    is_synthetic: bool


@dataclass(frozen=True)
class Area:
    """A local authority with figures of its own."""

    area_code: str
    area_name: str


@dataclass(frozen=True)
class Indicator:
    """What the registry says about one indicator."""

    indicator_id: str
    position: str
    title: str
    section: str
    kind: str
    headline_basis: str
    good_is: str
    unit: str
    published_decimals: int
    definition: str
    numerator_means: str
    denominator_means: str
    caveats: str
    data_owner: str
    benchmark_series: str | None
    reports: str
    definition_from: str
    inputs: str


@dataclass(frozen=True)
class Figure:
    """One figure on the headline basis, or the reason why there is none."""

    indicator_id: str
    area_code: str
    period_start: date
    period_end: date
    numerator: float | None
    denominator: float | None
    value: float | None
    status: str
    status_reason: str | None
    source: str | None
    first_reported_value: float | None
    is_provisional: bool


@dataclass(frozen=True)
class Benchmark:
    """A published figure that has a value."""

    indicator_id: str
    area_name: str
    area_type: str
    basis: str
    period_start: date
    period_end: date
    value: float
    n_available: int | None
    neighbour_model: str | None
    source: str


@dataclass(frozen=True)
class Reconciliation:
    """Two sources that give different figures of one thing and date, by more than is tolerated."""

    title: str
    period_end: date
    first_source: str
    first_figure: float
    second_source: str
    second_figure: float
    tolerance: float
    indicator_id: str | None


@dataclass(frozen=True)
class Published:
    """All that a page about the home area needs, by indicator."""

    run: Run
    home: Area
    indicators: tuple[Indicator, ...]
    figures: dict[str, tuple[Figure, ...]]
    newest_of_areas: dict[str, dict[str, Figure]]
    benchmarks: dict[str, tuple[Benchmark, ...]]
    areas: tuple[Area, ...]
    disagreements: tuple[Reconciliation, ...]


def plan_order(position: str) -> tuple[int, str, int, str]:
    """Sort key of a position: SC02 before SC10, all SC before ED, ED11c before ED11d."""
    match = re.fullmatch(r"([A-Za-z]*)(\d*)(.*)", position, re.DOTALL)
    prefix, number, rest = match.groups() if match else (position, "", "")
    rank = PLAN_ORDER.index(prefix) if prefix in PLAN_ORDER else len(PLAN_ORDER)
    return rank, prefix, int(number or 0), rest


def _records(
    connection: duckdb.DuckDBPyConnection, record: type[Record], sql: str, *given: object
) -> list[Record]:
    """Rows as records: the select list is the record's fields, written where the SQL says {columns}."""
    columns = ", ".join(f"found.{field.name}" for field in fields(record))
    return [
        record(*row) for row in connection.execute(sql.format(columns=columns), given).fetchall()
    ]


def _indicators(connection: duckdb.DuckDBPyConnection, report: str) -> tuple[Indicator, ...]:
    found = _records(connection, Indicator, "select {columns} from marts.dim_indicators as found")
    members = [
        indicator for indicator in found if report in re.split(r"[\s;,]+", indicator.reports)
    ]
    return tuple(sorted(members, key=lambda indicator: plan_order(indicator.position)))


HEADLINE = (
    "select {columns} from marts.fct_indicator_values as found"
    " inner join marts.dim_indicators as indicators on found.indicator_id = indicators.indicator_id"
    " and found.basis = indicators.headline_basis where found.breakdown = 'all'"
)


def _home_figures(
    connection: duckdb.DuckDBPyConnection, home: Area
) -> dict[str, tuple[Figure, ...]]:
    by_indicator: dict[str, list[Figure]] = defaultdict(list)
    sql = f"{HEADLINE} and found.area_code = ? order by found.period_end"
    for figure in _records(connection, Figure, sql, home.area_code):
        by_indicator[figure.indicator_id].append(figure)
    return {indicator: tuple(figures) for indicator, figures in by_indicator.items()}


def _newest_of_areas(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Figure]]:
    """Newest figure by indicator, then area."""
    by_indicator: dict[str, dict[str, Figure]] = defaultdict(dict)
    sql = (
        f"{HEADLINE} qualify row_number() over (partition by found.indicator_id, found.area_code"
        " order by found.period_end desc) = 1"
    )
    for figure in _records(connection, Figure, sql):
        by_indicator[figure.indicator_id][figure.area_code] = figure
    return dict(by_indicator)


def _benchmarks(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[Benchmark, ...]]:
    by_indicator: dict[str, list[Benchmark]] = defaultdict(list)
    sql = (
        "select {columns} from marts.fct_benchmarks as found where found.indicator_id is not null"
        " and found.area_type <> 'la' and found.status = 'ok' and found.value is not null"
        " order by found.period_end"
    )
    for benchmark in _records(connection, Benchmark, sql):
        by_indicator[benchmark.indicator_id].append(benchmark)
    return {indicator: tuple(found) for indicator, found in by_indicator.items()}


def _areas(connection: duckdb.DuckDBPyConnection) -> tuple[Area, ...]:
    sql = (
        "select {columns} from marts.dim_areas as found where found.area_type = 'la' and found.area_code in"
        " (select area_code from marts.fct_indicator_values) order by found.area_name, found.area_code"
    )
    return tuple(_records(connection, Area, sql))


def _disagreements(connection: duckdb.DuckDBPyConnection, home: Area) -> tuple[Reconciliation, ...]:
    """What two sources disagree about, newest first."""
    sql = (
        "select {columns} from marts.fct_reconciliations as found where found.area_code = ?"
        " and not found.is_within order by found.period_end desc, found.reconciliation_id"
    )
    return tuple(_records(connection, Reconciliation, sql, home.area_code))


def read_published(marts: Path, report: str) -> Published:
    """Everything that the named report prints about the home area."""
    with duckdb.connect(str(marts), read_only=True) as connection:
        run = _records(
            connection, Run,
            "select {columns} from marts.dim_runs as found where found.run_id ="
            " (select max(run_id) from marts.dim_areas)",
        )[0]  # fmt: skip
        home = _records(
            connection, Area, "select {columns} from marts.dim_areas as found where found.is_home"
        )[0]
        return Published(
            run=run,
            home=home,
            indicators=_indicators(connection, report),
            figures=_home_figures(connection, home),
            newest_of_areas=_newest_of_areas(connection),
            benchmarks=_benchmarks(connection),
            areas=_areas(connection),
            disagreements=_disagreements(connection, home),
        )
