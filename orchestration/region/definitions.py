"""What Dagster loads for a region in place of `orchestration.definitions`: a partition for each area, and their union.

`dagster dev -m orchestration.region.definitions` with CYPP_DATA_DIR as the region's data folder. Each partition is a
run of its own, so that Dagster's launcher says where areas are computed and its queue how many at once
(orchestration/region/README.md).
"""

import os
import re
import subprocess
import sysconfig
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
from filelock import FileLock

from orchestration.alone import working_alone
from orchestration.dagster.resources import OPERATIONS
from orchestration.dagster.schedules import MAX_RUNTIME_SECONDS
from orchestration.night.recovery import LOCK_SECONDS
from orchestration.region.folders import areas_of, folder_of, months_of, prepare, refuse_unfit
from orchestration.region.union import unite
from orchestration.settings import PRIVATE_UMASK, ConfigurationError, data_folder

CYPP = Path(sysconfig.get_path("scripts")) / "cypp"
AREA = dg.AssetKey(["region", "area"])
areas = dg.DynamicPartitionsDefinition(name="areas")


@dg.asset(
    key=AREA, partitions_def=areas, group_name="region", kinds={"duckdb"}, owners=OPERATIONS,
)  # fmt: skip
def area_warehouse(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """The night of one area in its own data folder: taken in, checked, transformed, published, reported."""
    # Whoever started this process: Dagster's own commands do not set it.
    os.umask(PRIVATE_UMASK)
    region = data_folder(None)
    try:
        refuse_unfit(region)
        first, last = months_of(region)
        own = prepare(region, context.partition_key)
    except (ConfigurationError, OSError) as error:
        raise dg.Failure(description=str(error), allow_retries=False) from None
    # The night's own history is the area's, not the region's.
    environment = {name: value for name, value in os.environ.items() if name != "DAGSTER_HOME"}
    months = f"{first:%Y-%m}..{last:%Y-%m}"
    done = subprocess.run(
        [CYPP, "run", "--data-dir", str(own.root), "--months", months],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise dg.Failure(description=_why(done), allow_retries=False)
    return dg.MaterializeResult(metadata={"warehouse": str(own.warehouse_file)})


def _why(done: subprocess.CompletedProcess[str]) -> str:
    """The last sentence of a run that published nothing; of one that was killed, that it was."""
    if done.returncode < 0:
        return f"killed by signal {-done.returncode}: the last good warehouse still serves"
    said = re.sub(r"\s+", " ", done.stderr.strip() or done.stdout.strip())
    return said[-2000:] or f"exit status {done.returncode}"


@dg.asset(
    key=["region", "warehouse"], deps=[dg.AssetDep(AREA, partition_mapping=dg.AllPartitionMapping())],
    group_name="region", kinds={"duckdb"}, owners=OPERATIONS,
    automation_condition=dg.AutomationCondition.any_deps_updated(),
)  # fmt: skip
def region_warehouse() -> dg.MaterializeResult:
    """Every area's tables in one file, each as it was last published."""
    os.umask(PRIVATE_UMASK)
    region = data_folder(None)
    files = {area: folder_of(region, area).warehouse_file for area in areas_of(region)}
    there = {area: file for area, file in files.items() if file.exists()}
    if not there:
        raise dg.Failure(description="no area has published yet", allow_retries=False)
    with working_alone(region, FileLock(region.lock_file, timeout=LOCK_SECONDS)):
        counts = unite(there, region)
    return dg.MaterializeResult(
        metadata={
            "areas": len(there),
            "waiting": len(files) - len(there),
            "dagster/row_count": sum(counts.values()),
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


defs = dg.Definitions(
    assets=[area_warehouse, region_warehouse],
    jobs=[area_job, region_job],
    schedules=[every_night],
    executor=dg.in_process_executor,
)
