"""One case in a process of its own: CPU seconds, wall seconds and peak memory, children included."""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from tests.benchmarks.taking_in import extract_files

MIB = 1024


def _cpu() -> float:
    """CPU seconds of this process and of those that it started: dbt, readers of many files."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages) + _forked_cpu()


def _forked_cpu() -> float:
    """CPU seconds of the taking-in's pool: children of a server that outlives it, so nobody's who has ended."""
    server = getattr(forkserver._forkserver, "_forkserver_pid", None)
    if server is None:
        return 0.0
    fields = Path(f"/proc/{server}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")


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


def taken_in(source: str, month: str, folder: Path) -> dict[str, Any]:
    """A case: take in what stands in `folder`/in, and how many rows became what."""
    extraction = extract_files(source, month, sorted((folder / "in").iterdir()), folder)
    counts = extraction.tables.values()
    return {
        "received": sum(count.received for count in counts),
        "loaded": sum(count.loaded for count in counts),
        "deduplicated": sum(count.deduplicated for count in counts),
        "quarantined": sum(count.quarantined for count in counts),
    }


def measure(label: str, case: Callable[[Path], dict[str, Any]], folder: str) -> dict[str, Any]:
    """The figures of a case on a folder."""
    # Not a Pool: its processes may start none of their own, and the job does.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
        return pool.submit(_measure, label, case, Path(folder)).result()
