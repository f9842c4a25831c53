"""The copies of accepted versions in `archive/`: named by their content, checked by it, made again from landing."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.durable import files_below, put_folder, sync_everything
from orchestration.intake.findings import Finding
from orchestration.intake.landing import LandedSubmission, Landing, version_of
from orchestration.ledger.chain import VersionName
from orchestration.ledger.ledger import SubmissionVersion
from orchestration.object_store import bring
from orchestration.settings import DataFolder

if TYPE_CHECKING:
    from upath import UPath

Version = LandedSubmission | SubmissionVersion
BROUGHT = "archive"
REMEDY = "Put its files into landing once more, as they were, or put back archive/ from a backup"


def remove_brought(folder: DataFolder) -> None:
    """Remove the copies that were brought from an object store to be read here."""
    shutil.rmtree(folder.work / BROUGHT, ignore_errors=True)


def archive_folder(folder: DataFolder, name: VersionName) -> Path | UPath:
    """Where an accepted version's files are kept, by content hash."""
    return folder.archive.joinpath(*name)


def in_archive(folder: DataFolder) -> list[VersionName]:
    """Every version that has files there, whole or not."""
    above = len(folder.archive.parts)
    parts = (path.parts[above:] for path in files_below(folder.archive))
    return sorted({(one[0], one[1], one[2], one[3]) for one in parts if len(one) > 4})


def archived_files(
    folder: DataFolder, version: Version, beside: Path | None = None
) -> tuple[Path, ...]:
    """The files of a version, if its copy is whole; else none.

    Those of an object store are brought into the folder `archive/` below `beside`, or below `.work/`.
    """
    place = archive_folder(folder, version.name)
    if not isinstance(place, Path):
        place = bring(place, (beside or folder.work).joinpath(BROUGHT, *version.name))
    files = tuple(sorted(place.iterdir())) if place.is_dir() else ()
    is_whole = files and all(path.is_file() for path in files)
    return files if is_whole and version_of(files) == version.version else ()


def is_archived(folder: DataFolder, version: Version) -> bool:
    """Whether the copy of a version is there and whole; nothing of it is brought from an object store."""
    try:
        files = files_below(archive_folder(folder, version.name))
        return bool(files) and version_of(files) == version.version
    except FileNotFoundError:
        return False


def not_made_again(
    folder: DataFolder, versions: Iterable[SubmissionVersion], landing: Landing
) -> list[SubmissionVersion]:
    """Versions whose files are neither in `archive/`, whole, nor in landing: what was read of them is all there is."""
    landed = {one.name for one in landing.submissions}
    return [
        version
        for version in versions
        if version.name not in landed and not is_archived(folder, version)
    ]


def mend_archive(
    folder: DataFolder, accepted: list[SubmissionVersion], landed: dict[tuple[str, ...], LandedSubmission]
) -> Iterator[Finding]:  # fmt: skip
    """Make copies that are lost or damaged again from landing; say which cannot be."""
    for version in accepted:
        if is_archived(folder, version):
            continue
        if version.name not in landed or not _copied(folder, landed[version.name]):
            yield Finding(
                "ARCHIVE_LOST", "warn",
                "its copy in archive/ is lost or damaged; figures depend on what was read of it earlier", REMEDY,
                folder=f"{version.area_code}/{version.source}/{version.folder_month}",
            )  # fmt: skip


def _copied(folder: DataFolder, landed: LandedSubmission) -> bool:
    """Copy a submission next to its place, then into it; False where it has changed meanwhile."""
    copy = folder.work / "mending"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(mode=0o700)
    try:
        files = [Path(shutil.copyfile(path, copy / path.name)) for path in landed.files]
    except FileNotFoundError:
        return False
    if version_of(tuple(files)) != landed.version:
        return False
    sync_everything()
    put_folder(copy, archive_folder(folder, landed.name))
    return True
