"""`cypp demo --remove`: a demo goes with all that came of it; real national files, settings and the key stay.

The ledger says first what goes, then it goes, then the ledger says that it has gone: a removal that was killed is
finished by whoever works in the data folder next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.durable import remove, sync_everything
from orchestration.intake.kept.first_keys import forget_first_keys
from orchestration.intake.kept.mending import drop_unknown
from orchestration.intake.kept.places import folders_of
from orchestration.intake.marks import MARK, invented_files
from orchestration.ledger.demo_events import REMOVED, REMOVING
from orchestration.ledger.kept_files import ISSUED
from orchestration.ledger.ledger import Ledger
from orchestration.night.synthetic import marked_folders
from orchestration.settings import DataFolder

# Locks of runs that are under way.
STAYS_IN_WORK = "running"


@dataclass(frozen=True)
class Removed:
    """What went."""

    areas: tuple[str, ...]
    n_extracts: int
    """Folders of submissions in landing."""
    n_versions: int
    n_runs: int
    n_kept: int
    """Files in those folders that the demo had not written: they stay."""


def remove_demo(folder: DataFolder, ledger: Ledger, by: str) -> Removed | None:
    """Remove a demo, in a data folder in which nobody else works; None where there is none."""
    versions = [version for version in ledger.versions() if version.is_synthetic]
    places = marked_folders(folder)
    if not versions and not places:
        return None
    areas = {version.area_code for version in versions} | {place.parts[-3] for place in places}
    kept = sum(len(_others(place)) for place in places)
    removed = Removed(
        tuple(sorted(areas)), len(places), len(versions), len(ledger.published_runs()), kept
    )
    about = {"areas": ", ".join(removed.areas), "extracts": str(len(places)), "versions": str(len(versions))}  # fmt: skip
    ledger.record_act(by, "demo --remove", about)
    ledger.enter_demo(REMOVING, versions)
    finish_removal(folder, ledger)
    return removed


def finish_removal(folder: DataFolder, ledger: Ledger) -> None:
    """Remove what the ledger says is being removed; nothing where it says none."""
    names = ledger.being_removed()
    if names is None:
        return
    for path in (
        *_of_runs(folder, ledger),
        *(path for name in names for path in folders_of(folder, name)),
    ):
        remove(path, folder.root)
    drop_unknown(folder, ledger)
    forget_first_keys(folder, ledger)
    for place in marked_folders(folder):
        # The mark last: without it what is left would be somebody's.
        for path in (*invented_files(place), place / MARK):
            remove(path, folder.landing)
    sync_everything()
    ledger.enter_demo(REMOVED)


def _of_runs(folder: DataFolder, ledger: Ledger) -> Iterator[Path]:
    """What readers see, and what runs keep: all of it depends on the demo, since there was nothing else."""
    yield folder.outputs
    yield from folder.root.glob(".outputs-*")
    yield from folder.warehouse.iterdir() if folder.warehouse.is_dir() else ()
    yield from (path for path in folder.work.glob("*") if path.name != STAYS_IN_WORK)
    yield from (folder.raw / "run", folder.quality / "worklists", folder.restricted / "account")
    yield folder.ledger / ISSUED
    runs = {act.detail["run"] for act in ledger.trail() if "run" in act.detail}
    yield from (path for run_id in runs for path in folder.ledger.glob(f"*/{run_id}.*"))


def _others(place: Path) -> set[Path]:
    files = {path for path in place.iterdir() if path.is_file() and path.name != MARK}
    return files - set(invented_files(place))
