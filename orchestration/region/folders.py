"""The data folders of the areas of a region: `<region>/areas/<area>/`, whose landing leads to the region's.

Each is an ordinary data folder with a ledger and a lock of its own, so no area waits for another or can harm it.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from orchestration.durable import write
from orchestration.intake.cover import month_end
from orchestration.intake.keys import KEY_FILE, make_secret, read_secret
from orchestration.intake.landing import NATIONAL, areas_in, refuse_absent
from orchestration.settings import AREAS, ConfigurationError, DataFolder, load_settings


def folder_of(region: DataFolder, area: str) -> DataFolder:
    """The data folder of an area of a region."""
    return DataFolder(region.root / AREAS / area)


def areas_of(region: DataFolder) -> tuple[str, ...]:
    """The areas that have a folder in the region's landing, by code. Raises OSError where landing is not there."""
    refuse_absent(region.landing)
    return areas_in(region.landing)


def is_region(folder: DataFolder) -> bool:
    """Whether the areas of a data folder have data folders of their own."""
    return (folder.root / AREAS).is_dir()


def refuse_unfit(region: DataFolder) -> None:
    """Raise ConfigurationError where a data folder cannot be a region's: it has taken in extracts, or names a home area."""
    if any(region.archive.glob("*")):
        raise ConfigurationError(
            f"{region.root} has taken in extracts itself: take another data folder for a region, and move landing there"
        )
    if load_settings(region.root).home_area:
        raise ConfigurationError(
            "settings.toml: home_area: each area of a region is its own home area; leave it out"
        )


def prepare(region: DataFolder, area: str) -> DataFolder:
    """Make the data folder of an area, or complete it: landing and settings lead to the region's, its key is the region's.

    With one key for all, a pupil who crosses a border is one pupil in the warehouse of all.
    """
    own = folder_of(region, area)
    own.create()
    for name in (area, NATIONAL):
        if (region.landing / name).exists():
            _lead(own.landing / name, region.landing / name)
    if (region.root / "settings.toml").exists():
        _lead(own.root / "settings.toml", region.root / "settings.toml")
    key = region.restricted / KEY_FILE
    if not key.exists():
        region.create()
        make_secret(key)
    read_secret(key)
    if not (own.restricted / KEY_FILE).exists():
        write(own.restricted / KEY_FILE, key.read_bytes())
    return own


def _lead(link: Path, target: Path) -> None:
    """Make a link, unless something is there: the operator may give an area settings or a share of its own."""
    if not link.is_symlink() and not link.exists():
        link.symlink_to(os.path.relpath(target, link.parent))


def months_of(region: DataFolder) -> tuple[date, date]:
    """First and last month end of the extracts of all areas; raises ConfigurationError where none has sent any."""
    found = [
        month_end(month.name)
        for area in areas_of(region)
        for month in (region.landing / area).glob("*/*")
        if _is_month(month.name)
    ]
    if not found:
        raise ConfigurationError(
            f"{region.landing} holds no extracts: put them into landing/<area>/<source>/<YYYY-MM>/ there"
        )
    return min(found), max(found)


def _is_month(name: str) -> bool:
    try:
        month_end(name)
    except ValueError:
        return False
    return True
