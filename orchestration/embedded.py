"""The synthetic extracts that `cypp run` falls back on in an empty data folder, until the demo writes them."""

from __future__ import annotations

import shutil

from filelock import FileLock

from orchestration.intake.ledger import Ledger
from orchestration.settings import PROJECT_FOLDER, DataFolder

EMBEDDED_LANDING = PROJECT_FOLDER / "tests" / "fixtures" / "extracts" / "landing"


def write_embedded_extracts(folder: DataFolder) -> bool:
    """Fill landing when nothing was ever sent to this data folder; says whether it did.

    A file of any kind in landing is somebody's, though it may not be usable yet: nothing is put beside it.
    """
    if _holds_files(folder):
        return False
    folder.create()
    with FileLock(folder.lock_file):
        if _holds_files(folder) or Ledger(folder.ledger).versions():
            return False
        shutil.copytree(EMBEDDED_LANDING, folder.landing, dirs_exist_ok=True)
        folder.landing.chmod(0o700)
    return True


def _holds_files(folder: DataFolder) -> bool:
    found = folder.landing.rglob("*") if folder.landing.exists() else ()
    return any(not path.is_dir() and not path.name.startswith(".") for path in found)
