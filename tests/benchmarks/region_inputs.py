"""The extracts of a region of boroughs, 37 months each, written once and used again by every measurement.

    python -m tests.benchmarks.region_inputs FOLDER

Each authority has chances and a size of its own (`orchestration/demo/areas.py`); about 20 CPU
seconds each. A folder that is half written is gone on with: an authority stands there whole or not at all.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from orchestration.demo.areas import Area, choose_areas
from orchestration.demo.days import parse_month
from orchestration.demo.history import simulate
from orchestration.demo.write import extracts_of, write_extract

REGION, SEED, MONTHS, LAST = 33, 1, 36, "2025-03"
"""`LAST` is the month that comes in the night after the history of `MONTHS` months."""


def write_region_inputs(inputs: Path, areas: int = REGION) -> list[str]:
    """Write what is missing for so many authorities; their codes, Barnet first."""
    chosen = choose_areas(areas, SEED)
    inputs.mkdir(parents=True, exist_ok=True)
    for area in chosen:
        if not (inputs / area.code).exists():
            _write_area(inputs, area)
            sys.stderr.write(f"{area.code} written\n")
    return [area.code for area in chosen]


def _write_area(inputs: Path, area: Area) -> None:
    last = parse_month(LAST)
    partial = inputs / ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    history = simulate(area, SEED, last - MONTHS, last)
    for extract in extracts_of(last - MONTHS, last):
        write_extract(partial, history, extract)
    (partial / area.code).rename(inputs / area.code)


def link_history(inputs: Path, landing: Path, codes: list[str]) -> None:
    """Put every month but the last of some authorities into landing."""
    _link(inputs, landing, codes, lambda month: month != LAST)


def link_last_month(inputs: Path, landing: Path, codes: list[str]) -> None:
    """Put the last month of some authorities into landing."""
    _link(inputs, landing, codes, lambda month: month == LAST)


def _link(inputs: Path, landing: Path, codes: list[str], wanted: Callable[[str], bool]) -> None:
    for code in codes:
        for file in (path for path in (inputs / code).rglob("*") if path.is_file()):
            if wanted(file.parent.name):
                target = landing / file.relative_to(inputs)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(file, target)


def main() -> None:
    """Write the whole region."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--areas", type=int, default=REGION)
    given = parser.parse_args()
    write_region_inputs(given.folder, given.areas)


if __name__ == "__main__":
    main()
