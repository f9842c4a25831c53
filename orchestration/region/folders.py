"""The data folders of the areas of a region: `<region>/areas/<area>/`, whose landing leads to the region's.

Each is an ordinary data folder with a ledger and a lock of its own, so no area waits for another or can harm it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, date, datetime
from pathlib import Path

from filelock import FileLock

from orchestration.alone import working_alone
from orchestration.durable import write
from orchestration.intake.cover import month_end
from orchestration.intake.findings import Finding
from orchestration.intake.keys import KEY_FILE, KeyFileError, key_check, make_secret, read_secret
from orchestration.intake.landing import NATIONAL, areas_in, landed_files, refuse_absent, version_of
from orchestration.ledger.chain import VersionName, is_begun
from orchestration.ledger.damage import FAILURES
from orchestration.ledger.ledger import Ledger, SubmissionVersion
from orchestration.ledger.stores import store_of
from orchestration.night.errors import NothingPublished
from orchestration.night.recovery import LOCK_SECONDS
from orchestration.settings import (
    AREA,
    AREAS,
    ConfigurationError,
    DataFolder,
    area_of_region,
    load_settings,
)
from orchestration.warehouse.inputs import told_grid


def folder_of(region: DataFolder, area: str) -> DataFolder:
    """The data folder of an area of a region."""
    return DataFolder(region.root / AREAS / area)


def areas_of(region: DataFolder) -> tuple[str, ...]:
    """The areas that have a folder in the region's landing, by code. Raises OSError where landing is not there."""
    return _landed(region)[0]


def strays_of(region: DataFolder) -> tuple[Finding, ...]:
    """What is in the region's landing in place of an area's folder. Raises OSError where landing is not there."""
    return _landed(region)[1]


def _landed(region: DataFolder) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    refuse_absent(region.landing)
    findings: list[Finding] = []
    return areas_in(region.landing, findings), tuple(findings)


def begun_areas(region: DataFolder) -> tuple[str, ...]:
    """The areas that have a data folder of their own already, by code, whatever is in landing."""
    folders = (region.root / AREAS).glob("*/")
    return tuple(sorted(folder.name for folder in folders if AREA.match(folder.name)))


def gone_areas(region: DataFolder) -> tuple[str, ...]:
    """The areas that have begun and have no folder in landing any more. Raises OSError where landing is not there."""
    landed = areas_of(region)
    return tuple(area for area in begun_areas(region) if area not in landed)


def said_of_gone(region: DataFolder) -> list[str]:
    """What is to be said of areas that have gone from landing."""
    return [
        f"{area} has no folder in landing any more, so no night: what it published last stays in the region's warehouse."
        f" Put the folder back, or move {folder_of(region, area).root} away and run `cypp region`"
        for area in gone_areas(region)
    ]


def region_of(folder: DataFolder) -> DataFolder | None:
    """The region that a data folder is an area of."""
    return DataFolder(folder.root.resolve().parents[1]) if area_of_region(folder.root) else None


def is_region(folder: DataFolder) -> bool:
    """Whether the areas of a data folder have data folders of their own."""
    return (folder.root / AREAS).is_dir()


def refuse_unfit(region: DataFolder) -> None:
    """Raise ConfigurationError where a data folder cannot be a region's: it has taken in extracts, or names a home area."""
    if _has_taken_in(region):
        raise ConfigurationError(
            f"{region.root} has taken in extracts itself: take another data folder for a region, and move landing there"
        )
    if load_settings(region.root).home_area:
        raise ConfigurationError(
            "settings.toml: home_area: each area of a region is its own home area; leave it out"
        )


def _has_taken_in(folder: DataFolder) -> bool:
    """Whether a data folder itself has extracts, or published some: its archive may be in an object store."""
    if any((folder.root / "archive").glob("*")):
        return True
    # Not `is_begun`: a region has a warehouse, and nothing else that a ledger would have to explain.
    if not store_of(folder.ledger).is_there():
        return False
    ledger = Ledger(folder.ledger)
    return bool(ledger.versions() or ledger.published_runs())


def working_in(region: DataFolder) -> AbstractContextManager[None]:
    """Hold what the areas share; raises filelock.Timeout, or as `store_of` does."""
    return working_alone(region, FileLock(region.lock_file, timeout=LOCK_SECONDS))


def prepare(region: DataFolder, area: str) -> DataFolder:
    """Make the data folder of an area, or complete it: landing and settings lead to the region's, its key is the region's.

    Raises KeyFileError, ConfigurationError, OSError.
    """
    own = folder_of(region, area)
    own.create()
    for name in (area, NATIONAL):
        if (region.landing / name).exists():
            _lead(own.landing / name, region.landing / name)
    if (region.root / "settings.toml").exists():
        _lead(own.root / "settings.toml", region.root / "settings.toml")
    secret = key_of(region)
    refuse_other_key(region, area, secret)
    key = own.restricted / KEY_FILE
    if not key.exists():
        with working_in(region):
            write(key, (region.restricted / KEY_FILE).read_bytes())
    return own


# ---------------------------------------------------------------- the key of all areas


def key_of(region: DataFolder) -> bytes:
    """The key of all areas, made once: with it a pupil who crosses a border is one pupil in the warehouse of all.

    Raises KeyFileError, also where the region has lost the key that its areas have.
    """
    path = region.restricted / KEY_FILE
    if not path.exists():
        region.create()
        with working_in(region):
            # Another area's process may have made it meanwhile.
            if not path.exists():
                _refuse_lost_key(region)
                make_secret(path)
    return read_secret(path)


def _refuse_lost_key(region: DataFolder) -> None:
    given = next((region.root / AREAS).glob(f"*/{region.restricted.name}/{KEY_FILE}"), None)
    if given is not None:
        raise KeyFileError(
            f"{region.restricted / KEY_FILE} is missing, though areas have the key of the region: put it back, for"
            f" example from {given}"
        )


def refuse_other_key(region: DataFolder, area: str, secret: bytes) -> None:
    """Raise KeyFileError where an area was made with another key than the region's, `secret`."""
    own = folder_of(region, area)
    if _key_check_of(own) not in (None, key_check(secret)):
        raise KeyFileError(
            f"{own.root} was made with another key than the region's, so a pupil who crosses the border would be two and"
            f" its tables stay out of the region's warehouse: put back {region.restricted / KEY_FILE} if that is the one"
            " which was replaced; else move the area's folder away, and `cypp region` makes it again from landing,"
            " without what people answered and released there"
        )


def _key_check_of(folder: DataFolder) -> str | None:
    """What tells the key apart that is in force in a data folder: the ledger's word, or else that of the file."""
    # A ledger that cannot be read stops the area's own night, which says so.
    with suppress(*FAILURES):
        if is_begun(folder.ledger) and (checks := Ledger(folder.ledger).key_checks()):
            return checks[-1]
    path = folder.restricted / KEY_FILE
    return key_check(read_secret(path)) if path.exists() else None


# ---------------------------------------------------------------- what of landing is whose


def _lead(link: Path, target: Path) -> None:
    """Make a link, unless something is there: the operator may give an area settings or a share of its own."""
    if not link.is_symlink() and not link.exists():
        link.symlink_to(os.path.relpath(target, link.parent))


def months_of(region: DataFolder) -> tuple[date, date]:
    """First and last month end of all areas: of what each has accepted, and of what landing holds for it.

    Nothing after today counts, nor what is as it was when it was refused. Raises NothingPublished where there is none.
    """
    today = datetime.now(UTC).date()
    landed = landed_files(region.landing)
    ends = [
        end
        for area in {*begun_areas(region), *(area for area, *_ in landed)} - {NATIONAL}
        for end in _months_of_area(folder_of(region, area), area, landed)
        if end <= today
    ]
    if not ends:
        raise NothingPublished(
            f"{region.landing} holds no extracts: put them into landing/<area>/<source>/<YYYY-MM>/ there"
        )
    return min(ends), max(ends)


def _months_of_area(
    own: DataFolder, area: str, landed: dict[tuple[str, str, str], list[Path]]
) -> Iterator[date]:
    versions: list[SubmissionVersion] = []
    try:
        if is_begun(own.ledger):
            versions = Ledger(own.ledger).versions()
    except FAILURES:
        # The area's own night says so; until it is mended, the others keep the months that it had.
        yield from told_grid(own) or ()
    verdicts = {version.name: version.verdict for version in versions}
    for version in versions:
        if (version.area_code, version.verdict) == (area, "accepted"):
            yield month_end(f"{version.as_at_date:%Y-%m}")
    for place, files in landed.items():
        if place[0] == area and not _is_refused(place, files, verdicts):
            yield month_end(place[2])


def _is_refused(
    place: tuple[str, str, str], files: list[Path], verdicts: dict[VersionName, str]
) -> bool:
    """Whether a folder in landing holds what was refused before."""
    of_folder = {name: verdict for name, verdict in verdicts.items() if name[:3] == place}
    if not of_folder or "accepted" in of_folder.values():
        return False
    # What cannot be read now waits, and may be taken in later.
    with suppress(OSError):
        return (*place, version_of(files)) in of_folder
    return False


def grid_of(folder: DataFolder) -> tuple[date, date] | None:
    """The months of all areas, where a data folder is that of an area of a region."""
    region = region_of(folder)
    return months_of(region) if region else None


def narrowed(region: DataFolder, span: tuple[date, date]) -> str:
    """What is to be said where the areas had more months before; nothing where they had not."""
    before = [grid for area in begun_areas(region) if (grid := told_grid(folder_of(region, area)))]
    if not before:
        return ""
    first, last = min(first for first, _ in before), max(last for _, last in before)
    if span[0] <= first and last <= span[1]:
        return ""
    return (
        f"The months of all areas are {span[0]:%Y-%m}..{span[1]:%Y-%m} now and were {first:%Y-%m}..{last:%Y-%m}: no area"
        " has an accepted extract of the others any more (purged, refused, or never accepted), so they go from every"
        " area's warehouse"
    )
