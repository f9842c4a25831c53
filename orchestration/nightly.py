"""The nightly job as plain functions, in order: take in, transform, publish, report. Dagster wraps it.

Everything private is built beside what readers see; only the last step replaces anything.
"""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib.metadata import version as package_version
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from expectations.contract import CONTRACTS_FOLDER
from orchestration.intake.findings import Finding
from orchestration.intake.keys import KeyFileError
from orchestration.intake.ledger import Ledger, now
from orchestration.intake.submissions import TakenIn, findings_of, shipped_reference, take_in
from orchestration.registry.indicators import (
    RegistryError,
    cross_check,
    load_indicators,
    measures_by_population,
)
from orchestration.reports.committee import render_committee_page
from orchestration.settings import (
    DBT_FOLDER,
    DEFAULT_HOME_AREA,
    PROJECT_FOLDER,
    ConfigurationError,
    DataFolder,
    Settings,
    load_settings,
)
from orchestration.warehouse import publish
from orchestration.warehouse.dbt import BuildFailed, BuildFiles, build
from orchestration.warehouse.inputs import FIRST_REPORTED, Run, write_inputs

LOCK_SECONDS = 900
Progress = Callable[[str, int, int], None]


class NothingPublished(Exception):
    """The run ended without publishing; the last good warehouse still serves (exit status 1)."""


@dataclass(frozen=True)
class Request:
    """What a run is asked for: the knowledge date, and which receipts to ignore."""

    as_at: date
    received_by: datetime | None = None


@dataclass
class Outcome:
    """What a run did, for the summary."""

    run: Run
    taken_in: TakenIn
    findings: list[Finding] = field(default_factory=list)
    page: Path | None = None


def code_version() -> str:
    """The package version and a hash of everything that decides a figure."""
    digest = hashlib.sha256()
    folders = (PROJECT_FOLDER / "orchestration", CONTRACTS_FOLDER, DBT_FOLDER)
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        if path.suffix in (".py", ".yml", ".sql", ".csv") and "target" not in path.parts:
            digest.update(path.read_bytes())
    return f"{package_version('cypp')}+{digest.hexdigest()[:8]}"


def home_area(settings: Settings, areas: list[str]) -> str:
    """The authority that the reports are about (contract.md 1)."""
    if settings.home_area:
        return settings.home_area
    return DEFAULT_HOME_AREA if DEFAULT_HOME_AREA in areas or not areas else min(areas)


def _recover(folder: DataFolder, ledger: Ledger) -> None:
    """Settle runs that were killed: published when the warehouse that serves is theirs, else failed."""
    events = ledger.runs()
    settled = {run_id for run_id, event, *_ in events if event != "started"}
    serving = serving_run_id(folder)
    for run_id, event, *_ in events:
        if event == "started" and run_id not in settled:
            ledger.record_run("published" if run_id == serving else "failed", run_id, {"reason": "interrupted"})
    for leftover in (*folder.warehouse.glob(".building*"), *folder.work.glob("build.duckdb*")):
        leftover.unlink(missing_ok=True)


def serving_run_id(folder: DataFolder) -> str | None:
    """The run whose figures serve now; None before the first publication."""
    if not folder.warehouse_file.exists():
        return None
    with duckdb.connect(str(folder.warehouse_file), read_only=True) as connection:
        row = connection.execute("select max(run_id) from marts.fct_indicator_values").fetchone()
    return row[0] if row else None


def _first_reported(folder: DataFolder, ledger: Ledger) -> pa.Table:
    """Values first published by earlier runs; those of a run that never published do not count."""
    stored = folder.ledger / "first_reported"
    published = [stored / f"{run.run_id}.parquet" for run in ledger.published_runs()]
    tables = [pq.read_table(path) for path in published if path.exists()]
    schema = pa.schema(list(FIRST_REPORTED.items()))
    return pa.concat_tables(tables).cast(schema) if tables else schema.empty_table()


def _store_first_reported(folder: DataFolder, marts: Path, run: Run) -> None:
    if not run.records_first_reported:
        return
    stored = folder.ledger / "first_reported"
    stored.mkdir(exist_ok=True)
    known = folder.raw / "run" / "first_reported.parquet"
    with duckdb.connect(str(marts), read_only=True) as connection:
        fresh = connection.execute(
            f"select {', '.join(FIRST_REPORTED)} from marts.fct_indicator_values as figures"  # noqa: S608
            " where first_reported_value is not null and not exists ("
            "  select 1 from read_parquet($1) as known where known.indicator_id = figures.indicator_id"
            "  and known.area_code = figures.area_code and known.basis = figures.basis"
            "  and known.period_end = figures.period_end and known.breakdown = figures.breakdown"
            "  and known.breakdown_value = figures.breakdown_value)",
            [str(known)],
        ).to_arrow_table()
    if fresh.num_rows:
        pq.write_table(fresh, stored / f"{run.run_id}.parquet")


def _prepare(folder: DataFolder, request: Request, settings: Settings, taken: TakenIn, ledger: Ledger) -> Run:
    areas = _areas(taken, ledger)
    if not any(v.verdict == "accepted" and v.area_code != "national" for v in ledger.versions()):
        raise NothingPublished("no submission of a local authority has been accepted yet")
    return Run(
        run_id=f"{now():%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}",
        as_at=request.as_at,
        received_by=request.received_by,
        started_at=now(),
        code_version=code_version(),
        home_area=home_area(settings, areas),
        records_first_reported=request.as_at == datetime.now(UTC).date() and request.received_by is None,
    )


def _areas(taken: TakenIn, ledger: Ledger) -> list[str]:
    sent = {version.area_code for version in ledger.versions()} - {"national"}
    return sorted(sent | set(taken.landing.areas))


def _month_of(marts: Path) -> str:
    with duckdb.connect(str(marts), read_only=True) as connection:
        row = connection.execute(
            "select strftime(max(as_at_date), '%Y-%m') from marts.fct_submissions"
            " where area_code <> 'national' and status = 'accepted'"
            " and as_at_date <= (select max(as_at) from marts.dim_runs where run_id ="
            " (select max(run_id) from marts.fct_submissions))"
        ).fetchone()
    if row is None or row[0] is None:
        raise NothingPublished("no submission of a local authority serves at the knowledge date")
    return str(row[0])


def _publish(folder: DataFolder, files: BuildFiles, run: Run) -> Path:
    publish.finish_and_verify(files.marts, run.run_id, now())
    month = _month_of(files.marts)
    parquet = folder.warehouse / f".parquet-{run.run_id}"
    publish.write_parquet(files.marts, parquet, run.run_id)
    outputs = folder.root / f".outputs-{run.run_id}"
    publish.carry_forward(folder.outputs, outputs)
    restricted = outputs / month / "restricted"
    shutil.rmtree(restricted, ignore_errors=True)
    restricted.mkdir(mode=0o700, parents=True)
    render_committee_page(files.marts, restricted / "index.html")
    _store_first_reported(folder, files.marts, run)
    publish.replace_warehouse(folder, files.marts)
    publish.switch(folder.parquet, parquet)
    publish.switch(folder.outputs, outputs)
    return folder.outputs / month / "restricted" / "index.html"


def _run_locked(folder: DataFolder, request: Request, settings: Settings, progress: Progress) -> Outcome:
    ledger = Ledger(folder.ledger)
    _recover(folder, ledger)
    indicators = load_indicators()
    cross_check(indicators, measures_by_population())
    taken = take_in(folder, settings, ledger, progress)
    run = _prepare(folder, request, settings, taken, ledger)
    files = BuildFiles(
        # Fixed names: dbt keeps its parsed state only while its profile stays the same.
        layers=folder.work / "build.duckdb",
        marts=folder.warehouse / ".building.duckdb",
    )
    detail = {
        "as_at": run.as_at.isoformat(), "code_version": run.code_version,
        "received_by": run.received_by.isoformat() if run.received_by else None,
    }  # fmt: skip
    ledger.record_run("started", run.run_id, detail)
    try:
        write_inputs(
            folder, ledger, run, _areas(taken, ledger), indicators, list(shipped_reference()),
            _first_reported(folder, ledger),
        )  # fmt: skip
        build(folder, files, progress)
        page = _publish(folder, files, run)
    except (BuildFailed, publish.NotPublishable, NothingPublished) as error:
        ledger.record_run("failed", run.run_id, {"reason": str(error)})
        raise NothingPublished(str(error)) from None
    finally:
        for leftover in (files.layers, files.marts, Path(f"{files.marts}.wal"), Path(f"{files.layers}.wal")):
            leftover.unlink(missing_ok=True)
    ledger.record_run("published", run.run_id, {})
    return Outcome(run, taken, _findings(folder, taken), page)


def _findings(folder: DataFolder, taken: TakenIn) -> list[Finding]:
    """What is new to say: about landing itself and about every version read in this run."""
    found = list(taken.landing.findings)
    for version in (*taken.rejected, *taken.accepted, *taken.reread):
        place = f"{version.area_code}/{version.source}/{version.folder_month}"
        found += [
            finding.placed(file=f"{place}/{finding.file or ''}") for finding in findings_of(folder, version)
        ]
    return found


def run_nightly(folder: DataFolder, request: Request, progress: Progress) -> Outcome:
    """Run the whole job once, alone in this data folder.

    Raises ConfigurationError (nothing touched) and NothingPublished (the last good warehouse serves).
    """
    settings = load_settings(folder.root)
    try:
        folder.create()
        with FileLock(folder.lock_file, timeout=LOCK_SECONDS):
            return _run_locked(folder, request, settings, progress)
    except Timeout:
        raise NothingPublished("another run holds this data folder; try again when it has ended") from None
    except (KeyFileError, RegistryError) as error:
        raise ConfigurationError(str(error)) from None
    except OSError as error:
        raise NothingPublished(f"{error.strerror or error}: {error.filename or ''}") from None
