"""What is published: proven by hashes, and the private copy that takes its place where it is damaged.

The ledger knows each warehouse before it is published, so no file has to be believed to learn whose it is; an error of the
system (a full disk, no file handle left) is never taken for damage.
"""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

from orchestration import durable
from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder
from orchestration.warehouse.hashes import damaged, write_hashes

KEPT_FILE, NIGHT_FILE = "serving.duckdb", "last_night.duckdb"
HASHES_FOLDER = "serving"


def announce(ledger: Ledger, run_id: str, marts: Path) -> None:
    """Enter the warehouse that is about to be published."""
    ledger.record_warehouse(run_id, durable.digest_of(marts))


def keep(folder: DataFolder, marts: Path, *, of_night: bool) -> None:
    """Keep a private copy of what is published from now on, and the hashes of all that readers see.

    `of_night`: whether it tells what is known today, not what was known earlier; the last such one is kept, too.
    """
    for name in (KEPT_FILE, NIGHT_FILE) if of_night else (KEPT_FILE,):
        fresh = folder.work / f"{name}.new"
        fresh.unlink(missing_ok=True)
        # Who makes the next build writes a file of another name and renames it: this one is not written to again.
        fresh.hardlink_to(marts)
        durable.put(fresh, folder.work / name)
        # A rename between two names of one file leaves both.
        fresh.unlink(missing_ok=True)
    write_surface_hashes(folder)


def last_night(folder: DataFolder, ledger: Ledger) -> Path:
    """What was published last of what was known on its day; where no copy of it is whole, what is published now."""
    kept = folder.work / NIGHT_FILE
    known = {digest: run_id for run_id, digest in ledger.warehouses()}
    return kept if _run_of(kept, known) else folder.warehouse_file


def write_surface_hashes(folder: DataFolder) -> None:
    """Write the hashes of all that readers see now: warehouse, Parquet, reports."""
    place = folder.work / HASHES_FOLDER
    place.mkdir(mode=0o700, exist_ok=True)
    write_hashes(folder.root, place, _surfaces(folder))


def damaged_surfaces(folder: DataFolder) -> list[str]:
    """Names of published files that are missing or not as they were written."""
    return damaged(folder.root, folder.work / HASHES_FOLDER, _surfaces(folder))


def serving_run_id(folder: DataFolder, ledger: Ledger) -> str | None:
    """The run whose warehouse is published now; None before the first publication.

    A lost or damaged warehouse is replaced by the kept copy; without one it is moved aside, and the run that follows
    makes it again. Raises OSError with nothing touched.
    """
    known = {digest: run_id for run_id, digest in ledger.warehouses()}
    if not known:
        return None
    run_id = _run_of(folder.warehouse_file, known)
    return run_id or _mended(folder, known)


def _mended(folder: DataFolder, known: dict[str, str]) -> str | None:
    kept = folder.work / KEPT_FILE
    run_id = _run_of(kept, known)
    log = logging.getLogger(__name__)
    if run_id is not None:
        put_in_place(kept, folder.warehouse_file)
        log.warning(
            "The published warehouse was lost or damaged: the copy kept of run %s took its place.",
            run_id,
        )
    elif folder.warehouse_file.exists():
        aside = folder.work / "damaged" / folder.warehouse_file.name
        aside.parent.mkdir(mode=0o700, exist_ok=True)
        folder.warehouse_file.replace(aside)
        log.warning(
            "The published warehouse is damaged and so is its copy: it was moved to %s, this run makes it again.",
            aside.relative_to(folder.root),
        )
    return run_id


def put_in_place(marts: Path, target: Path) -> None:
    """Replace what is published by a copy of a finished file, at once: a reader who has the old one open keeps reading it."""
    fresh = target.with_name(f".{target.name}.new")
    fresh.unlink(missing_ok=True)
    shutil.copyfile(marts, fresh)
    shutil.copymode(marts, fresh)
    os.chown(fresh, -1, marts.stat().st_gid)
    durable.put(fresh, target)


def _run_of(path: Path, known: dict[str, str]) -> str | None:
    return known.get(durable.digest_of(path)) if path.exists() else None


def _surfaces(folder: DataFolder) -> list[Path]:
    """Every file that readers see."""
    places = (folder.parquet, folder.outputs)
    inner = (
        Path(top) / name for place in places for top, _, names in os.walk(place) for name in names
    )
    return [*folder.warehouse.glob("*.duckdb"), *inner]
