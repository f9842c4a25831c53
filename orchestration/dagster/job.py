"""`cypp run` executes the same Dagster job as the schedule, in the calling process."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Generator, Iterable
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestration.engine.session import refuse_without_session
from orchestration.intake.landing import landing_state
from orchestration.ledger.chain import is_begun
from orchestration.ledger.ledger import Ledger
from orchestration.night import steps, unchanged
from orchestration.night.account import Outcome, outcome_of
from orchestration.night.errors import JOB, NothingPublished, told_in_words
from orchestration.night.progress import Progress, shown_by
from orchestration.night.recovery import alone_in, record_failure
from orchestration.night.steps import Request
from orchestration.night.synthetic import refuse_without_extracts
from orchestration.region.folders import grid_of
from orchestration.settings import DataFolder, load_settings
from orchestration.warehouse.dbt import memory_limit
from orchestration.warehouse.manifest import PARSED_FOLDER
from orchestration.warehouse.serving import serving_run_id

INSTANCE_CONFIG = Path(__file__).parent / "dagster.yaml"
# The storage class of version 0.1, which wrote this file anew at every start.
OUTDATED = "orchestration.event_storage"
INTERRUPTED = "interrupted"


def dagster_home(folder: DataFolder) -> Path:
    """The folder of Dagster's runs and events: DAGSTER_HOME, else that of the data folder.

    Its `dagster.yaml` is the operator's; the shipped one is put there where there is none.
    """
    home = Path(os.environ.get("DAGSTER_HOME") or folder.root / ".dagster")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    config = home / INSTANCE_CONFIG.name
    if not config.exists() or OUTDATED in config.read_text(encoding="utf-8"):
        shutil.copyfile(INSTANCE_CONFIG, config)
    return home


def run_job(folder: DataFolder, request: Request, progress: Progress) -> Outcome | str:
    """Execute the nightly job once in this process; returns what it did, or the run that is published and unchanged.

    Raises ConfigurationError (nothing touched) and NothingPublished (the last good warehouse stays in place).
    """
    with told_in_words():
        settings = load_settings(folder.root)
        refuse_without_session(folder, settings.engine)
        # What the environment says of it is refused here, with nothing touched.
        memory_limit(settings.engine)
        steps.registry()
        if not is_begun(folder.ledger):
            refuse_without_extracts(folder)
        with alone_in(folder, of_night=True) as ledger:
            landed = landing_state(folder.landing)
            if request.even_if_emptied and landed == unchanged.EMPTY:
                unchanged.remember_taken(folder, landed)
            unchanged.refuse_emptied(folder, landed)
            if not ledger.versions():
                refuse_without_extracts(folder)
            if request.grid is None:
                request = replace(request, grid=grid_of(folder))
            state = steps.state_of(request, settings, ledger, landed)
            serving = serving_run_id(folder, ledger)
            standing = unchanged.standing_run(folder, state, serving)
            if standing is not None and not request.even_if_unchanged:
                ledger.record_attempt("unchanged", standing)
                return standing
            try:
                return _executed(folder, request, progress, ledger)
            except KeyboardInterrupt:
                record_failure(ledger, INTERRUPTED)
                raise NothingPublished(INTERRUPTED) from None


def _executed(folder: DataFolder, request: Request, progress: Progress, ledger: Ledger) -> Outcome:
    # Imported here: Dagster takes seconds to load, and only a run needs it.
    import dagster as dg

    from orchestration.dagster.history import prune_history
    from orchestration.dagster.killed import settle_killed_runs
    from orchestration.definitions import defs

    job = defs.resolve_job_def(JOB)
    with _environment(folder), _quietly(), shown_by(progress), dg.DagsterInstance.get() as instance:
        settle_killed_runs(instance, folder)
        prune_history(instance)
        done = job.execute_in_process(
            instance=instance, run_config=_run_config(request), raise_on_error=False
        )
        if _was_interrupted(done):
            raise KeyboardInterrupt
        if not done.success:
            raise NothingPublished(why_failed(done.all_events))
        return outcome_of(folder, ledger, _seconds(done))


def _run_config(request: Request) -> dict[str, Any]:
    received_by = request.received_by.isoformat() if request.received_by else None
    grid = [day.isoformat() for day in request.grid] if request.grid else None
    known = {
        "config": {"as_at": request.as_at.isoformat(), "received_by": received_by, "grid": grid}
    }
    return {
        "ops": {"raw__run": known, "quality__statutory": known},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }


def why_failed(events: Iterable[Any]) -> str:
    """What the step that failed said, by the events of a run; of an error outside the steps only its kind."""
    for event in events:
        if event.is_step_failure:
            data = event.step_failure_data
            told = data.user_failure_data
            return str(told.description if told else data.error.cls_name)
    return "Dagster could not start the run"


def _was_interrupted(done: Any) -> bool:
    failures = (event for event in done.all_events if event.is_step_failure)
    kinds = {event.step_failure_data.error.cls_name for event in failures}
    return "DagsterExecutionInterruptedError" in kinds


def _seconds(done: Any) -> dict[str, float]:
    """How long each part of the job took."""
    seconds: dict[str, float] = {}
    for event in done.all_events:
        if event.event_type_value == "STEP_SUCCESS":
            part = _part_of(event.step_key)
            took = event.event_specific_data.duration_ms / 1000
            seconds[part] = seconds.get(part, 0.0) + took
    return seconds


def _part_of(step: str) -> str:
    """Landing and raw are the taking in, reports and pages the publication."""
    if step == "raw__run":
        return "tell dbt"
    if step.startswith(("landing", "raw__")):
        return "take in"
    return {"quality__statutory": "statutory rules", "transform": "transform"}.get(step, "publish")


@contextmanager
def _environment(folder: DataFolder) -> Generator[None]:
    """What Dagster, its resources and dbt read from the environment, for the time of the run."""
    wanted = {
        "DAGSTER_HOME": str(dagster_home(folder)), "DAGSTER_DISABLE_TELEMETRY": "1",
        "CYPP_DATA_DIR": str(folder.root), "DO_NOT_TRACK": "1",
        # Where dagster-dbt looks for what dbt has parsed already.
        "DBT_TARGET_PATH": str(PARSED_FOLDER),
    }  # fmt: skip
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _quietly() -> Generator[None]:
    """What steps print is for Dagster's own log of the run, not for the terminal."""
    # Interrupted as it closes a connection, SQLAlchemy would log a traceback; the run says it in one line.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        yield
