"""`cypp region`: the nights of a region's areas side by side, then one warehouse of all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, cast

import typer

from orchestration.settings import ConfigurationError, DataFolder, data_folder
from orchestration.terminal import (
    NOTHING_PUBLISHED,
    PUBLISHED,
    WRONG_USAGE,
    DataDir,
    console,
    say,
    say_error,
    stop,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import dagster as dg

    from orchestration.intake.findings import Finding

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
    from orchestration.region.folders import (
        areas_of,
        gone_areas,
        key_of,
        refuse_unfit,
    )

    folder = data_folder(data_dir)
    try:
        with told_in_words():
            refuse_unfit(folder)
            areas, gone = areas_of(folder), gone_areas(folder)
            notes = _notes(folder)
            key_of(folder)
    except ConfigurationError as error:
        raise stop(f"Wrong configuration, nothing touched: {error}", WRONG_USAGE) from None
    except NothingPublished as error:
        raise stop(
            f"Nothing published, what was published last stays in place: {error}", NOTHING_PUBLISHED
        ) from None
    for note in notes:
        say(note)
    os.environ.update(_environment(folder, at_once))
    _begin(folder, areas)
    with ThreadPoolExecutor(at_once) as threads:
        nights = dict(zip(areas, threads.map(_night_of, areas), strict=True))
    for area, night in nights.items():
        _say_night(folder, area, night)
    union = _union()
    if not union.is_done:
        _tell(folder, None, union.said)
        raise stop(
            f"The warehouse of the region is as it was before: {union.said}", NOTHING_PUBLISHED
        )
    for why in union.left_out:
        say(why)
    say(f"Warehouse of the region: {folder.warehouse_file}")
    is_whole = all(night.is_done for night in nights.values()) and not gone and not union.left_out
    raise typer.Exit(PUBLISHED if is_whole else NOTHING_PUBLISHED)


def _notes(region: DataFolder) -> list[str]:
    """What is to be said before the nights begin; raises NothingPublished where no area has any extract."""
    from orchestration.region.folders import months_of, narrowed, said_of_gone, strays_of

    strays = [finding.text_for_officers() for finding in strays_of(region)]
    months = narrowed(region, months_of(region))
    return [*strays, *said_of_gone(region), *([months] if months else [])]


def _say_night(region: DataFolder, area: str, night: Made) -> None:
    """Say what a night came to, and send that it has failed."""
    if night.is_done:
        say(f"{area}: {night.said}")
        return
    say(f"{area}: nothing published, what it published last stays in place: {night.said}")
    _tell(region, area, night.said)


def region_status(region: DataFolder, *, as_json: bool) -> bool:
    """Say of each area whether it needs attention, or as JSON all that is known of each; whether anything does."""
    from orchestration.alerts.kept import kept
    from orchestration.operator.status import current_status
    from orchestration.region.folders import (
        areas_of,
        begun_areas,
        folder_of,
        said_of_gone,
        strays_of,
    )
    from orchestration.region.union import said_of_older

    landed: tuple[str, ...] = ()
    strays: tuple[Finding, ...] = ()
    obstacles: list[str] = []
    messages = said_of_older(region)
    if unread := sum(not alert.is_read for alert in kept(region)):
        messages.append(f"{unread} alert(s) unread: cypp alert --data-dir {region.root}")
    try:
        landed, strays = areas_of(region), strays_of(region)
        messages += said_of_gone(region)
    except OSError as error:
        obstacles.append(f"{error.strerror}: {error.filename}")
    areas = sorted({*landed, *begun_areas(region)})
    found = {area: current_status(folder_of(region, area)) for area in areas}
    if as_json:
        told = {area: status.as_dict() for area, status in found.items()}
        # Whoever gets this may not see names that came with an extract.
        messages += [finding.text() for finding in strays]
        every = {"obstacles": obstacles, "messages": messages, "areas": told}
        console.print_json(json.dumps(every, default=str))
    else:
        messages += [finding.text_for_officers() for finding in strays]
        for obstacle in obstacles:
            say(f"stopped    {obstacle}")
        for message in messages:
            say(f"warn       {message}")
        for area, status in found.items():
            word = "needs attention" if status.needs_attention else "in order"
            say(f"{area}: {word}; cypp status --data-dir {folder_of(region, area).root} says more")
    return bool(obstacles or messages) or any(status.needs_attention for status in found.values())


def _environment(folder: DataFolder, at_once: int = 1) -> dict[str, str]:
    """By what Dagster, here and in the processes that it starts, finds the region and its own history of it."""
    from orchestration.dagster.job import dagster_home
    from orchestration.warehouse.dbt import AT_ONCE_VARIABLE

    return {
        "DAGSTER_HOME": str(dagster_home(folder)), "CYPP_DATA_DIR": str(folder.root),
        "DAGSTER_DISABLE_TELEMETRY": "1", AT_ONCE_VARIABLE: str(at_once),
    }  # fmt: skip


def _begin(region: DataFolder, areas: tuple[str, ...]) -> None:
    """Settle and prune Dagster's runs of earlier nights, and make a partition for each area."""
    import dagster as dg

    from orchestration.region.definitions import areas as partitions
    from orchestration.region.runs import prune, settle

    with dg.DagsterInstance.get() as instance:
        settle(instance, region)
        prune(instance, region)
        instance.add_dynamic_partitions(str(partitions.name), list(areas))


def _tell(region: DataFolder, area: str | None, why: str) -> None:
    """Send that a night has failed; whether that succeeds changes nothing about the other areas."""
    from orchestration.night.errors import NothingPublished, told_in_words
    from orchestration.region.alerts import tell_failure

    try:
        with told_in_words():
            sent = tell_failure(region, area, why)
        problems = [f"{one.way}: {one.problem}" for one in sent if one.problem]
    except (ConfigurationError, NothingPublished) as error:
        problems = [str(error)]
    for problem in problems:
        say_error(f"No alert was sent: {problem}")


@dataclass(frozen=True)
class Made:
    """What came of an asset that Dagster was to make."""

    is_done: bool
    said: str
    left_out: tuple[str, ...] = ()
    """Of the union: why areas are not in it."""


def _night_of(area: str) -> Made:
    """The night of an area, and what it came to."""
    from orchestration.region.definitions import AREA, NIGHT

    night = _make("region/area", area)
    return Made(True, str(_metadata(AREA, area)[NIGHT].value)) if night.is_done else night


def _union() -> Made:
    """The warehouse of the region, and which areas are not in it."""
    from orchestration.region.definitions import LEFT_OUT, UNION

    union = _make("region/warehouse")
    if not union.is_done:
        return union
    return Made(True, "", tuple(cast("list[str]", _metadata(UNION)[LEFT_OUT].value)))


def _metadata(key: dg.AssetKey, area: str | None = None) -> Mapping[str, dg.MetadataValue]:
    """What Dagster was told of an asset that has just been made."""
    import dagster as dg

    asked = dg.AssetRecordsFilter(key, asset_partitions=[area] if area else None)
    with dg.DagsterInstance.get() as instance:
        [made] = instance.fetch_materializations(asked, limit=1).records
    assert made.asset_materialization is not None  # noqa: S101 -- of a run that has just succeeded
    return made.asset_materialization.metadata


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
