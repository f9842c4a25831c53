"""What a killed run leaves behind, settled by the next one; and which run serves."""

from __future__ import annotations

import shutil

import duckdb

from orchestration.intake.ledger import Ledger
from orchestration.settings import DataFolder


def settle_killed_runs(folder: DataFolder, ledger: Ledger) -> None:
    """Settle runs that were killed: published when the warehouse that serves is theirs, else failed."""
    events = ledger.runs()
    settled = {run_id for run_id, event, *_ in events if event != "started"}
    serving = serving_run_id(folder)
    for run_id, event, *_ in events:
        if event == "started" and run_id not in settled:
            ledger.record_run(
                "published" if run_id == serving else "failed", run_id, {"reason": "interrupted"}
            )
    remove_private(folder)


def remove_private(folder: DataFolder) -> None:
    """What a build leaves beside the warehouse it made: the marts unless published, and what dbt spilt."""
    for leftover in folder.warehouse.glob(".building*"):
        leftover.unlink(missing_ok=True)
    shutil.rmtree(folder.work / "spill", ignore_errors=True)


def serving_run_id(folder: DataFolder) -> str | None:
    """The run whose figures serve now; None before the first publication.

    A warehouse that cannot be read is moved aside: the run that follows makes it again.
    """
    if not folder.warehouse_file.exists():
        return None
    try:
        with duckdb.connect(str(folder.warehouse_file), read_only=True) as connection:
            row = connection.execute(
                "select max(run_id) from marts.fct_indicator_values"
            ).fetchone()
    except duckdb.Error:
        folder.warehouse_file.replace(folder.work / "damaged_warehouse.duckdb")
        return None
    return row[0] if row else None
