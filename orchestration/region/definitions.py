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

from orchestration.dagster.resources import OPERATIONS
from orchestration.dagster.schedules import MAX_RUNTIME_SECONDS
from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import NothingPublished, told_in_words
from orchestration.region.folders import areas_of, folder_of, months_of, prepare, refuse_unfit
from orchestration.region.union import unite
from orchestration.settings import PRIVATE_UMASK, ConfigurationError, DataFolder, data_folder

CYPP = Path(sysconfig.get_path("scripts")) / "cypp"
AREA = dg.AssetKey(["region", "area"])
# In the metadata of an area: what its night came to.
NIGHT = "night"
TRACEBACK = "Traceback (most recent call last)"
areas = dg.DynamicPartitionsDefinition(name="areas")


@contextmanager
def _failing_in_words() -> Generator[None]:
    """What cannot be done fails in one sentence, which `cypp region` says, too, and is not tried again."""
    try:
        with told_in_words():
            yield
    except (NothingPublished, ConfigurationError) as error:
        raise dg.Failure(description=str(error), allow_retries=False) from None


@dg.asset(
    key=AREA, partitions_def=areas, group_name="region", kinds={"duckdb"}, owners=OPERATIONS,
)  # fmt: skip
def area_warehouse(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """The night of one area in its own data folder: taken in, checked, transformed, published, reported."""
    # Whoever started this process: Dagster's own commands do not set it.
    os.umask(PRIVATE_UMASK)
    region = data_folder(None)
    with _failing_in_words():
        refuse_unfit(region)
        first, last = months_of(region)
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
    key=["region", "warehouse"], deps=[dg.AssetDep(AREA, partition_mapping=dg.AllPartitionMapping())],
    group_name="region", kinds={"duckdb"}, owners=OPERATIONS,
    automation_condition=dg.AutomationCondition.any_deps_updated(),
)  # fmt: skip
def region_warehouse(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Every area's tables in one file, each as it was last published."""
    os.umask(PRIVATE_UMASK)
    region = data_folder(None)
    with _failing_in_words():
        files = {area: folder_of(region, area).warehouse_file for area in areas_of(region)}
        there = {area: file for area, file in files.items() if file.exists()}
        if not there:
            raise NothingPublished("no area has published yet")
        united = unite(there, region)
    for why in united.left_out.values():
        context.log.warning(why)
    return dg.MaterializeResult(
        metadata={
            "areas": len(there) - len(united.left_out),
            "left_out": "\n".join(united.left_out.values()) or "none",
            "waiting": len(files) - len(there),
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
    description="Put the tables of the areas together whenever an area's night has ended well.",
)  # fmt: skip

defs = dg.Definitions(
    assets=[area_warehouse, region_warehouse],
    jobs=[area_job, region_job],
    schedules=[every_night],
    sensors=[areas_published],
    executor=dg.in_process_executor,
)
