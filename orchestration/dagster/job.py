"""`cypp run` and the schedule execute the same Dagster job; this starts it in the calling process."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from orchestration.ahead import NightAhead, begun
from orchestration.loading import loading
from orchestration.night.steps import (
    Night,
    NothingPublished,
    Outcome,
    Request,
    translated_errors,
)
from orchestration.settings import DataFolder

INSTANCE_CONFIG = Path(__file__).parent / "dagster.yaml"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def dagster_home(folder: DataFolder) -> Path:
    """The folder of Dagster's runs and events for a data folder, with the shipped configuration in it."""
    home = folder.root / ".dagster"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(INSTANCE_CONFIG, home / INSTANCE_CONFIG.name)
    return home


def run_job(
    folder: DataFolder, request: Request, progress: Callable[[str, int, int], None]
) -> Outcome | str:
    """Execute the nightly job once in this process; returns what it did, or the run that stands unchanged.

    Raises ConfigurationError (nothing touched) and NothingPublished (the last good warehouse serves).
    """
    with translated_errors(), Night(folder, request, progress) as night:
        if night.standing_run is not None:
            return night.standing_run
        try:
            with begun(night) as steps:
                _execute(folder, steps)
        except KeyboardInterrupt:
            raise NothingPublished("interrupted") from None
        assert night.outcome is not None  # noqa: S101 -- the job's last step sets it, or has raised
        return night.outcome


def _execute(folder: DataFolder, steps: NightAhead) -> None:
    os.environ["DAGSTER_HOME"] = str(dagster_home(folder))
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    steps.wait_for_intake()
    # Imported here: Dagster takes seconds to load, and only a run needs it.
    with loading():
        import dagster as dg

        import orchestration.night.publishing  # noqa: F401 -- for the last step, loaded while dbt works
        from orchestration.definitions import JOB, defs

    # Interrupted as it closes a connection, SQLAlchemy would log a traceback; the run says it in one line.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    with dg.DagsterInstance.get() as instance:
        try:
            defs.resolve_job_def(JOB).execute_in_process(
                instance=instance, resources={"night": steps}, run_config=QUIET
            )
        except dg.DagsterExecutionInterruptedError:
            raise KeyboardInterrupt from None
