"""The only Definitions object: assembly. Importing it reads nothing but the project's own files."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import dagster as dg

from orchestration.ahead import NightAhead, begun
from orchestration.dagster import assets
from orchestration.intake.landing import landing_state
from orchestration.night.steps import Night, Request, taken_state, translated_errors
from orchestration.settings import data_folder

JOB = "nightly"


@dg.resource(config_schema={"as_at": dg.Field(str, is_required=False)})
@contextmanager
def night_resource(context: dg.InitResourceContext) -> Generator[NightAhead]:
    """One run's lock and steps; held from the first step of a run to the last."""
    as_at = context.resource_config.get("as_at")
    request = Request(date.fromisoformat(as_at) if as_at else datetime.now(UTC).date())
    with (
        translated_errors(),
        Night(data_folder(None), request, lambda *_: None) as night,
        begun(night) as steps,
    ):
        yield steps


nightly_job = dg.define_asset_job(
    JOB,
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Take in what is new, check it, transform it, publish it.",
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
    """Start a run when landing has changed since a run looked at it, and stands still between two looks."""
    folder = data_folder(None)
    state = landing_state(folder.landing)
    if state in ("empty", taken_state(folder)):
        return dg.SkipReason("landing has not changed")
    if state != context.cursor:
        context.update_cursor(state)
        return dg.SkipReason("landing has changed: waiting until it stands still")
    return dg.RunRequest(run_key=f"landing-{state}")


@dg.run_failure_sensor(
    monitored_jobs=[nightly_job], default_status=dg.DefaultSensorStatus.RUNNING, minimum_interval_seconds=30
)  # fmt: skip
def night_failed(context: dg.RunFailureSensorContext) -> None:
    """Leave a message for the operator where `cypp status` and monitoring look."""
    folder = data_folder(None)
    folder.create()
    alert = {
        "run": context.dagster_run.run_id, "at": datetime.now(UTC).isoformat(),
        "message": context.failure_event.message,
    }  # fmt: skip
    with (folder.ledger / "alerts.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(alert) + "\n")


defs = dg.Definitions(
    assets=[
        *assets.LANDED, assets.take_in, assets.check, assets.run_inputs, assets.transform,
        assets.warehouse, assets.committee_page,
    ],
    jobs=[nightly_job],
    schedules=[every_night],
    sensors=[landing_changed, night_failed],
    resources={"night": night_resource},
    executor=dg.in_process_executor,
)  # fmt: skip
