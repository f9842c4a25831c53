"""Runs whose process died: Dagster believes them to be under way, and they would keep every other run waiting.

Its default launcher cannot tell whether a run's process lives. So a run holds a lock of its own, which the system
releases when the process ends, however it ends.
"""

from __future__ import annotations

import time
from pathlib import Path

import dagster as dg
from filelock import FileLock, Timeout

from orchestration.settings import DataFolder

UNDER_WAY = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
# Until a run that has started holds its lock it loads its code.
SECONDS_TO_LOAD = 120
MESSAGE = (
    "The process of this run has ended without saying so: it was killed, or the machine went down."
)


def mark_of(folder: DataFolder, run_id: str | None) -> Path:
    """The lock that a run holds while its process lives."""
    marks = folder.work / "running"
    marks.mkdir(parents=True, exist_ok=True)
    return marks / f"{run_id}.lock"


def settle_killed_runs(instance: dg.DagsterInstance, folder: DataFolder) -> list[str]:
    """Tell Dagster that runs without a process have failed; returns their ids."""
    settled = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=UNDER_WAY)):
        run = record.dagster_run
        if _has_ended(mark_of(folder, run.run_id), record.start_time or 0.0):
            instance.report_run_failed(run, MESSAGE)
            settled.append(run.run_id)
    _forget_ended_runs(instance, folder)
    return settled


def _forget_ended_runs(instance: dg.DagsterInstance, folder: DataFolder) -> None:
    """Remove the locks of runs that have ended; a run that is not under way needs none."""
    for mark in mark_of(folder, "any").parent.glob("*.lock"):
        run = instance.get_run_by_id(mark.stem)
        if run is None or run.is_finished:
            mark.unlink(missing_ok=True)


def _has_ended(mark: Path, started_at: float) -> bool:
    if not mark.exists():
        return time.time() - started_at > SECONDS_TO_LOAD
    try:
        with FileLock(mark, timeout=0):
            return True
    except Timeout:
        return False
