"""The data folders of the areas of a region: `<region>/areas/<area>/`, whose landing leads to the region's.

Each is an ordinary data folder with a ledger and a lock of its own, so no area waits for another or can harm it.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, suppress
from datetime import date
from pathlib import Path

from filelock import FileLock

from orchestration.alone import working_alone
from orchestration.durable import write
from orchestration.intake.cover import month_end
from orchestration.intake.keys import KEY_FILE, KeyFileError, key_check, make_secret, read_secret
from orchestration.intake.landing import NATIONAL, areas_in, refuse_absent
from orchestration.ledger.chain import is_begun
from orchestration.ledger.damage import FAILURES
from orchestration.ledger.ledger import Ledger
from orchestration.ledger.stores import store_of
from orchestration.night.errors import NothingPublished
from orchestration.night.recovery import LOCK_SECONDS
from orchestration.settings import AREA, AREAS, ConfigurationError, DataFolder, load_settings


def folder_of(region: DataFolder, area: str) -> DataFolder:
    """The data folder of an area of a region."""
    return DataFolder(region.root / AREAS / area)


def areas_of(region: DataFolder) -> tuple[str, ...]:
    """The areas that have a folder in the region's landing, by code. Raises OSError where landing is not there."""
    refuse_absent(region.landing)
    return areas_in(region.landing)


def begun_areas(region: DataFolder) -> tuple[str, ...]:
    """The areas that have a data folder of their own already, by code, whatever is in landing."""
    folders = (region.root / AREAS).glob("*/")
    return tuple(sorted(folder.name for folder in folders if AREA.match(folder.name)))


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
    """First and last month end of the extracts of all areas; raises NothingPublished where none has sent any."""
    found = [
        month_end(month.name)
        for area in areas_of(region)
        for month in (region.landing / area).glob("*/*")
        if _is_month(month.name)
    ]
    if not found:
        raise NothingPublished(
            f"{region.landing} holds no extracts: put them into landing/<area>/<source>/<YYYY-MM>/ there"
        )
    return min(found), max(found)


def _is_month(name: str) -> bool:
    try:
        month_end(name)
    except ValueError:
        return False
    return True
