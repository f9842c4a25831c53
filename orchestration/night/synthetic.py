"""Invented extracts in a data folder: which they are, that no real ones mix with them, and how `cypp demo` writes them.

A folder in landing that the demo wrote is marked (`intake/marks.py`); a version that was taken in from there says so
in the ledger, and a run of such versions in `dim_runs`. How the extracts come about is in `demo/`.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from orchestration.durable import put_folder, sync, sync_everything
from orchestration.intake.findings import Finding
from orchestration.intake.landing import (
    NATIONAL,
    OLD_MARK,
    LandedSubmission,
    Landing,
    files_in,
    is_extract,
)
from orchestration.intake.marks import MARK, is_invented, write_mark
from orchestration.ledger.demo_events import MARKED
from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import NothingPublished
from orchestration.settings import DEFAULT_HOME_AREA, ConfigurationError, DataFolder

# Enough for rolling averages over three years, the longest window (dbt_project/docs/figures.md, 'Bases').
DEMO_MONTHS, DEMO_SEED = 36, 1
# Says that all was written, and may be moved into landing.
WHOLE = "whole"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Wanted:
    """What a demo is asked for; `last` is the newest month whose extracts can be there already."""

    last: str
    seed: int = DEMO_SEED
    months: int = DEMO_MONTHS
    areas: int = 1
    home: str = DEFAULT_HOME_AREA


def last_month() -> str:
    """The month before this one."""
    return f"{date.today().replace(day=1) - timedelta(days=1):%Y-%m}"


def is_synthetic(ledger: Ledger) -> bool:
    """Whether what has been taken in was written by a demo."""
    return any(version.is_synthetic for version in ledger.versions())


# ---------------------------------------------------------------- apart from real extracts


def apart(landing: Landing, ledger: Ledger) -> Landing:
    """What may be taken in: no authority's extract beside a demo, no demo beside an authority's extracts."""
    known = ledger.versions()
    is_demo = any(one.is_synthetic for one in (*known, *landing.submissions))
    is_real = any(not one.is_synthetic and one.area_code != NATIONAL for one in known)
    kept, waiting = [], []
    for one in landing.submissions:
        is_of_authority = not one.is_synthetic and one.area_code != NATIONAL
        is_apart = (is_demo and is_of_authority) or (is_real and one.is_synthetic)
        (waiting if is_apart else kept).append(one)
    only_waiting = {one.area_code for one in waiting} - {one.area_code for one in kept}
    return replace(
        landing, submissions=tuple(kept),
        areas=tuple(area for area in landing.areas if area not in only_waiting),
        findings=(*landing.findings, *map(_beside, waiting)),
    )  # fmt: skip


def _beside(one: LandedSubmission) -> Finding:
    beside = "an extract of `cypp demo` beside real ones" if one.is_synthetic else "beside a demo"
    return Finding(
        "BESIDE_DEMO", "wait", f"{beside}, so it is not taken in: invented and real children never mix",
        "Run `cypp demo --remove`, which takes the demo and all that came of it away",
        folder="/".join(one.name[:3]),
    )  # fmt: skip


def refuse_without_extracts(folder: DataFolder) -> None:
    """Raise NothingPublished where landing holds no file; nothing is touched."""
    if _is_pending(folder) or any(_landed(folder)):
        return
    raise NothingPublished(
        f"{folder.landing} holds no extracts: put them into landing/<area>/<source>/<YYYY-MM>/ there,"
        " or have invented ones written by `cypp demo`"
    )


def _sent(place: Path) -> Iterator[Path]:
    """The files that somebody, or a demo, has put into a place."""
    return (path for path in place.rglob("*") if not path.is_dir() and is_extract(path))


def _landed(folder: DataFolder) -> Iterator[Path]:
    """The same of all of landing."""
    return filter(is_extract, files_in(folder.landing))


def marked_folders(folder: DataFolder) -> list[Path]:
    """The folders of submissions in landing that the demo wrote."""
    return sorted(mark.parent for mark in folder.landing.glob(f"*/*/*/{MARK}"))


# ---------------------------------------------------------------- written


def is_untouched(folder: DataFolder, ledger: Ledger) -> bool:
    """Whether nobody has ever put anything into a folder.

    A file of any kind in landing is somebody's, though it may not be usable yet.
    """
    return not any(_landed(folder)) and not ledger.versions()


def write_extracts(folder: DataFolder, ledger: Ledger, wanted: Wanted, progress: Progress) -> None:
    """Write a demo outside landing and move it in at the end: half an authority must never look like a whole one.

    Raises ConfigurationError beside real extracts, and for months and authorities that there are not.
    """
    # Imported here: a run that has its extracts needs none of it.
    from orchestration.demo import write_demo

    _refuse_beside_real(folder, ledger)
    private = _private(folder)
    private.mkdir(mode=0o700)
    try:
        write_demo(private, **vars(wanted), progress=progress)
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
    sync_everything()
    (private / WHOLE).touch()
    sync(private)
    settle_written(folder)


def settle_written(folder: DataFolder) -> None:
    """Move a demo that was written whole into landing; one that was not is nothing."""
    private = _private(folder)
    if _is_pending(folder):
        written = private / "landing"
        # A hidden one is what a kill has left of one that is in landing (`put_folder`).
        for place in sorted(path for path in written.glob("*/*/[!.]*") if path.is_dir()):
            target = folder.landing / place.relative_to(written)
            # National files may be real beside a demo; a file that is there stays.
            if is_invented(target, _sent(target)) or not any(_sent(target)):
                put_folder(place, target)
    shutil.rmtree(private, ignore_errors=True)


def _private(folder: DataFolder) -> Path:
    return folder.work / "demo"


def _is_pending(folder: DataFolder) -> bool:
    return (_private(folder) / WHOLE).exists()


def _refuse_beside_real(folder: DataFolder, ledger: Ledger) -> None:
    places = {path.parent for path in _landed(folder)}
    national = folder.landing / NATIONAL
    real = [
        place
        for place in places
        if national not in (place, *place.parents) and not is_invented(place, _sent(place))
    ]
    known = {v.area_code for v in ledger.versions() if not v.is_synthetic} - {NATIONAL}
    if real or known:
        raise ConfigurationError(
            f"{folder.root} holds real extracts ({len(real)} folder(s) in landing; taken in: "
            f"{', '.join(sorted(known)) or 'none'}): a demo needs a data folder of its own, see --data-dir"
        )


# ---------------------------------------------------------------- data folders of version 0.2

# What every file of the demo said in its first part; other sources follow the mark.
TELLS = {
    "annex_a": b"SYNTHETIC", "cin_census": b"SYNTHETIC", "ssda903": b"SYN",
    "gias": b"Synthetic", "ofsted_mi": b"Synthetic",
}  # fmt: skip
DEMO_OF_NATIONAL = ("gias", "ofsted_mi")
FIRST_PART = 1_000_000


def take_over_old_mark(folder: DataFolder, ledger: Ledger) -> None:
    """Mark each folder that a demo of version 0.2 wrote, where one file said it of all landing."""
    old = folder.landing / OLD_MARK
    if not old.is_file():
        return
    places = [path for path in folder.landing.glob("*/*/*") if path.is_dir() and any(_sent(path))]
    real = {path for path in places if _is_real(path)}
    for place in places:
        if place not in real:
            write_mark(place)
    ledger.enter_demo(
        MARKED,
        [
            version
            for version in ledger.versions()
            for place in [folder.landing.joinpath(*version.name[:3])]
            if (place not in real and version.area_code != NATIONAL) or (place / MARK).exists()
        ],
    )
    sync_everything()
    old.unlink()


def _is_real(place: Path) -> bool:
    """Whether files were put beside the demo's: none of them says what each of the demo's said."""
    area, source = place.parts[-3], place.parts[-2]
    if area == NATIONAL and source not in DEMO_OF_NATIONAL:
        return True
    parts = [_first_part(path) for path in _sent(place)]
    return source in TELLS and any(parts) and not any(TELLS[source] in part for part in parts)


def _first_part(path: Path) -> bytes:
    """The beginning of a file; of a workbook what it says about itself."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            return file.read(FIRST_PART)
    with zipfile.ZipFile(path) as parts:
        return parts.read("docProps/core.xml") if "docProps/core.xml" in parts.namelist() else b""
