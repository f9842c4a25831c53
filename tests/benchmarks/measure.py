"""One case in a process of its own: CPU seconds, wall seconds and peak memory, children included."""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import forkserver
from pathlib import Path
from threading import Event, Thread
from typing import Any

from tests.benchmarks.taking_in import extract_files

SAMPLED_SECONDS = 0.2


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


class Watch(Thread):
    """Asks again and again how much memory is held, in MiB, until `stop` gives the most that it was told."""

    def __init__(self, held: Callable[[], int], every: float = SAMPLED_SECONDS) -> None:
        super().__init__(daemon=True)
        self._held, self._every = held, every
        self._peak = 0
        self._done = Event()

    def run(self) -> None:
        while not self._done.wait(self._every):
            self._peak = max(self._peak, self._held())

    def stop(self) -> int:
        self._done.set()
        self.join()
        return max(self._peak, self._held())


def _held_together() -> int:
    """MiB of this process and of its descendants, from Linux's table of processes.

    Memory that processes share counts once for each: the figure is an upper bound.
    """
    parents: dict[int, int] = {}
    pages: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text(encoding="utf-8").rsplit(")", 1)[1].split()
            parents[int(stat.parent.name)], pages[int(stat.parent.name)] = (
                int(fields[1]),
                int(fields[21]),
            )
    family = {os.getpid()}
    while found := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= found
    return sum(pages.get(pid, 0) for pid in family) * os.sysconf("SC_PAGE_SIZE") >> 20


def _measure(label: str, case: Callable[[Path], dict[str, Any]], folder: Path) -> dict[str, Any]:
    # DuckDB takes a process whose main module has no file for a person's, and draws its progress between our lines.
    sys.modules["__main__"].__file__ = __file__
    memory = Watch(_held_together)
    memory.start()
    wall, cpu = time.perf_counter(), _cpu()
    found = case(folder)
    return {
        "case": label,
        "cpu_seconds": round(_cpu() - cpu, 2),
        "wall_seconds": round(time.perf_counter() - wall, 2),
        "peak_mib": memory.stop(),
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
