"""The demo and the nightly job at Barnet's size: writing three years, taking all of it in, the night after.

Each case runs in a process of its own on one data folder, in this order, because each needs what the one
before left. The job's seconds by step are Dagster's, which shows each model's, too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.demo import write_demo
from orchestration.settings import DataFolder

SEED, MONTHS, BEFORE, LAST = 1, 36, "2025-02", "2025-03"


def silent(step: str, done: int, total: int) -> None:
    """No progress shown."""


def write_three_years(folder: Path) -> dict[str, Any]:
    """36 months of one authority."""
    write_demo(folder, seed=SEED, months=MONTHS, last=BEFORE, progress=silent)
    files = [path for path in (folder / "landing").rglob("*") if path.is_file()]
    return {"files": len(files), "mib": sum(path.stat().st_size for path in files) >> 20}


def write_next_month(folder: Path) -> dict[str, Any]:
    """One month more: simulating costs the same, writing a 36th."""
    write_demo(folder, seed=SEED, months=1, last=LAST, progress=silent)
    return {}


def run_job(folder: Path) -> dict[str, Any]:
    """The nightly job once, as `cypp run` does it."""
    from orchestration.dagster.job import run_job
    from orchestration.night.steps import Request

    outcome = run_job(DataFolder(folder), Request(datetime.now(UTC).date()), silent)
    return {
        "submissions": len(outcome.accepted),
        **{f"seconds_{step.replace(' ', '_')}": round(s, 1) for step, s in outcome.seconds.items()},
    }


CASES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "Demo: 36 months of Barnet written": write_three_years,
    "Job: 36 months into an empty folder": run_job,
    "Demo: the month after": write_next_month,
    "Job: the night after, one new month": run_job,
    "Job: a night with nothing new": run_job,
}
