"""Whether a data folder is about invented children, and what `cypp run` falls back on in an empty one.

The mark `landing/SYNTHETIC`, which `cypp demo` writes, says it; a run takes it down into `dim_runs`. How the
extracts come about is in `demo/`, which knows nothing of data folders.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta

from filelock import FileLock

from orchestration.intake.landing import is_extract
from orchestration.intake.ledger import Ledger
from orchestration.settings import SYNTHETIC_MARK, DataFolder

# Enough for rolling averages over three years, the longest window (dbt_project/docs/figures.md, 'Bases').
FALLBACK_MONTHS, FALLBACK_SEED = 36, 1
Progress = Callable[[str, int, int], None]


def is_synthetic(folder: DataFolder) -> bool:
    """Whether `cypp demo` has written into this data folder."""
    return (folder.landing / SYNTHETIC_MARK).exists()


def last_month() -> str:
    """The newest month whose extracts can be there already."""
    return f"{date.today().replace(day=1) - timedelta(days=1):%Y-%m}"


def write_fallback_extracts(
    folder: DataFolder, progress: Progress, months: int = FALLBACK_MONTHS
) -> bool:
    """Fill landing with a simulated Barnet when nothing was ever sent here; says whether it did.

    A file of any kind in landing is somebody's, though it may not be usable yet: nothing is added to it.
    """
    if _holds_files(folder):
        return False
    folder.create()
    with FileLock(folder.lock_file):
        if _holds_files(folder) or Ledger(folder.ledger).versions():
            return False
        _write_whole(folder, progress, months)
    return True


def _write_whole(folder: DataFolder, progress: Progress, months: int) -> None:
    """Write outside landing and move in at the end: half an authority must never look like a whole one."""
    # Imported here: a run that has its extracts needs none of it.
    from orchestration.demo import write_demo

    private = folder.work / "demo"
    shutil.rmtree(private, ignore_errors=True)
    private.mkdir(mode=0o700)
    write_demo(private, seed=FALLBACK_SEED, months=months, last=last_month(), progress=progress)
    written = private / "landing"
    # The mark first, because nothing may be in landing without it.
    files = sorted(path for path in written.rglob("*") if path.is_file())
    for path in sorted(files, key=lambda path: path.name != SYNTHETIC_MARK):
        target = folder.landing / path.relative_to(written)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    shutil.rmtree(private)


def _holds_files(folder: DataFolder) -> bool:
    found = folder.landing.rglob("*") if folder.landing.exists() else ()
    return any(not path.is_dir() and is_extract(path) for path in found)
