"""`make bench`: one line per case with CPU seconds, wall seconds and peak memory, each in a fresh process.

`python -m tests.benchmarks nights` runs one group only. `region`, which takes most of an hour, and `disclosure`,
public packs in five settings (most of an hour), `growth`, fifty nights (most of an hour), and `country`, dbt's models over up to 153 authorities, run when asked for;
`--areas 1 2 4` measures smaller regions, `--inputs FOLDER` keeps the extracts for the next time.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks import (
    anomalies,
    country,
    disclosure,
    education,
    faults,
    growth,
    hostile,
    nights,
    signals,
    taking_in,
)
from tests.benchmarks.measure import measure, taken_in
from tests.benchmarks.region import SIZES, run_region


def _print(found: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def _run(label: str, case: Callable[[Path], dict[str, Any]], folder: str) -> None:
    _print(measure(label, case, folder))


def _taking_in() -> None:
    """Inputs are written here; only reading, typing, keys and Parquet are measured."""
    for label, (source, month, write) in taking_in.CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "in").mkdir()
            write(Path(folder) / "in")
            _run(label, partial(taken_in, source, month), folder)


def _nights() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for label, case in nights.CASES.items():
            _run(label, case, folder)


def _education() -> None:
    """The job on all rows and on a hundredth of them: what rows cost beyond the fixed cost."""
    seconds = []
    for label, (share, case) in education.CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            rows = education.write_inputs(Path(folder), share)
            found = {**measure(label, case, folder), **rows}
            _print(found)
            seconds.append(found["cpu_seconds"])
    _print(
        {
            "case": "Education: beyond the fixed cost",
            "cpu_seconds": round(seconds[1] - seconds[0], 1),
        }
    )


def _growth() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _run("Growth: fifty nights of the small extracts", growth.grow, folder)


def _region(given: argparse.Namespace) -> None:
    """Inputs stand in `--inputs` and are used again; without it they are written anew and thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        run_region(given.inputs or Path(folder), given.areas or list(SIZES), _print)


def _scored(score: Callable[[], Iterable[dict[str, Any]]]) -> None:
    for line in score():
        _print(line)


GROUPS = (
    "taking_in",
    "nights",
    "education",
    "anomalies",
    "signals",
    "faults",
    "hostile",
    "disclosure",
    "growth",
    "region",
    "country",
)
ONLY_WHEN_ASKED = ("disclosure", "growth", "region", "country")


def main() -> None:
    """Run every case, or those of the groups asked for, and print its figures as JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, []], default=[])
    kept = os.environ.get("CYPP_BENCH_INPUTS")
    parser.add_argument(
        "--inputs", type=Path, default=Path(kept) if kept else None,
        help="folder outside the repository where the region's extracts are kept (CYPP_BENCH_INPUTS)",
    )  # fmt: skip
    parser.add_argument("--areas", type=int, nargs="+", help="sizes of the region or country")
    given = parser.parse_args()
    groups = given.groups or [group for group in GROUPS if group not in ONLY_WHEN_ASKED]
    parts: dict[str, Callable[[], None]] = {
        "taking_in": _taking_in, "nights": _nights, "education": _education,
        "anomalies": partial(_scored, anomalies.score), "signals": partial(_scored, signals.score_all),
        "faults": partial(_scored, faults.score), "hostile": partial(_scored, hostile.score),
        "disclosure": partial(_scored, disclosure.score), "growth": _growth, "region": partial(_region, given),
        "country": lambda: country.run_country(given.areas or country.SIZES, _print),
    }  # fmt: skip
    for group in GROUPS:
        if group in groups:
            parts[group]()


if __name__ == "__main__":
    main()
