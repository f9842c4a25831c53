"""What Dagster loads for a region in place of `orchestration.definitions`: a partition for each area, and their union.

`dagster dev -m orchestration.region.definitions` with CYPP_DATA_DIR as the region's data folder. Each partition is a
run of its own, so that Dagster's launcher says where areas are computed and its queue how many at once
(orchestration/region/README.md).
"""

import os
import subprocess
import sysconfig
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
from filelock import FileLock

from orchestration.dagster.job import why_failed
from orchestration.dagster.killed import mark_of
from orchestration.dagster.resources import OPERATIONS
from orchestration.dagster.schedules import MAX_RUNTIME_SECONDS, log_alerts
from orchestration.intake.landing import refuse_absent
from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import NothingPublished, told_in_words
from orchestration.region.alerts import tell_failure, tell_some
from orchestration.region.folders import (
    areas_of,
    begun_areas,
    months_of,
    narrowed,
    prepare,
    refuse_unfit,
    said_of_gone,
    strays_of,
)
from orchestration.region.runs import prune, settle
from orchestration.region.union import unite_published
from orchestration.settings import PRIVATE_UMASK, ConfigurationError, DataFolder, data_folder

CYPP = Path(sysconfig.get_path("scripts")) / "cypp"
AREA, UNION = dg.AssetKey(["region", "area"]), dg.AssetKey(["region", "warehouse"])
# In the metadata of an area: what its night came to.
NIGHT = "night"
TRACEBACK = "Traceback (most recent call last)"
# In that of the union: why areas are not in it.
LEFT_OUT = "left_out"
# Not after each area of a night: all of them are read again.
WHEN_AREAS_HAVE_PUBLISHED = (
    dg.AutomationCondition.any_deps_updated().since_last_handled()
    & ~dg.AutomationCondition.any_deps_in_progress()
    & ~dg.AutomationCondition.in_progress()
)
areas = dg.DynamicPartitionsDefinition(name="areas")


@contextmanager
def _failing_in_words() -> Generator[None]:
    """What cannot be done fails in one sentence, which `cypp region` says, too, and is not tried again."""
    try:
        with told_in_words():
            yield
    except (NothingPublished, ConfigurationError) as error:
        raise dg.Failure(description=str(error), allow_retries=False) from None


@contextmanager
def _alive(context: dg.AssetExecutionContext) -> Generator[DataFolder]:
    """The region, while a run of it holds a lock by which others see that its process lives (`dagster/killed.py`)."""
    # Whoever started this process: Dagster's own commands do not set it.
    os.umask(PRIVATE_UMASK)
    region = data_folder(None)
    with _failing_in_words():
        # Before anything is made in a folder that may be another.
        refuse_absent(region.landing)
    with FileLock(mark_of(region, context.run.run_id)):
        yield region


@dg.asset(
    key=AREA, partitions_def=areas, group_name="region", kinds={"duckdb"}, owners=OPERATIONS,
)  # fmt: skip
def area_warehouse(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """The night of one area in its own data folder: taken in, checked, transformed, published, reported."""
    with _alive(context) as region:
        return _night(context, region)


def _night(context: dg.AssetExecutionContext, region: DataFolder) -> dg.MaterializeResult:
    with _failing_in_words():
        refuse_unfit(region)
        first, last = months_of(region)
        if fewer := narrowed(region, (first, last)):
            context.log.warning(fewer)
        own = prepare(region, context.partition_key)
    # The night's own history is the area's, not the region's.
    environment = {name: value for name, value in os.environ.items() if name != "DAGSTER_HOME"}
    months = f"{first:%Y-%m}..{last:%Y-%m}"
    done = subprocess.run(
        [CYPP, "run", "--data-dir", str(own.root), "--months", months],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise dg.Failure(description=_why(done), allow_retries=False)
    with _failing_in_words():
        night = _night_of(own)
    return dg.MaterializeResult(metadata={"warehouse": str(own.warehouse_file), NIGHT: night})


def _why(done: subprocess.CompletedProcess[str]) -> str:
    """Why a run published nothing: it ends with a sentence of what that means, a colon, and the reason."""
    if done.returncode < 0:
        return f"killed by signal {-done.returncode}"
    last = next(reversed(done.stderr.strip().splitlines()), "")
    # What Python says of an error of the program could hold a value of a record.
    if not last or TRACEBACK in done.stderr:
        return f"`cypp run` broke off with status {done.returncode}: start it in the data folder of this area to see why"
    return last.partition(": ")[2] or last


def _night_of(own: DataFolder) -> str:
    """What a night came to that has just ended well."""
    _, event, *_ = Ledger(own.ledger).nights()[-1]
    return "nothing new" if event == "unchanged" else "published"


@dg.asset(
    key=UNION, deps=[dg.AssetDep(AREA, partition_mapping=dg.AllPartitionMapping())],
    group_name="region", kinds={"duckdb"}, owners=OPERATIONS,
    automation_condition=WHEN_AREAS_HAVE_PUBLISHED,
)  # fmt: skip
def region_warehouse(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Every area's tables in one file, each as it was last published."""
    with _alive(context) as region, _failing_in_words():
        known = {*areas_of(region), *begun_areas(region)}
        notes = [*(finding.text() for finding in strays_of(region)), *said_of_gone(region)]
        united = unite_published(region)
    for text in (*notes, *united.left_out.values()):
        context.log.warning(text)
    return dg.MaterializeResult(
        metadata={
            "areas": len(united.areas),
            LEFT_OUT: list(united.left_out.values()),
            "waiting": len(known - set(united.areas) - united.left_out.keys()),
            "dagster/row_count": sum(united.counts.values()),
        }
    )


area_job = dg.define_asset_job(
    "area", selection=[area_warehouse], partitions_def=areas,
    tags={"dagster/max_runtime": str(MAX_RUNTIME_SECONDS)},
)  # fmt: skip
region_job = dg.define_asset_job("region", selection=[region_warehouse])


@dg.schedule(
    job=area_job, cron_schedule="0 2 * * *", execution_timezone="Europe/London",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)  # fmt: skip
def every_night(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest]:
    """02:00 in London, a run for each area that has a folder in landing."""
    found = areas_of(data_folder(None))
    context.instance.add_dynamic_partitions(str(areas.name), list(found))
    night = context.scheduled_execution_time or datetime.now(UTC)
    return [dg.RunRequest(run_key=f"{area}-{night:%Y-%m-%d}", partition_key=area) for area in found]


# In place of Dagster's own sensor of conditions, which is off until somebody switches it on.
areas_published = dg.AutomationConditionSensorDefinition(
    "areas_published", target=dg.AssetSelection.assets(region_warehouse),
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Put the tables of the areas together once areas have published and none is being computed any more.",
)  # fmt: skip


@dg.sensor(minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def runs_killed(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Settle runs whose process died, so that the next one can start."""
    settled = settle(context.instance, data_folder(None))
    return dg.SkipReason(f"settled: {', '.join(settled)}" if settled else "no run was killed")


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING, minimum_interval_seconds=30
)  # fmt: skip
def night_failed(context: dg.RunFailureSensorContext) -> None:
    """Send at once that an area's night has failed, or the union, and why."""
    steps = context.get_step_failure_events()
    # Of a run that was killed no step has said anything.
    why = why_failed(steps) if steps else str(context.failure_event.message)
    log_alerts(context, tell_failure(data_folder(None), context.partition_key, why))


@dg.sensor(minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def alerts_due(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Send what is news of the areas, some of them at a time: holds, stale sources, no success in time."""
    sent, problems, where = tell_some(data_folder(None), context.cursor or "")
    context.update_cursor(where)
    log_alerts(context, sent)
    for problem in problems:
        context.log.warning(problem)
    return dg.SkipReason(f"{len(sent)} sent")


@dg.sensor(minimum_interval_seconds=6 * 3600, default_status=dg.DefaultSensorStatus.RUNNING)
def history_pruned(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Delete all but the runs of the last nights, so that Dagster's history does not grow without end."""
    return dg.SkipReason(f"{prune(context.instance, data_folder(None))} run(s) deleted")


defs = dg.Definitions(
    assets=[area_warehouse, region_warehouse],
    jobs=[area_job, region_job],
    schedules=[every_night],
    sensors=[areas_published, runs_killed, night_failed, alerts_due, history_pruned],
    executor=dg.in_process_executor,
)
