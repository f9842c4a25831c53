"""The short name of a version, and where files of it alone are; its rows are in tables of many (`partitions.py`)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.intake.kept.archive import Version, archive_folder
from orchestration.ledger.chain import VersionName
from orchestration.settings import DataFolder

if TYPE_CHECKING:
    from upath import UPath


def submission_id_of(area_code: str, source: str, folder_month: str, version: str) -> str:
    """A short stable name of one version of one submission, safe in file names and SQL."""
    text = "|".join((area_code, source, folder_month, version))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def id_of_version(version: Version) -> str:
    """The short name of a version."""
    return submission_id_of(*version.name)


def statutory_folder(folder: DataFolder, submission_id: str) -> Path:
    """Where it is kept what DfE's rules said of a version."""
    return folder.quality / "statutory" / submission_id


def folders_of(folder: DataFolder, name: VersionName) -> tuple[Path | UPath, Path]:
    """The folders of a version alone; what landing holds is not among them."""
    return archive_folder(folder, name), statutory_folder(folder, submission_id_of(*name))
