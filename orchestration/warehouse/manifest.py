"""dbt's manifest of the project, which Dagster's assets are made from: where it is, and bringing it up to date.

What a run builds is not here (`dbt.py`).
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from orchestration.settings import DBT_FOLDER, IS_INSTALLED

WRITTEN_BY_DBT = ("target", "logs")


class NotParsed(Exception):
    """dbt could not parse the project; the message holds what dbt said."""


def _parsed_folder() -> Path:
    """The user's cache for an installed project, which is often read-only; one folder for each installation."""
    if not IS_INSTALLED:
        return DBT_FOLDER / "target"
    place = hashlib.sha256(str(DBT_FOLDER).encode()).hexdigest()[:8]
    return user_cache_path("cypp") / f"dbt_target_{place}"


PARSED_FOLDER = _parsed_folder()
MANIFEST = PARSED_FOLDER / "manifest.json"


def prepare_manifest() -> None:
    """Parse the project if its manifest is missing or older than what it is made from.

    An old one would end a run half-way, at the first model that it does not know. Raises NotParsed.
    """
    if _is_current():
        return
    PARSED_FOLDER.mkdir(parents=True, exist_ok=True)
    # `dagster dev` loads the project in several processes at once.
    with FileLock(PARSED_FOLDER / ".parsing.lock"):
        if not _is_current():
            _parse()


def _is_current() -> bool:
    return MANIFEST.exists() and MANIFEST.stat().st_mtime >= _last_change()


def _last_change() -> float:
    """When a file of the project last changed, or a folder: a file that is gone changes its folder."""
    parts = [path for path in DBT_FOLDER.iterdir() if not _is_ignored(path)]
    inside = (path for part in parts for path in part.rglob("*"))
    return max(path.stat().st_mtime for path in (*parts, *inside))


def _is_ignored(path: Path) -> bool:
    return path.name in WRITTEN_BY_DBT or path.name.startswith(".")


def _parse() -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "dbt.cli.main", "--quiet", "parse", "--target", "nightly",
            "--project-dir", str(DBT_FOLDER), "--profiles-dir", str(DBT_FOLDER),
            "--target-path", str(PARSED_FOLDER), "--log-path", str(PARSED_FOLDER / "logs"),
        ],
        cwd=PARSED_FOLDER, text=True, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise NotParsed(
            f"dbt cannot parse {DBT_FOLDER}:\n{done.stdout.strip() or done.stderr.strip()}"
        )
    # dbt leaves the file as it is when nothing has changed but a time.
    MANIFEST.touch()


if __name__ == "__main__":
    prepare_manifest()
