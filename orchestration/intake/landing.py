"""What is in landing: the submissions' folders and their files, as far as they can be taken in."""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.contract import contract_for, sources
from orchestration.durable import digest_of
from orchestration.intake.areas import doubted_areas
from orchestration.intake.cover import month_end
from orchestration.intake.findings import Finding
from orchestration.intake.marks import MARK, is_invented
from orchestration.intake.names import Kind, Received, shown_name
from orchestration.ledger.chain import VersionName
from orchestration.settings import AREA, AREAS

if TYPE_CHECKING:
    from upath import UPath

NATIONAL = "national"
# Stood once in landing, about everything there.
OLD_MARK = "SYNTHETIC"
Stamps = dict[Path, tuple[int, int, int]]


@dataclass(frozen=True)
class LandedSubmission:
    """The files of one folder `<area>/<source>/<YYYY-MM>` and the hash of their contents."""

    area_code: str
    source: str
    folder_month: str
    files: tuple[Path, ...]
    version: str
    is_synthetic: bool = False
    """Whether `cypp demo` has written it."""

    @property
    def name(self) -> VersionName:
        """What identifies it among all versions."""
        return self.area_code, self.source, self.folder_month, self.version

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
    # folder, and the mark of `cypp demo`, now or in version 0.2.
    others = {"thumbs.db", "desktop.ini", MARK.lower(), OLD_MARK.lower()}
    return not path.name.startswith((".", "~$")) and path.name.lower() not in others


def _folders(folder: Path, landing: Path, findings: list[Finding]) -> list[Path]:
    """The folders of a folder that holds nothing else; reports stray files, and a folder that cannot be opened."""
    inside = _opened(folder, landing, findings)
    findings += _strays([path for path in inside if not _is_of_an_area(path, landing)], landing)
    return [
        path
        for path in inside
        if is_extract(path) and (_is_folder(path) or _is_of_an_area(path, landing))
    ]


def _is_of_an_area(path: Path, landing: Path) -> bool:
    """Whether this leads from the data folder of an area to what its region's landing has under the same name.

    The only links that are followed: they are the program's own (`region/folders.py`), and lead nowhere else.
    """
    areas = landing.parent.parent
    if areas.name != AREAS or path.parent != landing or not stat.S_ISLNK(_mode(path)):
        return False
    region = areas.parent
    return Path(os.path.normpath(landing / path.readlink())) == region / landing.name / path.name


def files_in(landing: Path) -> Iterator[Path]:
    """Everything below landing that is no folder; no link is followed but those of an area to its region."""
    inside = sorted(landing.iterdir()) if landing.is_dir() else []
    links = [path for path in inside if _is_of_an_area(path, landing)]
    for top in (landing, *links):
        for folder, _, names in os.walk(top):
            yield from (Path(folder) / name for name in names)


def _opened(folder: Path, landing: Path, findings: list[Finding]) -> list[Path]:
    """List a folder. One that cannot be opened is reported, and only what is in it waits."""
    try:
        found = sorted(folder.iterdir())
        for path in found:
            # May be forbidden though the names can be read.
            path.lstat()
    except FileNotFoundError:
        # It has gone, or something in it, since its name was read; or the region has it no longer.
        if _is_of_an_area(folder, landing):
            findings.append(_not_readable(folder, landing, "folder"))
        return []
    except OSError:
        findings.append(_not_readable(folder, landing, "folder"))
        return []
    return found


def _is_folder(path: Path) -> bool:
    return stat.S_ISDIR(_mode(path))


def _is_file(path: Path) -> bool:
    return stat.S_ISREG(_mode(path))


def _mode(path: Path) -> int:
    """What kind of thing this is, not what a link leads to; 0 where nobody can tell."""
    with suppress(OSError):
        return path.lstat().st_mode
    return 0


def _strays(inside: list[Path], landing: Path) -> Iterator[Finding]:
    """What is where only folders belong."""
    for path in inside:
        if not _is_folder(path) and is_extract(path):
            if _is_file(path):
                yield _misplaced(path, landing, "outside a submission's folder")
            else:
                yield _not_a_file(path, landing)


def _place(path: Path, landing: Path, kind: Kind = "file") -> dict[str, Any]:
    """Where a file or folder is: the folder of the submission (its name is ours), and its number there by name."""
    folder = path.parent
    alike = (
        other.name
        for other in _entries(folder)
        if _is_folder(other) == (kind == "folder") and other != path
    )
    number = 1 + sum(name < path.name for name in alike)
    within = "landing" if folder == landing else str(folder.relative_to(landing))
    return {"folder": within, "file": Received(kind, number, shown_name(path.name))}


def _misplaced(path: Path, landing: Path, message: str) -> Finding:
    return Finding(
        rule="FOLDER_UNKNOWN",
        severity="warn",
        message=message,
        remedy="Files belong in landing/<area>/<source>/<YYYY-MM>/",
        **_place(path, landing, "folder" if _is_folder(path) else "file"),
    )


def _not_a_file(path: Path, landing: Path) -> Finding:
    return Finding(
        rule="NOT_A_FILE",
        severity="reject",
        message="a link, a folder or a device, not a file; left out",
        remedy="Put the file itself into the folder",
        **_place(path, landing, "folder" if _is_folder(path) else "file"),
    )


def _not_readable(path: Path, landing: Path, kind: Kind = "file") -> Finding:
    waits = "its extract waits" if kind == "file" else "what is in it waits"
    return Finding(
        rule="NOT_READABLE",
        severity="wait",
        message=f"the {kind} cannot be opened, so {waits}",
        remedy=f"Check the permissions of the {kind}",
        **_place(path, landing, kind),
    )


def still_writing(path: Path, landing: Path) -> Finding:
    """The message about a file that changed, came or went while it was looked at."""
    return Finding(
        rule="STILL_WRITING",
        severity="wait",
        message="the file is still being written, so its extract waits",
        remedy="Nothing: the next run takes it in",
        **_place(path, landing),
    )


def _fits(area: Path, source: Path) -> bool:
    if source.name not in sources():
        return False
    return (contract_for(source.name).level == "national") == (area.name == NATIONAL)


def _area_folders(landing: Path, findings: list[Finding]) -> Iterator[Path]:
    """The folders of areas, and of what is national; reports what else is there."""
    for folder in _folders(landing, landing, findings):
        if folder.name == NATIONAL or AREA.match(folder.name):
            yield folder
        else:
            findings.append(
                _misplaced(
                    folder, landing, "neither an area code of nine characters nor 'national'"
                )
            )


def _submission_folders(
    landing: Path, findings: list[Finding]
) -> Iterator[tuple[tuple[str, str, str], Path]]:
    for area in _area_folders(landing, findings):
        for source in _folders(area, landing, findings):
            if not _fits(area, source):
                findings.append(_misplaced(source, landing, "not a source of this kind of area"))
                continue
            for month in _folders(source, landing, findings):
                try:
                    month_end(month.name)
                except ValueError:
                    findings.append(_misplaced(month, landing, "not a month in the form YYYY-MM"))
                    continue
                if _opened(month, landing, findings):
                    yield (area.name, source.name, month.name), month


def _entries(folder: Path) -> list[Path]:
    """What somebody put into a submission's folder; nothing where it has gone or was closed meanwhile."""
    with suppress(OSError):
        return sorted(filter(is_extract, folder.iterdir()))
    return []


def _stamps(files: Iterable[Path]) -> Stamps:
    """By file, what changes when it does; one that goes meanwhile is left out.

    A copy keeps the time of its original, which may be of whole seconds, so a correction of the same size can
    have both; when a file was put there nobody sets.
    """
    stamps: Stamps = {}
    for path in files:
        with suppress(OSError):
            found = path.stat()
            stamps[path] = found.st_size, found.st_mtime_ns, found.st_ctime_ns
    return stamps


def version_of(files: Iterable[Path | UPath]) -> str:
    """The hash of the files' contents; their names and order do not matter."""
    digests = sorted(bytes.fromhex(digest_of(path)) for path in files)
    return hashlib.sha256(b"".join(digests)).hexdigest()[:32]


def _submission(
    place: tuple[str, str, str], folder: Path, landing: Path, before: Stamps
) -> LandedSubmission | Finding | None:
    """The submission of a folder whose files are as they were before, or why it waits; None without files."""
    now = _stamps(filter(_is_file, _entries(folder)))
    changed = sorted(dict(before.items() ^ now.items()))
    if changed:
        return still_writing(changed[0], landing)
    try:
        if not now:
            return None
        return LandedSubmission(
            *place, tuple(now), version_of(tuple(now)), is_invented(folder, now)
        )
    except FileNotFoundError as error:
        return still_writing(Path(error.filename), landing)
    except OSError as error:
        return _not_readable(Path(error.filename or next(iter(now))), landing)


def scan(landing: Path, quiet_seconds: float) -> Landing:
    """Find every submission in landing; folders that cannot be used, and unfinished files, are said.

    A file that changes while the quiet seconds pass, once for all folders, is not finished.
    """
    # Before the files are read: a change that comes meanwhile is news for the next run.
    state = landing_state(landing)
    findings: list[Finding] = []
    found = list(_submission_folders(landing, findings))
    findings += doubted_areas((area, month) for (area, _, month), _ in found if area != NATIONAL)
    before = {folder: _stamps(filter(_is_file, _entries(folder))) for _, folder in found}
    if any(before.values()):
        time.sleep(quiet_seconds)
    outcomes = [_submission(place, folder, landing, before[folder]) for place, folder in found]
    findings += [
        _not_a_file(path, landing)
        for _, folder in found
        for path in itertools.filterfalse(_is_file, _entries(folder))
    ]
    findings += [outcome for outcome in outcomes if isinstance(outcome, Finding)]
    submissions = tuple(outcome for outcome in outcomes if isinstance(outcome, LandedSubmission))
    return Landing(submissions, areas_in(landing), tuple(findings), state)


def refuse_absent(landing: Path) -> None:
    """Raise OSError where landing is not there or cannot be looked into."""
    if not landing.is_dir():
        reason = "landing is not there (is its share mounted?)"
        raise FileNotFoundError(errno.ENOENT, reason, str(landing))
    with os.scandir(landing):
        pass


def areas_in(landing: Path, findings: list[Finding] | None = None) -> tuple[str, ...]:
    """The authorities that have a folder in landing; what else is there is added to the findings."""
    said = [] if findings is None else findings
    folders = _area_folders(landing, said) if landing.is_dir() else ()
    return tuple(folder.name for folder in folders if folder.name != NATIONAL)


def landed_files(landing: Path) -> dict[tuple[str, str, str], list[Path]]:
    """By area, source and month the files in landing, as far as their places say that they can be taken in."""
    folders = _submission_folders(landing, []) if landing.is_dir() else ()
    found = ((place, list(filter(_is_file, _entries(folder)))) for place, folder in folders)
    return {place: files for place, files in found if files}


def landing_state(landing: Path) -> str:
    """A short name of the state of landing: changes whenever a file comes, goes or changes.

    Raises OSError where landing cannot be looked into: a share that is offline is not an empty one.
    """
    refuse_absent(landing)
    # Passes over folders that cannot be opened: that they can be opened again is a change.
    stamps = _stamps(filter(_is_file, sorted(files_in(landing))))
    if not stamps:
        return "empty"
    text = "\n".join(
        f"{path.relative_to(landing)}|{'|'.join(map(str, stamp))}" for path, stamp in stamps.items()
    )
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]
