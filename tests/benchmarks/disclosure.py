"""Public packs of the demo in five settings, attacked by the outsider of the tests, who has their files alone.

Twelve months in a row on one data folder, the newest of them alone, a correction of what had been printed, a small
authority, three boroughs. One line each: what was withheld, what was found of it, and what is left to readers. Then two
of them with each class of identity unknown to the protection: so much would be found.
"""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from expectations.contract import sources
from orchestration.demo import write_demo
from orchestration.intake.marks import write_mark
from orchestration.ledger.ledger import Ledger
from orchestration.night import steps
from orchestration.night.steps import Request
from orchestration.registry.indicators import load_indicators
from orchestration.reports.disclosure.identities import EVERY_CLASS, Identities
from orchestration.reports.release import identities_of
from orchestration.settings import DEFAULT_HOME_AREA, DataFolder, load_settings
from tests.benchmarks.nights import silent
from tests.empty_project import SHARED
from tests.nights import AT_ONCE, build
from tests.reports.disclosure.packs import packs_of, whole

SEED, MONTHS, LAST, PACKS = 1, 36, date(2025, 3, 31), 12
SMALL = "E06000017"  # Rutland: a tenth of Barnet's children
FEW_MONTHS, BOROUGHS = 13, 3
SOON_DONE = ("small authority", "restated months")
Builds = dict[str, list[Path]]


def score() -> Iterator[dict[str, Any]]:
    """A line per setting, then one per setting and class of identity."""
    known = identities_of(load_indicators())
    with tempfile.TemporaryDirectory() as place, _shared(Path(place)):
        settings = settings_in(Path(place))
        for name, builds in settings.items():
            yield {"case": name, **_judged(builds, known)}
        for left_out in sorted(EVERY_CLASS):
            less = Identities(known.measures, known.part_of, known.apart, EVERY_CLASS - {left_out})
            for name in SOON_DONE:
                yield {"case": f"{name}, without: {left_out}", **_judged(settings[name], less)}


def settings_in(place: Path) -> Builds:
    """The builds of each setting, without a public row."""
    large, small, three = place / "barnet", place / "small", place / "three"
    write_demo(large, seed=SEED, months=MONTHS, last=f"{LAST:%Y-%m}", progress=silent)
    months = [built(large, day) for day in _month_ends(LAST, PACKS)]
    correct(large / "landing" / DEFAULT_HOME_AREA, f"{LAST:%Y-%m}")
    corrected = built(large, LAST)
    write_demo(small, seed=SEED, months=MONTHS, last=f"{LAST:%Y-%m}", home=SMALL, progress=silent)
    few = {"months": FEW_MONTHS, "areas": BOROUGHS}
    write_demo(three, seed=SEED, last=f"{LAST:%Y-%m}", progress=silent, **few)
    return {
        "one pack": months[-1:], f"{PACKS} packs in a row": months,
        "restated months": [months[-1], corrected],
        "small authority": [built(small, day) for day in _month_ends(LAST, 3)],
        "three boroughs": [built(three, LAST)],
    }  # fmt: skip


def built(root: Path, as_at: date) -> Path:
    """The marts of a night, before anything of them is public."""
    folder = DataFolder(root)
    folder.create()
    Ledger(folder.ledger)
    request, settings = Request(as_at), load_settings(root)
    steps.look_at_landing(folder, AT_ONCE)
    for source in sources():
        steps.take_in_source(folder, settings, source)
    steps.judge_by_statutory_rules(folder, request)
    steps.write_run(folder, settings, request)
    build(folder)
    kept = root / f"build-{len(list(root.glob('build-*')))}.duckdb"
    shutil.move(folder.building_file, kept)
    return kept


def correct(area: Path, month: str) -> None:
    """Send the extracts of a month again without one child in forty."""
    for path in (area / "ssda903" / month).glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            heading, *rows = csv.reader(file)
        _write(path, [heading, *(row for row in rows if not _goes(row[0]))])
    workbook = area / "annex_a" / month / "Annex A.xlsx"
    book = CalamineWorkbook.from_path(str(workbook))
    for name in book.sheet_names:
        if name.startswith("List"):
            heading, *rows = book.get_sheet_by_name(name).to_python()
            _write(
                workbook.with_name(f"{name}.csv"),
                [heading, *(row for row in rows if not _goes(str(row[0])))],
            )
    workbook.unlink()
    for source in ("ssda903", "annex_a"):
        write_mark(area / source / month)


def _goes(child: str) -> bool:
    return zlib.crc32(child.encode()) % 40 == 0


def _write(path: Path, rows: list[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


@contextmanager
def _shared(place: Path) -> Iterator[None]:
    """Where the project that was built on no data is kept: the nights run its statements."""
    os.environ[SHARED] = str(place)
    try:
        yield
    finally:
        del os.environ[SHARED]


def _judged(builds: list[Path], identities: Identities) -> dict[str, Any]:
    began = time.process_time()
    with tempfile.TemporaryDirectory() as place:
        judged = packs_of(builds, identities, Path(place), whole).judged()
    return {**judged, "cpu_seconds": round(time.process_time() - began, 1)}


def _month_ends(last: date, number: int) -> list[date]:
    found = [last]
    while len(found) < number:
        found.append(found[-1].replace(day=1) - timedelta(days=1))
    return found[::-1]
