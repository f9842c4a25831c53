"""`cypp region`: the nights of a region's areas side by side, then one warehouse of all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import typer

from orchestration.ledger.damage import LedgerDamaged, LedgerUnreachable
from orchestration.ledger.ledger import Ledger
from orchestration.settings import ConfigurationError, DataFolder, data_folder
from orchestration.terminal import NOTHING_PUBLISHED, WRONG_USAGE, DataDir, console, say, stop

app = typer.Typer()


@app.command()
def region(
    data_dir: DataDir = None,
    at_once: Annotated[
        int, typer.Option(min=1, help="How many areas are computed side by side.")
    ] = 1,
) -> None:
    """Run the night of every area of a region, each in a data folder of its own, and put their tables together.

    What one area's extracts or a crash stop is that area's alone: its last good warehouse serves, and the next call
    takes it up. Exit status 1 says that an area published nothing.
    """
    from orchestration.region.folders import areas_of, folder_of, months_of, refuse_unfit

    folder = data_folder(data_dir)
    try:
        refuse_unfit(folder)
        months_of(folder)
        areas = areas_of(folder)
    except (ConfigurationError, OSError) as error:
        raise stop(f"Wrong configuration, nothing touched: {error}", WRONG_USAGE) from None
    os.environ.update(_environment(folder))
    _announce(areas)
    with ThreadPoolExecutor(at_once) as threads:
        done = dict(
            zip(
                areas,
                threads.map(lambda area: _materialize("region/area", area), areas),
                strict=True,
            )
        )
    for area, is_done in done.items():
        say(f"{area}: {_outcome(folder, area) if is_done else _failure(folder, area)}")
    if not any(folder_of(folder, area).warehouse_file.exists() for area in areas):
        raise stop("No warehouse of the region: no area has published yet", NOTHING_PUBLISHED)
    if not _materialize("region/warehouse"):
        raise stop(
            "The warehouse of the region is as it was before: the tables of the areas could not be put together;"
            " `dagster dev -m orchestration.region.definitions` shows why",
            NOTHING_PUBLISHED,
        )
    say(f"Warehouse of the region: {folder.warehouse_file}")
    raise typer.Exit(0 if all(done.values()) else NOTHING_PUBLISHED)


def region_status(region: DataFolder, *, as_json: bool) -> bool:
    """Say of each area whether it needs attention, or as JSON all that is known of each; whether one does."""
    from orchestration.operator.status import current_status
    from orchestration.region.folders import areas_of, folder_of

    found = {area: current_status(folder_of(region, area)) for area in areas_of(region)}
    if as_json:
        areas = {area: status.as_dict() for area, status in found.items()}
        console.print_json(json.dumps({"areas": areas}, default=str))
    for area, status in found.items() if not as_json else ():
        word = "needs attention" if status.needs_attention else "in order"
        say(f"{area}: {word}; cypp status --data-dir {folder_of(region, area).root} says more")
    return any(status.needs_attention for status in found.values())


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


def _materialize(asset: str, area: str | None = None) -> bool:
    """Have Dagster make an asset in a process of its own; whether it did."""
    partition = ["--partition", area] if area else []
    done = subprocess.run(
        [
            sys.executable, "-m", "dagster", "asset", "materialize", "-m", "orchestration.region.definitions",
            "--select", asset, *partition,
        ],
        capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


def _nights(folder: DataFolder, area: str) -> list[tuple[str, str | None]]:
    """What became of each night of an area, and why."""
    from orchestration.region.folders import folder_of

    own = folder_of(folder, area)
    if not own.ledger.is_dir():
        return []
    return [(event, detail.get("reason")) for _, event, _, detail in Ledger(own.ledger).nights()]


def _outcome(folder: DataFolder, area: str) -> str:
    nights = _nights(folder, area)
    return "nothing new" if nights and nights[-1][0] == "unchanged" else "published"


def _failure(folder: DataFolder, area: str) -> str:
    try:
        nights = _nights(folder, area)
    except (LedgerDamaged, LedgerUnreachable) as error:
        nights = [("failed", str(error))]
    event, reason = nights[-1] if nights else ("", None)
    why = reason if event == "failed" and reason else "the run ended without a word"
    return f"nothing published, what it published last still serves: {why}"
