"""`make bench`: one line per case with CPU seconds, wall seconds and peak memory, each in a fresh process.

`python -m tests.benchmarks nights` runs one group only.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from tests.benchmarks import nights, taking_in

MIB = 1024


def _cpu() -> float:
    """CPU seconds of this process and of those that it started: dbt, readers of many files."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _peak() -> int:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(usage.ru_maxrss for usage in usages) // MIB


def _measure(label: str, case: Callable[[Path], dict[str, Any]], folder: Path) -> dict[str, Any]:
    wall, cpu = time.perf_counter(), _cpu()
    found = case(folder)
    return {
        "case": label,
        "cpu_seconds": round(_cpu() - cpu, 2),
        "wall_seconds": round(time.perf_counter() - wall, 2),
        "peak_mib": _peak(),
        **found,
    }


def _run(label: str, case: Callable[[Path], dict[str, Any]], folder: str) -> None:
    # Not a Pool: its processes may start none of their own, and the job does.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
        found = pool.submit(_measure, label, case, Path(folder)).result()
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def _taking_in() -> None:
    """Inputs are written here; only reading, typing, keys and Parquet are measured."""
    for label, case in taking_in.CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "in").mkdir()
            case.write(Path(folder) / "in")
            _run(label, case, folder)


def _nights() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for label, case in nights.CASES.items():
            _run(label, case, folder)


GROUPS = {"taking_in": _taking_in, "nights": _nights}


def main() -> None:
    """Run every case, or those of the groups asked for, and print its figures as JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, []], default=[])
    for group in parser.parse_args().groups or GROUPS:
        GROUPS[group]()


if __name__ == "__main__":
    main()
