"""`make bench`: one line per case with CPU seconds, wall seconds and peak memory, each in a fresh process.

`python -m tests.benchmarks nights` runs one group only; `region`, which takes minutes, runs when asked for.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks import anomalies, nights, taking_in
from tests.benchmarks.measure import measure, taken_in


def _run(label: str, case: Callable[[Path], dict[str, Any]], folder: str) -> None:
    sys.stdout.write(json.dumps(measure(label, case, folder)) + "\n")
    sys.stdout.flush()


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


def _region() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _run("Demo: 36 months of 33 authorities written", nights.write_region, folder)


def _anomalies() -> None:
    for line in anomalies.score():
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


GROUPS = {"taking_in": _taking_in, "nights": _nights, "region": _region, "anomalies": _anomalies}
UNLESS_ASKED = ("taking_in", "nights", "anomalies")


def main() -> None:
    """Run every case, or those of the groups asked for, and print its figures as JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, []], default=[])
    for group in parser.parse_args().groups or UNLESS_ASKED:
        GROUPS[group]()


if __name__ == "__main__":
    main()
