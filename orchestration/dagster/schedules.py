"""The nightly job: when it starts, and what else the daemon looks after: landing, killed runs, failures."""

from __future__ import annotations

from datetime import datetime, timedelta

import dagster as dg

from orchestration.alerts.kept import Alert
from orchestration.alerts.tell import tell
from orchestration.dagster.history import prune_history
from orchestration.dagster.killed import settle_killed_runs
from orchestration.intake.landing import landing_state
from orchestration.ledger.chain import is_begun, now
from orchestration.ledger.damage import FAILURES
from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import JOB
from orchestration.night.unchanged import taken_state
from orchestration.operator.nights import failures_in_a_row, local
from orchestration.operator.status import current_status
from orchestration.settings import data_folder

# A night has five hours (02:00 to 07:00); what takes four hangs.
MAX_RUNTIME_SECONDS = 4 * 3600
WAITS = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 240))
UNCHANGED = "landing has not changed"

nightly_job = dg.define_asset_job(
    JOB,
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Take in what is new, check it, transform it, publish it.",
    tags={"dagster/max_runtime": str(MAX_RUNTIME_SECONDS)},
)


@dg.schedule(
    job=nightly_job, cron_schedule="0 2 * * *", execution_timezone="Europe/London",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)  # fmt: skip
def every_night(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """02:00 in London, one run per night, clock changes included."""
    when = context.scheduled_execution_time
    return dg.RunRequest(run_key=f"night-{when:%Y-%m-%d}")


@dg.sensor(
    job=nightly_job, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING
)
def landing_changed(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Start a run when landing has changed since a run looked at it, and nothing changes between two looks.

    A run that failed is tried again with what it was about, after a wait that doubles with each failure.
    """
    folder = data_folder(None)
    try:
        state = landing_state(folder.landing)
        failures = failures_in_a_row(Ledger(folder.ledger)) if is_begun(folder.ledger) else []
    except FAILURES as error:
        # `alerts_due` reports it; a run could only say the same.
        return dg.SkipReason(f"nothing can be taken in: {error}")
    seen, _, asked_for = (context.cursor or "").partition(" ")
    if state != "empty" and state not in (taken_state(folder), asked_for):
        return _asked_for_once_still(context, state, seen)
    if not failures or state == "empty":
        # What was asked for and has not begun yet is the same request, which Dagster makes no second time.
        is_waiting = state == asked_for != taken_state(folder)
        return dg.RunRequest(f"landing-{state}") if is_waiting else dg.SkipReason(UNCHANGED)
    return _asked_for_again(state, failures)


def _asked_for_once_still(
    context: dg.SensorEvaluationContext, state: str, seen: str
) -> dg.RunRequest | dg.SkipReason:
    if state != seen:
        context.update_cursor(state)
        return dg.SkipReason("landing has changed: waiting until nothing changes any more")
    context.update_cursor(f"{state} {state}")
    return dg.RunRequest(f"landing-{state}")


def _asked_for_again(state: str, failures: list[datetime]) -> dg.RunRequest | dg.SkipReason:
    wait = WAITS[min(len(failures), len(WAITS)) - 1]
    due = failures[-1] + wait
    if now() < due:
        return dg.SkipReason(f"{len(failures)} failed: tried again at {local(due)}")
    return dg.RunRequest(f"landing-{state}-after-{failures[-1]:%Y%m%dT%H%M%S%f}")


@dg.sensor(minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def runs_killed(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Settle runs whose process died, so that the next one can start."""
    settled = settle_killed_runs(context.instance, data_folder(None))
    return dg.SkipReason(f"settled: {', '.join(settled)}" if settled else "no run was killed")


@dg.run_failure_sensor(
    monitored_jobs=[nightly_job], default_status=dg.DefaultSensorStatus.RUNNING, minimum_interval_seconds=30
)  # fmt: skip
def night_failed(context: dg.RunFailureSensorContext) -> None:
    """Send at once that a night has failed, and why."""
    folder = data_folder(None)
    run = current_status(folder).last_run
    # The ledger knows the cause, unless it is what failed, or the process died before it could be asked.
    known = run is not None and run["status"] == "failed"
    log_alerts(context, tell(folder, None if known else context.failure_event.message))


@dg.sensor(minimum_interval_seconds=300, default_status=dg.DefaultSensorStatus.RUNNING)
def alerts_due(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Send what is news: holds, stale sources, no success in time."""
    sent = tell(data_folder(None))
    log_alerts(context, sent)
    return dg.SkipReason(f"{len(sent)} sent")


@dg.sensor(minimum_interval_seconds=6 * 3600, default_status=dg.DefaultSensorStatus.RUNNING)
def history_pruned(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Delete all but the newest runs, so that Dagster's history does not grow without end."""
    return dg.SkipReason(f"{prune_history(context.instance)} run(s) deleted")


def log_alerts(
    context: dg.SensorEvaluationContext | dg.RunFailureSensorContext, sent: list[Alert]
) -> None:
    """Log what was sent."""
    for alert in sent:
        context.log.info("%s: %s", alert.way, alert.problem or "delivered")
