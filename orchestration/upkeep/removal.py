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
from orchestration.intake.landing import scan
from orchestration.ledger.chain import VersionName
from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder

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
    for place in (*_places(folder, names), *(folder.root / name for name in MADE_OF_MANY)):
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
    """Put such copies into landing, in place of what has gone."""
    waiting = redacted_folder(folder, purge_id)
    for place in waiting.glob("*/*/*"):
        target = folder.landing / place.relative_to(waiting)
        if not target.exists():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            place.replace(target)
    shutil.rmtree(waiting.parent, ignore_errors=True)


def left(
    folder: DataFolder, ledger: Ledger, names: list[VersionName], ledger_files: Iterable[str]
) -> list[str]:
    """The names of what is still there."""
    places = [*_places(folder, names), *(folder.ledger / name for name in ledger_files)]
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


def _places(folder: DataFolder, names: Iterable[VersionName]) -> Iterator[Path | UPath]:
    """The files and folders that hold rows of these versions."""
    is_there = folder.landing.is_dir()
    landed = {one.name: one for one in scan(folder.landing, 0).submissions} if is_there else {}
    for name in names:
        if name in landed:
            yield landed[name].files[0].parent
        yield from folders_of(folder, name)
