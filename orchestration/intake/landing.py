"""What stands in landing: the submissions' folders and their files, as far as they can be taken in."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from expectations.contract import contract_for, sources
from orchestration.intake.cover import month_end
from orchestration.intake.findings import Finding, shown_name
from orchestration.settings import SYNTHETIC_MARK

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
    """What landing held when it was looked at."""

    submissions: tuple[LandedSubmission, ...]
    areas: tuple[str, ...]
    findings: tuple[Finding, ...]
    state: str
    """See `landing_state`."""


def is_extract(path: Path) -> bool:
    """Whether a file was sent by somebody, as far as its name says."""
    # Not: editors' and Office's lock files, the marker of a folder kept in git, what Windows leaves in a
    # folder, and the mark of `cypp demo`.
    others = {"thumbs.db", "desktop.ini", SYNTHETIC_MARK.lower()}
    return not path.name.startswith((".", "~$")) and path.name.lower() not in others


def _is_ignored(path: Path) -> bool:
    return not is_extract(path)


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if _is_folder(path) and not _is_ignored(path))


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _strays(folder: Path, landing: Path) -> Iterator[Finding]:
    """What stands where only folders belong."""
    for path in sorted(folder.iterdir()):
        if not _is_folder(path) and not _is_ignored(path):
            is_link = path.is_symlink() or not path.is_file()
            yield (
                _not_a_file(path, landing)
                if is_link
                else _misplaced(path, landing, "outside a submission's folder")
            )


def _place(path: Path, landing: Path) -> str:
    return shown_name(str(path.relative_to(landing)))


def _misplaced(path: Path, landing: Path, message: str) -> Finding:
    return Finding(
        rule="FOLDER_UNKNOWN",
        severity="warn",
        message=message,
        remedy="Files belong into landing/<area>/<source>/<YYYY-MM>/",
        file=_place(path, landing),
    )


def _not_a_file(path: Path, landing: Path) -> Finding:
    return Finding(
        rule="NOT_A_FILE",
        severity="reject",
        message="a link, a folder or a device, not a file; left out",
        remedy="Put the file itself into the folder",
        file=_place(path, landing),
    )


def _not_readable(path: Path, landing: Path) -> Finding:
    return Finding(
        rule="NOT_READABLE",
        severity="reject",
        message="the file cannot be opened; the submission waits",
        remedy="Check the permissions of the file",
        file=_place(path, landing),
    )


def still_writing(path: Path, landing: Path) -> Finding:
    """The message about a file that changed while it was looked at."""
    return Finding(
        rule="STILL_WRITING",
        severity="warn",
        message="the file is still being written",
        remedy="Nothing: the next run takes it in",
        file=_place(path, landing),
    )


def _fits(area: Path, source: Path) -> bool:
    if source.name not in sources():
        return False
    return (contract_for(source.name).level == "national") == (area.name == NATIONAL)


def _submission_folders(
    landing: Path, findings: list[Finding]
) -> Iterator[tuple[str, str, str, Path]]:
    findings += _strays(landing, landing)
    for area in _folders(landing):
        if area.name != NATIONAL and not AREA.match(area.name):
            findings.append(
                _misplaced(area, landing, "neither an area code of nine characters nor 'national'")
            )
            continue
        findings += _strays(area, landing)
        for source in _folders(area):
            if not _fits(area, source):
                findings.append(_misplaced(source, landing, "not a source of this kind of area"))
                continue
            findings += _strays(source, landing)
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
            findings.append(_not_a_file(path, landing))
            continue
        files.append(path)
    return files


def _states(files: list[Path]) -> dict[Path, tuple[int, int]]:
    states: dict[Path, tuple[int, int]] = {}
    for path in files:
        with suppress(FileNotFoundError):
            stat = path.stat()
            states[path] = (stat.st_size, stat.st_mtime_ns)
    return states


def _unsettled(files: list[Path]) -> set[Path]:
    """Files that change, come or go while we look: still being written."""
    before = _states(files)
    young = [
        path for path, (_, changed) in before.items() if time.time() - changed / 1e9 < YOUNG_SECONDS
    ]
    gone = set(files) - set(before)
    if not young:
        return gone
    time.sleep(SETTLE_SECONDS)
    after = _states(young)
    return gone | {path for path in young if after.get(path) != before[path]}


def version_of(files: list[Path] | tuple[Path, ...]) -> str:
    """The hash of the files' contents; their names and order do not matter."""
    return hashlib.sha256(b"".join(sorted(map(_digest, files)))).hexdigest()[:32]


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _submission(
    place: tuple[str, str, str], files: list[Path], landing: Path, unsettled: set[Path]
) -> LandedSubmission | Finding:
    """The submission of a folder, or why it cannot be taken in yet."""
    moving = next((path for path in files if path in unsettled), None)
    if moving is not None:
        return still_writing(moving, landing)
    try:
        return LandedSubmission(*place, tuple(files), version_of(files))
    except FileNotFoundError as error:
        return still_writing(Path(error.filename), landing)
    except OSError as error:
        return _not_readable(Path(error.filename or files[0]), landing)


def scan(landing: Path) -> Landing:
    """Find every submission in landing; folders that cannot be used, and unfinished files, are said."""
    # Before the files are read: a change that comes meanwhile is news for the next run.
    state = landing_state(landing)
    findings: list[Finding] = []
    found = [
        ((area, source, month), _regular_files(folder, landing, findings))
        for area, source, month, folder in _submission_folders(landing, findings)
    ]
    unsettled = _unsettled([path for _, files in found for path in files])
    outcomes = [_submission(place, files, landing, unsettled) for place, files in found if files]
    findings += [outcome for outcome in outcomes if isinstance(outcome, Finding)]
    submissions = tuple(outcome for outcome in outcomes if isinstance(outcome, LandedSubmission))
    areas = tuple(folder.name for folder in _folders(landing) if AREA.match(folder.name))
    return Landing(submissions, areas, tuple(findings), state)


def landing_state(landing: Path) -> str:
    """A short name of what stands in landing now: changes whenever a file comes, goes or changes.

    A copy keeps the time of its original, which may be of whole seconds, so a correction of the same size can
    have both; when a file was put there nobody sets.
    """
    files = sorted(path for path in landing.rglob("*") if path.is_file() and not path.is_symlink())
    if not files:
        return "empty"
    text = "\n".join(
        f"{path.relative_to(landing)}|{stat.st_size}|{stat.st_mtime_ns}|{stat.st_ctime_ns}"
        for path in files
        for stat in (path.stat(),)
    )
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]
