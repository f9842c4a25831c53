"""What stands in landing: the submissions' folders and their files, as far as they can be taken in."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from expectations.contract import contract_for, sources
from orchestration.intake.cover import month_end
from orchestration.intake.findings import Finding

AREA = re.compile(r"^[EW]\d{8}$")
NATIONAL = "national"
# A file younger than this is looked at twice, this far apart, before it is believed to be complete.
YOUNG_SECONDS = 60.0
SETTLE_SECONDS = 1.0


@dataclass(frozen=True)
class LandedSubmission:
    """The files of one folder `<area>/<source>/<YYYY-MM>` and the hash of their contents."""

    area_code: str
    source: str
    folder_month: str
    files: tuple[Path, ...]
    version: str

    @property
    def folder_as_at(self) -> date:
        return month_end(self.folder_month)


@dataclass(frozen=True)
class Landing:
    submissions: tuple[LandedSubmission, ...]
    areas: tuple[str, ...]
    findings: tuple[Finding, ...]


def _is_ignored(path: Path) -> bool:
    # Editors' and Office's lock files, and the marker of a folder kept in git.
    return path.name.startswith((".", "~$"))


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not _is_ignored(path))


def _misplaced(path: Path, landing: Path, message: str) -> Finding:
    return Finding(
        rule="FOLDER_UNKNOWN",
        severity="warn",
        message=message,
        remedy="Files belong into landing/<area>/<source>/<YYYY-MM>/",
        file=str(path.relative_to(landing)),
    )


def _fits(area: Path, source: Path) -> bool:
    if source.name not in sources():
        return False
    return (contract_for(source.name).level == "national") == (area.name == NATIONAL)


def _submission_folders(landing: Path, findings: list[Finding]) -> Iterator[tuple[str, str, str, Path]]:
    for area in _folders(landing):
        if area.name != NATIONAL and not AREA.match(area.name):
            findings.append(_misplaced(area, landing, "neither an area code of nine characters nor 'national'"))
            continue
        for source in _folders(area):
            if not _fits(area, source):
                findings.append(_misplaced(source, landing, "not a source of this kind of area"))
                continue
            for month in _folders(source):
                try:
                    month_end(month.name)
                except ValueError:
                    findings.append(_misplaced(month, landing, "not a month in the form YYYY-MM"))
                    continue
                yield area.name, source.name, month.name, month


def _regular_files(folder: Path, landing: Path, findings: list[Finding]) -> list[Path]:
    files = []
    for path in sorted(folder.iterdir()):
        if _is_ignored(path):
            continue
        if path.is_symlink() or not path.is_file():
            findings.append(_misplaced(path, landing, "not a plain file; left out"))
            continue
        files.append(path)
    return files


def _states(files: list[Path]) -> dict[Path, tuple[int, int]]:
    return {path: (stat.st_size, stat.st_mtime_ns) for path in files for stat in (path.stat(),)}


def _unsettled(files: list[Path]) -> set[Path]:
    """Files that change while we look: still being written."""
    before = _states(files)
    young = [path for path, (_, changed) in before.items() if time.time() - changed / 1e9 < YOUNG_SECONDS]
    if not young:
        return set()
    time.sleep(SETTLE_SECONDS)
    after = _states([path for path in young if path.exists()])
    return {path for path in young if after.get(path) != before[path]}


def version_of(files: list[Path] | tuple[Path, ...]) -> str:
    """The hash of the files' contents; their names and order do not matter."""
    digests = sorted(hashlib.file_digest(path.open("rb"), "sha256").digest() for path in files)
    return hashlib.sha256(b"".join(digests)).hexdigest()[:32]


def scan(landing: Path) -> Landing:
    """Find every submission in landing; folders that cannot be used, and unfinished files, are said."""
    findings: list[Finding] = []
    found = [
        (area, source, month, _regular_files(folder, landing, findings))
        for area, source, month, folder in _submission_folders(landing, findings)
    ]
    unsettled = _unsettled([path for *_, files in found for path in files])
    submissions = []
    for area, source, month, files in found:
        moving = [path for path in files if path in unsettled]
        if moving:
            findings.append(
                Finding("STILL_WRITING", "warn", "the file is still being written",
                        "Nothing: the next run takes it in", file=str(moving[0].relative_to(landing)))
            )  # fmt: skip
        elif files:
            submissions.append(LandedSubmission(area, source, month, tuple(files), version_of(files)))
    areas = tuple(folder.name for folder in _folders(landing) if AREA.match(folder.name))
    return Landing(tuple(submissions), areas, tuple(findings))
