"""What a run tells dbt, as small Parquet tables in `raw/run/`: the knowledge date, which versions
were received when, which days their tables cover, the registry, earlier published values.

K reaches dbt as data, never as `--vars`, which would defeat partial parsing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from string import Template
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.owners import load_owners
from orchestration.checks.holds import NATIONAL
from orchestration.checks.statutory_findings import Findings
from orchestration.checks.tables import TableCheck
from orchestration.intake.kept.extractions import extractions_of
from orchestration.intake.kept.places import id_of_version
from orchestration.intake.landing import LandedSubmission
from orchestration.intake.shipped import SHIPPED, SHIPPED_AS_AT, shipped_reference
from orchestration.ledger.ledger import Ledger
from orchestration.registry.indicators import Indicator
from orchestration.settings import DataFolder, PracticeSettings
from orchestration.warehouse import serving
from orchestration.warehouse.memory import write_memory
from orchestration.warehouse.opening import opened
from orchestration.warehouse.schemas import input_schema


@dataclass(frozen=True)
class Run:
    """One run of the nightly job, as dbt and the published tables know it."""

    run_id: str
    as_at: date
    received_by: datetime | None
    started_at: datetime
    code_version: str
    home_area: str
    records_first_reported: bool
    is_synthetic: bool = False
    cp_visit_working_days: int = PracticeSettings().cp_visit_working_days
    contact_follow_up_days: int = PracticeSettings().contact_follow_up_days
    spotlight_outcome: int = 1
    """The outcome of the plan that the board looks at this time."""
    grid_from: date | None = None
    grid_to: date | None = None
    """First and last month end of the grid; without them those of the extracts."""


def told_run(folder: DataFolder) -> Run | None:
    """The run that told dbt last; None where none did, or what it told cannot be read."""
    try:
        told: dict[str, Any] = {}
        for name in ("run", "settings"):
            [row] = pq.read_table(folder.raw / "run" / f"{name}.parquet").to_pylist()
            told |= row
    except (FileNotFoundError, ValueError, pa.ArrowException):
        return None
    return Run(as_at=told.pop("knowledge_date"), **told)


def told_grid(folder: DataFolder) -> tuple[date, date] | None:
    """The months that dbt was told last to compute; None where it was told none, or that cannot be read."""
    try:
        [row] = pq.read_table(folder.raw / "run" / "settings.parquet").to_pylist()
    except (FileNotFoundError, ValueError, pa.ArrowException):
        return None
    first, last = row.get("grid_from"), row.get("grid_to")
    return (first, last) if first and last else None


def _write(folder: Path, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write an input table; a declared column that a row lacks is an error of ours, so it is a KeyError."""
    schema = input_schema(name)
    whole = [{column: row[column] for column in schema.names} for row in rows]
    pq.write_table(pa.Table.from_pylist(whole, schema=schema), folder / f"{name}.parquet")


def _receipts(ledger: Ledger, shipped: list[LandedSubmission]) -> Iterable[dict[str, Any]]:
    for receipt in ledger.receipts():
        version = receipt.version
        yield {
            "submission_id": id_of_version(version),
            "area_code": version.area_code, "source": version.source, "folder_month": version.folder_month,
            "version": version.version, "as_at_date": version.as_at_date, "received_at": receipt.happened_at,
            "event_number": receipt.event_number, "verdict": version.verdict, "reason": version.reason or None, "is_shipped": False,
        }  # fmt: skip
    for landed in shipped:
        yield {
            "submission_id": id_of_version(landed),
            "area_code": landed.area_code, "source": landed.source, "folder_month": SHIPPED,
            "version": landed.version, "as_at_date": SHIPPED_AS_AT, "received_at": None,
            "event_number": None, "verdict": "accepted", "reason": None, "is_shipped": True,
        }  # fmt: skip


def _tables(
    folder: DataFolder, ledger: Ledger, shipped: list[LandedSubmission]
) -> Iterable[dict[str, Any]]:
    kept = extractions_of(folder, ledger)
    for submission_id in map(id_of_version, (*ledger.versions(), *shipped)):
        extraction = kept.get(submission_id)
        for name, counts in extraction.tables.items() if extraction else ():
            yield {
                "submission_id": submission_id, "table_name": name,
                "rows_received": counts.received, "rows_loaded": counts.loaded,
                "rows_deduplicated": counts.deduplicated, "rows_quarantined": counts.quarantined,
                "cover_from": counts.cover_from, "cover_to": counts.cover_to, "is_failed": counts.failed,
            }  # fmt: skip


def _runs(ledger: Ledger, run: Run) -> Iterable[dict[str, Any]]:
    for published in ledger.published_runs():
        yield vars(published)
    yield {
        "run_id": run.run_id, "as_at": run.as_at, "received_by": run.received_by,
        "started_at": run.started_at, "finished_at": None, "code_version": run.code_version,
        "status": "published", "is_synthetic": run.is_synthetic,
    }  # fmt: skip


def _indicator_rows(indicators: Iterable[Indicator]) -> Iterable[dict[str, Any]]:
    for place, indicator in enumerate(indicators, start=1):
        source = indicator.definition_from
        yield {
            **indicator.model_dump(include=set(input_schema("indicators").names)),
            "indicator_id": indicator.id, "plan_order": place, "headline_basis": indicator.basis,
            "gap_of": indicator.gap.of if indicator.gap else None,
            "national_series": indicator.gap.national_series if indicator.gap else None,
            "is_public": indicator.is_public, "unit": indicator.shown_unit, "published_decimals": indicator.decimals,
            "benchmark_series": "; ".join(item.series_id for item in indicator.benchmarks) or None,
            "reports": " ".join(indicator.reports),
            "definition_from": f"{source.document} ({source.year}), {source.section}",
            "inputs": "; ".join(indicator.inputs),
        }  # fmt: skip


def _with_settings(row: Mapping[str, Any], run: Run) -> dict[str, Any]:
    """A row whose texts give the settings of the run, where they name them: `$cp_visit_working_days`."""
    return {
        name: Template(value).safe_substitute(vars(run)) if isinstance(value, str) else value
        for name, value in row.items()
    }


def _check_rows(checks: Iterable[tuple[TableCheck, bool]]) -> Iterable[dict[str, Any]]:
    for check, is_released in checks:
        count = check.count
        yield {
            "check_id": check.check_id, "rule": check.rule, "submission_id": count.submission_id,
            "area_code": count.area_code, "source": count.source, "as_at_date": count.as_at_date,
            "table_name": count.table_name, "column_name": check.column,
            "rows_checked": count.rows if check.rows_checked is None else check.rows_checked,
            "rows_failed": check.rows_failed,
            "populations": f" {' '.join(check.populations)} " if check.populations else None,
            "severity": check.severity, "passed": check.passed, "is_released": is_released, "message": check.message,
        }  # fmt: skip


def areas_held(checks: Iterable[tuple[TableCheck, bool]]) -> set[str]:
    """The areas of which table checks hold figures, as gate_failed_tables.sql decides it: by the newest extract of a table."""
    judged = [(check, check.count, free) for check, free in checks if check.severity == "error"]
    newest: dict[tuple[str, str, str], date] = {}
    for _, count, _ in judged:
        table = count.area_code, count.source, count.table_name
        newest[table] = max(count.as_at_date, newest.get(table, date.min))
    return {
        count.area_code
        for check, count, is_released in judged
        if not check.passed
        and not is_released
        and (
            check.rule == "lost"
            or count.as_at_date == newest[count.area_code, count.source, count.table_name]
        )
    }


def write_last_published(marts: Path, target: Path, held: set[str]) -> None:
    """The figures and records of these areas that were published last: what a held indicator goes on showing.

    A failure in a national file holds every area. Nobody else's are told: a region has tens of millions of records.
    """
    wanted = {"last_values": "fct_indicator_values", "last_records": "fct_counted_records"}
    for name, mart in wanted.items():
        schema = input_schema(name)
        with pq.ParquetWriter(target / f"{name}.parquet", schema) as writer:
            if held and marts.exists():
                with opened(marts) as connection:
                    for batch in _last_of(connection, mart, schema, held):
                        writer.write_batch(batch.cast(schema))


def _last_of(
    connection: duckdb.DuckDBPyConnection, mart: str, schema: pa.Schema, held: set[str]
) -> pa.RecordBatchReader:
    # A warehouse of an earlier version of the code lacks what has been added since.
    there = set(connection.table(f"marts.{mart}").columns)
    columns = (name if name in there else f"null as {name}" for name in schema.names)
    rows = (
        f"select {', '.join(columns)} from marts.{mart} where ($1 or list_contains($2, area_code))"  # noqa: S608 -- fixed names
    )
    # What a version without shares gave for a group was no rate of the group.
    if {"share_of_rate"} & set(schema.names) - there:
        rows += " and breakdown = 'all'"
    return connection.execute(rows, [NATIONAL in held, sorted(held)]).to_arrow_reader()


@dataclass(frozen=True)
class Knowledge:
    """Everything that a run tells dbt, apart from the ledger's part."""

    run: Run
    areas: list[str]
    indicators: tuple[Indicator, ...]
    first_reported: pa.Table
    vintages: pa.Table
    checks: list[tuple[TableCheck, bool]]
    statutory: Findings = field(default_factory=Findings)
    targets: list[dict[str, Any]] = field(default_factory=list)


def write_inputs(folder: DataFolder, ledger: Ledger, known: Knowledge) -> None:
    """Write every input table of a run."""
    target = folder.raw / "run"
    target.mkdir(exist_ok=True)
    shipped = list(shipped_reference())
    _write(target, "run", [{**vars(known.run), "knowledge_date": known.run.as_at}])
    _write(target, "settings", [vars(known.run)])
    _write(target, "runs", _runs(ledger, known.run))
    _write(target, "areas", [{"area_code": area} for area in known.areas])
    _write(target, "receipts", _receipts(ledger, shipped))
    _write(target, "tables", _tables(folder, ledger, shipped))
    _write(target, "table_checks", _check_rows(known.checks))
    _write(target, "owners", load_owners())
    _write(target, "targets", known.targets)
    _write_registry(target, known.indicators, known.run)
    held = areas_held(known.checks)
    # A night goes on from the night before it, a run of an earlier day from what is published.
    marts = folder.warehouse_file
    if held and known.run.records_first_reported:
        marts = serving.last_night(folder, ledger)
    write_last_published(marts, target, held)
    write_memory(ledger, target)
    pq.write_table(known.statutory.results, target / "statutory_checks.parquet")
    pq.write_table(known.statutory.issues, target / "statutory_issues.parquet")
    pq.write_table(known.first_reported, target / "first_reported.parquet")
    pq.write_table(known.vintages, target / "vintages.parquet")


def _write_registry(target: Path, indicators: tuple[Indicator, ...], run: Run) -> None:
    told = (_with_settings(row, run) for row in _indicator_rows(indicators))
    _write(target, "indicators", told)
    bases = [{"indicator_id": i.id, "basis": basis} for i in indicators for basis in i.bases]
    _write(target, "bases", bases)
    breakdowns = [
        {"indicator_id": i.id, "breakdown": name} for i in indicators for name in i.breakdowns
    ]
    _write(target, "breakdowns", breakdowns)
    _write(target, "series", _series_rows(indicators))


def _series_rows(indicators: tuple[Indicator, ...]) -> Iterable[dict[str, Any]]:
    """Each series once: those that an indicator is compared with, then what gaps are made of."""
    named: set[str] = set()
    compared = [(i, benchmark) for i in indicators for benchmark in i.benchmarks]
    for indicator, benchmark in compared:
        named.add(benchmark.series_id)
        yield {
            "indicator_id": indicator.id, "series_id": benchmark.series_id, "basis": benchmark.basis,
            "published_series": benchmark.series, "transform": benchmark.transform,
            "minus_series": benchmark.minus, "minus_area": benchmark.minus_area,
            "suspended_by": indicator.suspended_by,
        }  # fmt: skip
    for indicator, benchmark in compared:
        for part in (benchmark.series, benchmark.minus):
            if part is not None and benchmark.minus is not None and part not in named:
                named.add(part)
                yield {
                    "indicator_id": None, "series_id": part, "basis": benchmark.basis,
                    "published_series": part, "transform": "as_published",
                    "minus_series": None, "minus_area": None, "suspended_by": indicator.suspended_by,
                }  # fmt: skip
