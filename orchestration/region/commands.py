"""`cypp region`: the nights of a region's areas side by side, then one warehouse of all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated

import typer

from orchestration.settings import ConfigurationError, DataFolder, data_folder
from orchestration.terminal import (
    NOTHING_PUBLISHED,
    PUBLISHED,
    WRONG_USAGE,
    DataDir,
    console,
    say,
    stop,
)

app = typer.Typer()


@app.command()
def region(
    data_dir: DataDir = None,
    at_once: Annotated[
        int, typer.Option(min=1, help="How many areas are computed side by side.")
    ] = 1,
) -> None:
    """Run the night of every area of a region, each in a data folder of its own, and put their tables together.

    If one area's extracts or a crash stop its run, other areas are not affected. Its last good warehouse stays in use,
    and the next call takes that area up again. The command ends with 1 if an area published nothing.
    """
    from orchestration.night.errors import NothingPublished, told_in_words
    from orchestration.region.folders import areas_of, folder_of, key_of, months_of, refuse_unfit

    folder = data_folder(data_dir)
    try:
        with told_in_words():
            refuse_unfit(folder)
            months_of(folder)
            key_of(folder)
            areas = areas_of(folder)
    except ConfigurationError as error:
        raise stop(f"Wrong configuration, nothing touched: {error}", WRONG_USAGE) from None
    except NothingPublished as error:
        raise stop(
            f"Nothing published, what was published last stays in place: {error}", NOTHING_PUBLISHED
        ) from None
    os.environ.update(_environment(folder))
    _announce(areas)
    with ThreadPoolExecutor(at_once) as threads:
        nights = dict(zip(areas, threads.map(_night_of, areas), strict=True))
    for area, night in nights.items():
        say(f"{area}: {night.said}")
    if not any(folder_of(folder, area).warehouse_file.exists() for area in areas):
        raise stop("No warehouse of the region: no area has published yet", NOTHING_PUBLISHED)
    union = _make("region/warehouse")
    if not union.is_done:
        raise stop(
            f"The warehouse of the region is as it was before: {union.said}", NOTHING_PUBLISHED
        )
    say(f"Warehouse of the region: {folder.warehouse_file}")
    raise typer.Exit(
        PUBLISHED if all(night.is_done for night in nights.values()) else NOTHING_PUBLISHED
    )


def region_status(region: DataFolder, *, as_json: bool) -> bool:
    """Say of each area whether it needs attention, or as JSON all that is known of each; whether anything does."""
    from orchestration.operator.status import current_status
    from orchestration.region.folders import areas_of, begun_areas, folder_of

    landed, obstacles = tuple[str, ...](), list[str]()
    try:
        landed = areas_of(region)
    except OSError as error:
        obstacles.append(f"{error.strerror}: {error.filename}")
    areas = sorted({*landed, *begun_areas(region)})
    found = {area: current_status(folder_of(region, area)) for area in areas}
    if as_json:
        told = {area: status.as_dict() for area, status in found.items()}
        console.print_json(json.dumps({"obstacles": obstacles, "areas": told}, default=str))
    else:
        for obstacle in obstacles:
            say(f"stopped    {obstacle}")
        for area, status in found.items():
            word = "needs attention" if status.needs_attention else "in order"
            say(f"{area}: {word}; cypp status --data-dir {folder_of(region, area).root} says more")
    return bool(obstacles) or any(status.needs_attention for status in found.values())


def _environment(folder: DataFolder) -> dict[str, str]:
    """By what Dagster, here and in the processes that it starts, finds the region and its own history of it."""
    from orchestration.dagster.job import dagster_home

    return {
        "DAGSTER_HOME": str(dagster_home(folder)), "CYPP_DATA_DIR": str(folder.root),
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }  # fmt: skip


def _announce(areas: tuple[str, ...]) -> None:
    """Make a partition for each area."""
    import dagster as dg

    from orchestration.region.definitions import areas as partitions

    with dg.DagsterInstance.get() as instance:
        instance.add_dynamic_partitions(str(partitions.name), list(areas))


@dataclass(frozen=True)
class Made:
    """What came of an asset that Dagster was to make."""

    is_done: bool
    said: str


def _night_of(area: str) -> Made:
    """The night of an area, and what it came to."""
    import dagster as dg

    from orchestration.region.definitions import AREA, NIGHT

    night = _make("region/area", area)
    if not night.is_done:
        return Made(
            False, f"nothing published, what it published last stays in place: {night.said}"
        )
    asked = dg.AssetRecordsFilter(AREA, asset_partitions=[area])
    with dg.DagsterInstance.get() as instance:
        [made] = instance.fetch_materializations(asked, limit=1).records
    assert made.asset_materialization is not None  # noqa: S101 -- of a run that has just succeeded
    return Made(True, str(made.asset_materialization.metadata[NIGHT].value))


def _make(asset: str, area: str | None = None) -> Made:
    """Have Dagster make an asset in a process of its own; where it did not, why."""
    before = _newest_run(area)
    partition = ["--partition", area] if area else []
    done = subprocess.run(
        [
            sys.executable, "-m", "dagster", "asset", "materialize", "-m", "orchestration.region.definitions",
            "--select", asset, *partition,
        ],
        capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode < 0:
        return Made(False, f"Dagster's process was killed by signal {-done.returncode}")
    if done.returncode == 0:
        return Made(True, "")
    newest = _newest_run(area)
    # Only a run that was begun here says anything about this night.
    return Made(False, _why(None if newest == before else newest))


def _newest_run(area: str | None) -> str | None:
    """The run that Dagster began last: of an area, or of all."""
    import dagster as dg

    wanted = dg.RunsFilter(tags={"dagster/partition": area}) if area else None
    with dg.DagsterInstance.get() as instance:
        records = instance.get_run_records(wanted, limit=1)
    return records[0].dagster_run.run_id if records else None


def _why(run_id: str | None) -> str:
    """What the step of a run said that failed."""
    import dagster as dg

    from orchestration.dagster.job import why_failed

    with dg.DagsterInstance.get() as instance:
        entries = (
            instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE) if run_id else ()
        )
    return why_failed(entry.get_dagster_event() for entry in entries)
