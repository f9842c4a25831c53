"""The nightly job: when it starts, and what else the daemon looks after: landing, killed runs, failures."""

from __future__ import annotations

import dagster as dg

from orchestration.alerts.kept import Alert
from orchestration.alerts.tell import tell
from orchestration.dagster.killed import settle_killed_runs
from orchestration.intake.landing import landing_state
from orchestration.night.errors import JOB
from orchestration.night.unchanged import taken_state
from orchestration.operator.status import current_status
from orchestration.settings import data_folder

# A night has five hours (02:00 to 07:00); what takes four hangs.
MAX_RUNTIME_SECONDS = 4 * 3600

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
    """Start a run when landing has changed since a run looked at it, and nothing changes between two looks."""
    folder = data_folder(None)
    state = landing_state(folder.landing)
    if state in ("empty", taken_state(folder)):
        return dg.SkipReason("landing has not changed")
    if state != context.cursor:
        context.update_cursor(state)
        return dg.SkipReason("landing has changed: waiting until nothing changes any more")
    return dg.RunRequest(run_key=f"landing-{state}")


@dg.sensor(minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def runs_killed(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Settle runs whose process died, so that the next one can start."""
    settled = settle_killed_runs(context.instance, data_folder(None))
    return dg.SkipReason(f"settled: {', '.join(settled)}" if settled else "no run was killed")


@dg.run_failure_sensor(
    monitored_jobs=[nightly_job], default_status=dg.DefaultSensorStatus.RUNNING, minimum_interval_seconds=30
)  # fmt: skip
def night_failed(context: dg.RunFailureSensorContext) -> None:
    """Tell at once that a night has failed, and why."""
    folder = data_folder(None)
    run = current_status(folder).last_run
    # The ledger knows the cause, unless it is what failed, or the process died before it could be asked.
    known = run is not None and run["status"] == "failed"
    _log(context, tell(folder, None if known else context.failure_event.message))


@dg.sensor(minimum_interval_seconds=300, default_status=dg.DefaultSensorStatus.RUNNING)
def alerts_due(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Tell what is news: holds, stale sources, no success in time."""
    sent = tell(data_folder(None))
    _log(context, sent)
    return dg.SkipReason(f"{len(sent)} sent")


def _log(
    context: dg.SensorEvaluationContext | dg.RunFailureSensorContext, sent: list[Alert]
) -> None:
    for alert in sent:
        context.log.info("%s: %s", alert.way, alert.problem or "delivered")
