"""The rows of the printed tables (`rpt_*`) that a page prints, as typed records in plan order.

Reads only. Values come rounded, words are in `wording`, what goes where is in the page's own module.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import Field, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

import duckdb

from orchestration.warehouse.opening import opened


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
    caption: str
    printed_with: str | None
    plan: str
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
    is_progress_score: bool


@dataclass(frozen=True)
class Figure:
    """One figure on the headline basis as printed, or the reason why there is none."""

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
    break_on: date | None
    n_compared: int = 0
    usual: float | None = None
    lower_limit: float | None = None
    upper_limit: float | None = None
    confidence_lower: float | None = None
    confidence_upper: float | None = None
    significance: str | None = None


def headed(heading: str) -> Any:
    """Give a field of a report's line a column of its own, under this heading."""
    return field(metadata={"heading": heading}, kw_only=True)


@dataclass(frozen=True)
class ReportLine:
    """An indicator's line of a report as printed, without the published figures.

    A field with `headed` is a column of its own on the page, in the PDF and in the workbook.
    """

    indicator_id: str
    area_code: str
    period_start: date
    period_end: date
    period_age_months: int
    numerator: float | None
    denominator: float | None
    value: float | None
    status: str
    status_reason: str | None
    is_provisional: bool
    last_value_period_end: date | None
    year_before_period_end: date | None
    year_before_value: float | None
    year_before_status: str | None
    direction: str
    direction_reason: str | None
    n_compared: int
    usual: float | None
    assurance: str
    target: float | None
    rag: str
    target_origin: str | None
    target_agreed_by: str | None
    target_agreed_on: date | None
    break_on: date | None
    break_reason: str | None
    comment: str | None
    commented_on: date | None
    commented_by: str | None


def headings_of(record: type[_Dataclass]) -> dict[str, str]:
    """The fields of a record that are columns of their own, with their headings."""
    return {
        one.name: one.metadata["heading"] for one in fields(record) if "heading" in one.metadata
    }


@dataclass(frozen=True)
class Compared:
    """The published figure of a group of authorities on a report's line, or why there is none."""

    value: float | None
    basis: str | None
    period: str | None
    missing: str | None
    n_available: int | None
    neighbour_model: str | None


@dataclass(frozen=True)
class Rank:
    """The authority's place among all authorities in the newest published year."""

    indicator_id: str
    national_rank: int
    n_ranked: int
    quartile: int
    rank_period: str
    ranked_value: float
    lower_quartile: float
    national_median: float
    upper_quartile: float


@dataclass(frozen=True)
class Benchmark:
    """A published figure that has a value."""

    indicator_id: str
    comparator: str
    neighbour_model: str
    basis: str
    period_label: str
    period_start: date
    period_end: date
    value: float
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
class LinkedAction:
    """An action of the plan that an indicator is linked to, with its colour."""

    action_id: str
    rag: str | None
    related_indicators: str | None
    begun_on: date | None
    completed_on: date | None

    def is_linked_to(self, indicator_id: str) -> bool:
        """Whether the plan links it to an indicator."""
        return indicator_id in (self.related_indicators or "").split()


@dataclass(frozen=True)
class ChangePart:
    """What a group adds to the change of a newest figure on the year before, unrounded."""

    indicator_id: str
    period_end: date
    breakdown: str
    breakdown_value: str
    change: float
    part: float
    own_part: float | None
    size_part: float | None


@dataclass(frozen=True)
class Published:
    """All that a page about the home area needs, by indicator."""

    run: Run
    edition: str
    home: Area
    indicators: tuple[Indicator, ...]
    lines: dict[str, dict[str, ReportLine]]
    """By indicator, then area."""
    compared: dict[str, dict[str, Compared]]
    """By indicator, then group of authorities; of the home area."""
    figures: dict[str, tuple[Figure, ...]]
    benchmarks: dict[str, tuple[Benchmark, ...]]
    areas: tuple[Area, ...]
    disagreements: tuple[Reconciliation, ...]
    actions: tuple[LinkedAction, ...]
    """In the plan's order."""
    groups: dict[str, str]
    """Phase and group of pupils by indicator; of the standards report only."""
    ranks: dict[str, Rank]
    parts: tuple[ChangePart, ...] = ()
    """Of the restricted edition only: a part of few children would reveal their number."""
    variants: tuple[Indicator, ...] = ()
    """Measures that are printed with the value of another."""
    annex: tuple[Indicator, ...] = ()
    """Measures of the earlier plan; of the committee report only."""


def read_records(
    connection: duckdb.DuckDBPyConnection, record: type[Record], sql: str, *given: object
) -> list[Record]:
    """Rows as records. The select list is the record's fields, written where the SQL says {columns}."""
    names = [one.name for one in fields(record)]
    columns = ", ".join(f"found.{name}" for name in names)
    found = connection.execute(sql.format(columns=columns), given).fetchall()
    return [record(**dict(zip(names, row, strict=True))) for row in found]


EXPLORE = "explore"
"""The page that shows every indicator of an edition."""


def _explored(connection: duckdb.DuckDBPyConnection, edition: str) -> tuple[Indicator, ...]:
    sql = (
        "select {columns} from marts.dim_indicators as found where found.indicator_id in"
        " (select indicator_id from marts.rpt_figures where edition = ?) order by found.plan_order"
    )
    return tuple(read_records(connection, Indicator, sql, edition))


def _indicators(connection: duckdb.DuckDBPyConnection, report: str) -> tuple[Indicator, ...]:
    sql = "select {columns} from marts.dim_indicators as found order by found.plan_order"
    found = read_records(connection, Indicator, sql)
    return tuple(
        indicator for indicator in found if report in re.split(r"[\s;,]+", indicator.reports)
    )


def _parts(connection: duckdb.DuckDBPyConnection, home: Area) -> tuple[ChangePart, ...]:
    sql = "select {columns} from marts.fct_change_parts as found where found.area_code = ?"
    return tuple(read_records(connection, ChangePart, sql, home.area_code))


def _variants(connection: duckdb.DuckDBPyConnection) -> tuple[Indicator, ...]:
    sql = (
        "select {columns} from marts.dim_indicators as found where found.printed_with is not null"
        " order by found.plan_order"
    )
    return tuple(read_records(connection, Indicator, sql))


def _home_figures(
    connection: duckdb.DuckDBPyConnection, home: Area, edition: str
) -> dict[str, tuple[Figure, ...]]:
    by_indicator: dict[str, list[Figure]] = defaultdict(list)
    sql = (
        "select {columns} from marts.rpt_figures as found where found.edition = ? and found.area_code = ?"
        " order by found.period_end"
    )
    for figure in read_records(connection, Figure, sql, edition, home.area_code):
        by_indicator[figure.indicator_id].append(figure)
    return {indicator: tuple(figures) for indicator, figures in by_indicator.items()}


def _lines(
    connection: duckdb.DuckDBPyConnection, table: str, edition: str
) -> dict[str, dict[str, ReportLine]]:
    by_indicator: dict[str, dict[str, ReportLine]] = defaultdict(dict)
    sql = f"select {{columns}} from marts.{table} as found where found.edition = ?"
    for line in read_records(connection, ReportLine, sql, edition):
        by_indicator[line.indicator_id][line.area_code] = line
    return dict(by_indicator)


COMPARATORS = ("outer_london", "london", "statistical_neighbours", "england")


def _compared(
    connection: duckdb.DuckDBPyConnection, table: str, edition: str, home: Area
) -> dict[str, dict[str, Compared]]:
    """Published figures by indicator, then group."""
    found: dict[str, dict[str, Compared]] = defaultdict(dict)
    for group in COMPARATORS:
        only_neighbours = group == "statistical_neighbours"
        model = (
            "statistical_neighbours_available, neighbour_model" if only_neighbours else "null, null"
        )
        rows = connection.execute(
            f"select indicator_id, {group}_value, {group}_basis, {group}_period, {group}_missing, {model}"
            f" from marts.{table} where edition = ? and area_code = ?",
            [edition, home.area_code],
        ).fetchall()
        for indicator_id, *columns in rows:
            found[indicator_id][group] = Compared(*columns)
    return dict(found)


def _benchmarks(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[Benchmark, ...]]:
    by_indicator: dict[str, list[Benchmark]] = defaultdict(list)
    sql = (
        "select {columns} from marts.rpt_comparisons as found where found.value is not null"
        " order by found.period_end"
    )
    for benchmark in read_records(connection, Benchmark, sql):
        by_indicator[benchmark.indicator_id].append(benchmark)
    return {indicator: tuple(found) for indicator, found in by_indicator.items()}


def _areas(connection: duckdb.DuckDBPyConnection, table: str, edition: str) -> tuple[Area, ...]:
    sql = (
        "select {columns} from marts.dim_areas as found where found.area_type = 'la' and found.area_code in"
        f" (select area_code from marts.{table} where edition = ?)"
        " order by found.area_name, found.area_code"
    )
    return tuple(read_records(connection, Area, sql, edition))


def _actions(connection: duckdb.DuckDBPyConnection, edition: str) -> tuple[LinkedAction, ...]:
    sql = "select {columns} from marts.rpt_board as found where found.edition = ? and found.related_indicators is not null"
    found = read_records(connection, LinkedAction, sql, edition)
    return tuple(
        sorted(found, key=lambda action: [int(part) for part in action.action_id.split(".")])
    )


def _groups(connection: duckdb.DuckDBPyConnection, edition: str, home: Area) -> dict[str, str]:
    rows = connection.execute(
        "select indicator_id, phase, pupil_group from marts.rpt_standards"
        " where edition = ? and area_code = ?",
        [edition, home.area_code],
    ).fetchall()
    return {
        indicator_id: f"{phase}: {group[:1].lower()}{group[1:]}"
        for indicator_id, phase, group in rows
    }


def _ranks(connection: duckdb.DuckDBPyConnection, edition: str, home: Area) -> dict[str, Rank]:
    sql = (
        "select {columns} from marts.rpt_standards as found where found.edition = ? and found.area_code = ?"
        " and found.national_rank is not null"
    )
    return {
        rank.indicator_id: rank
        for rank in read_records(connection, Rank, sql, edition, home.area_code)
    }


def read_run(connection: duckdb.DuckDBPyConnection) -> Run:
    """The run that wrote the warehouse."""
    return read_records(
        connection, Run,
        "select {columns} from marts.dim_runs as found where found.run_id ="
        " (select max(run_id) from marts.dim_areas)",
    )[0]  # fmt: skip


def read_home(connection: duckdb.DuckDBPyConnection) -> Area:
    """The authority that the reports are about."""
    return read_records(
        connection, Area, "select {columns} from marts.dim_areas as found where found.is_home"
    )[0]


def _disagreements(
    connection: duckdb.DuckDBPyConnection,
    edition: str,
    home: Area,
    report: str,
    indicators: Sequence[Indicator],
) -> tuple[Reconciliation, ...]:
    """What two sources disagree about among a report's indicators, newest first.

    Of a state (children looked after, on a plan) the two returns disagree: no matter of the standards report.
    For officers only: the counts of the sources have not been through the disclosure gate.
    """
    if edition != "restricted":
        return ()
    sql = (
        "select {columns} from marts.fct_reconciliations as found where found.area_code = ?"
        " and not found.is_within order by found.period_end desc, found.reconciliation_id"
    )
    named: set[str | None] = {one.indicator_id for one in indicators}
    if report != "standards":
        named.add(None)
    found = read_records(connection, Reconciliation, sql, home.area_code)
    return tuple(one for one in found if one.indicator_id in named)


def table_of(report: str) -> str:
    """Name the printed table that has the lines of a report: the practice measures are with the plan's."""
    return "rpt_standards" if report == "standards" else "rpt_committee"


def read_published(marts: Path, report: str, edition: str) -> Published:
    """Everything that the named report prints about the home area."""
    table = table_of(report)
    with opened(marts) as connection:
        home = read_home(connection)
        indicators = (
            _explored(connection, edition) if report == EXPLORE else _indicators(connection, report)
        )
        return Published(
            run=read_run(connection),
            edition=edition,
            home=home,
            indicators=indicators,
            lines=_lines(connection, table, edition),
            compared=_compared(connection, table, edition, home),
            figures=_home_figures(connection, home, edition),
            benchmarks=_benchmarks(connection),
            areas=_areas(connection, table, edition),
            disagreements=_disagreements(connection, edition, home, report, indicators),
            actions=_actions(connection, edition),
            groups=_groups(connection, edition, home) if report == "standards" else {},
            ranks=_ranks(connection, edition, home) if report == "standards" else {},
            parts=_parts(connection, home) if edition == "restricted" else (),
            variants=_variants(connection),
            annex=_indicators(connection, "annex") if report == "committee" else (),
        )
