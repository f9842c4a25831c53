"""Removes extracts from every place that holds rows of theirs, and says whether anything is left.

Which extracts go is decided in `purge.py` and `forget.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.checks import SUBMISSION
from orchestration import durable
from orchestration.intake.kept.mending import drop_unknown
from orchestration.intake.kept.partitions import partitions_of, unnamed_files
from orchestration.intake.kept.places import folders_of, submission_id_of
from orchestration.intake.landing import Landing, is_extract, landing_state, scan
from orchestration.ledger.chain import VersionName
from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import NothingPublished
from orchestration.night.unchanged import EMPTY, remember_taken
from orchestration.settings import DataFolder
from orchestration.upkeep.landing import seen_whole

if TYPE_CHECKING:
    from upath import UPath

# Made of many extracts together, so they go whole: a run or `cypp owners export` makes them again.
MADE_OF_MANY = (
    "quality/worklists", ".work/damaged", ".work/taking_in", ".work/extracted", ".work/mending",
    ".work/archive",
)  # fmt: skip
REDACTED = "redacted"


def remove_versions(
    folder: DataFolder, ledger: Ledger, names: Iterable[VersionName], ledger_files: Iterable[str]
) -> None:
    """Remove versions from every place, and files of the ledger's folder that an event has replaced. May be repeated.

    Their rows go from tables of many versions, since the ledger does not know them any more.
    """
    drop_unknown(folder, ledger)
    versions = list(names)
    # Landing itself stays, and is known to be empty where nothing else was in it: otherwise it looks as a share does
    # that is offline.
    for place in _landed(scan(folder.landing, quiet_seconds=0), versions):
        durable.remove(place, folder.landing)
    if landing_state(folder.landing) == EMPTY:
        remember_taken(folder, EMPTY)
    for place in (*_kept(folder, versions), *(folder.root / name for name in MADE_OF_MANY)):
        durable.remove(place, folder.root)
    for name in ledger_files:
        (folder.ledger / name).unlink(missing_ok=True)
    # Pages of earlier months name children by their ids, too; the newest are made again by the run that follows.
    for pages in folder.outputs.glob("*/restricted/owners"):
        shutil.rmtree(pages)
    durable.sync_everything()


def remove_what_runs_leave(folder: DataFolder) -> None:
    """Remove what readers saw before, and damaged tables: a run leaves them for whoever is still reading."""
    shutil.rmtree(folder.work / "damaged", ignore_errors=True)
    for link in (folder.parquet, folder.outputs):
        for former in link.parent.glob(f".{link.name}-*"):
            if former.resolve() != link.resolve():
                shutil.rmtree(former)


def redacted_folder(folder: DataFolder, purge_id: str) -> Path:
    """Where copies of extracts without a child wait until the extracts themselves have gone."""
    return folder.restricted / REDACTED / purge_id


def put_redacted(folder: DataFolder, purge_id: str) -> None:
    """Put such copies into landing, in place of what has gone. May be repeated.

    Raises NothingPublished where something else is there: a copy is kept until it has been put there.
    """
    waiting = redacted_folder(folder, purge_id)
    # A hidden one is what a kill has left of one that is in landing (`durable.put_folder`).
    for place in sorted(waiting.glob("*/*/[!.]*")):
        within = place.relative_to(waiting)
        there = _extract_in(folder.landing / within)
        if not there:
            durable.put_folder(place, folder.landing / within)
        elif there != _extract_in(place):
            raise NothingPublished(
                f"landing/{within.as_posix()} holds other files than the copy without the child that belongs there: take"
                " them out of landing and purge again; what is put back after that may name the child"
            )
    shutil.rmtree(waiting.parent, ignore_errors=True)


def _extract_in(place: Path) -> dict[str, str]:
    """The files of an extract by name, each with its hash."""
    files = (path for path in place.rglob("*") if path.is_file() and is_extract(path))
    return {path.relative_to(place).as_posix(): durable.digest_of(path) for path in files}


def left(
    folder: DataFolder, ledger: Ledger, names: list[VersionName], ledger_files: Iterable[str]
) -> list[str]:
    """The names of what is still there. Raises ConfigurationError where that cannot be told of landing."""
    landing = seen_whole(folder, {area for area, *_ in names})
    places = [
        *_landed(landing, names),
        *_kept(folder, names),
        *(folder.ledger / name for name in ledger_files),
    ]
    there = [
        *(place for place in places if durable.is_there(place)),
        *_with_rows_of(folder, ledger, names),
    ]
    return [folder.name_of(place) for place in there]


def _with_rows_of(
    folder: DataFolder, ledger: Ledger, names: list[VersionName]
) -> Iterator[Path | UPath]:
    """Tables that hold rows of these versions, or of nobody knows which."""
    partitions = partitions_of(folder, ledger)
    gone = [submission_id_of(*name) for name in names]
    for partition in partitions:
        for table in partition.files:
            rows = partition.rows(table, gone, [SUBMISSION])
            if rows is None or len(rows):
                yield partition.path(table)
    yield from unnamed_files(folder, partitions)


def _landed(landing: Landing, names: Iterable[VersionName]) -> Iterator[Path]:
    """The folders in landing that hold these versions."""
    landed = {one.name: one for one in landing.submissions}
    yield from (landed[name].files[0].parent for name in names if name in landed)


def _kept(folder: DataFolder, names: Iterable[VersionName]) -> Iterator[Path | UPath]:
    """The folders elsewhere that hold rows of these versions alone."""
    for name in names:
        yield from folders_of(folder, name)
