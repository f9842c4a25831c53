"""`make bench`: one line per case with CPU seconds, wall seconds and peak memory, each in a fresh process."""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.taking_in import CASES, extract_files

MIB = 1024


def _measure(label: str, folder: str) -> dict[str, Any]:
    """Inputs are written by the parent; only reading, typing, keys and Parquet are measured."""
    source, month, _ = CASES[label]
    paths = sorted((Path(folder) / "in").iterdir())
    wall, cpu = time.perf_counter(), time.process_time()
    extraction = extract_files(source, month, paths, Path(folder))
    counts = extraction.tables.values()
    return {
        "case": label,
        "cpu_seconds": round(time.process_time() - cpu, 2),
        "wall_seconds": round(time.perf_counter() - wall, 2),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MIB,
        "received": sum(count.received for count in counts),
        "loaded": sum(count.loaded for count in counts),
        "deduplicated": sum(count.deduplicated for count in counts),
        "quarantined": sum(count.quarantined for count in counts),
    }


def main() -> None:
    """Run every case and print its figures as JSON lines."""
    context = multiprocessing.get_context("spawn")
    for label, (_, _, write) in CASES.items():
        with tempfile.TemporaryDirectory() as folder, context.Pool(1) as pool:
            (Path(folder) / "in").mkdir()
            write(Path(folder) / "in")
            sys.stdout.write(json.dumps(pool.apply(_measure, (label, folder))) + "\n")


if __name__ == "__main__":
    main()
