"""Where that stands which is made of a version, and whether it is whole. What is made is `submissions.py`'s concern."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from orchestration.checks.rows import issues_file, results_file
from orchestration.intake.archive import Version
from orchestration.intake.chain import VersionName
from orchestration.intake.findings import named_findings_file
from orchestration.intake.hashes import damaged
from orchestration.settings import DataFolder


def submission_id_of(area_code: str, source: str, folder_month: str, version: str) -> str:
    """A short stable name of one version of one submission, safe in file names and SQL."""
    text = "|".join((area_code, source, folder_month, version))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def id_of_version(version: Version) -> str:
    """The short name of a version."""
    return submission_id_of(*version.name)


def raw_folder(folder: DataFolder, source: str, area_code: str, month: str, version: str) -> Path:
    """Where the typed tables of a version stand."""
    return folder.raw / source / area_code / month / version


def set_aside_folder(folder: DataFolder, submission_id: str) -> Path:
    """Where the rows of a version stand that were quarantined or repeat a record."""
    return folder.quality / "set_aside" / submission_id


def statutory_folder(folder: DataFolder, submission_id: str) -> Path:
    """Where it is kept what DfE's rules said of a version."""
    return folder.quality / "statutory" / submission_id


def files_made_of(folder: DataFolder, raw: Path, submission_id: str) -> list[Path]:
    """What the taking-in makes of a version and later steps read: typed tables, verdicts, rows set aside, identifiers."""
    places = (raw, set_aside_folder(folder, submission_id))
    single = (
        results_file(folder, submission_id),
        issues_file(folder, submission_id),
        folder.identifiers / f"{submission_id}.parquet",
        named_findings_file(folder.restricted, submission_id),
    )
    return [*(path for place in places for path in place.rglob("*")), *single]


def everything_of(folder: DataFolder, name: VersionName) -> list[Path]:
    """Every file and folder that is kept of a version, and of it alone; what landing holds is not among them."""
    area_code, source, month, version = name
    submission_id = submission_id_of(*name)
    raw = raw_folder(folder, source, area_code, month, version)
    made = [path for path in files_made_of(folder, raw, submission_id) if path.is_file()]
    folders = (
        raw,
        set_aside_folder(folder, submission_id),
        statutory_folder(folder, submission_id),
    )
    return [folder.archive.joinpath(*name), *made, *folders]


def damaged_files(folder: DataFolder, version: Version) -> list[str]:
    """Names of files made of a version that are missing or not as they were written."""
    raw = raw_folder(
        folder, version.source, version.area_code, version.folder_month, version.version
    )
    return damaged(folder.root, raw, files_made_of(folder, raw, id_of_version(version)))


def put_aside(folder: DataFolder, raw: Path, submission_id: str) -> None:
    """Take what nothing can make again out of the way: half a table must not look like a whole one.

    The gate holds what depends on it.
    """
    found = files_made_of(folder, raw, submission_id)
    for path in found:
        if path.is_file() and folder.restricted not in path.parents:
            aside = folder.work / "damaged" / path.relative_to(folder.root)
            aside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.replace(aside)
    shutil.rmtree(raw, ignore_errors=True)
