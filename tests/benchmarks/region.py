"""A region of boroughs through the nightly job: its whole back-history at once, then one ordinary night.

Measured for 1, 2, 4, 8, 16 and 33 authorities, so that growth per doubling shows. Inputs are written once
(`region_inputs.py`) and linked into a fresh data folder for every measurement.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from math import log2
from pathlib import Path
from typing import Any

from tests.benchmarks import region_inputs
from tests.benchmarks.measure import measure
from tests.benchmarks.nights import run_job

SIZES = (1, 2, 4, 8, 16, region_inputs.REGION)
HISTORY, NIGHT = "back-history into an empty folder", "the night after, one new month each"
Report = Callable[[dict[str, Any]], None]


def run_region(inputs: Path, sizes: list[int], report: Report) -> None:
    """Measure every size, smallest first, and say how each case has grown since the size before."""
    before: dict[str, tuple[int, dict[str, Any]]] = {}
    for size in sorted(sizes):
        codes = region_inputs.write_region_inputs(inputs, size)
        for label, found in _measure_size(inputs, codes):
            if label in before:
                found["growth_per_doubling"] = _growth(*before[label], size, found)
            before[label] = (size, found)
            report(found)


def _measure_size(inputs: Path, codes: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    # Beside the inputs: a hard link does not reach over to another disk.
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=inputs) as folder:
        landing = Path(folder) / "landing"
        landing.mkdir()
        arrived = 0
        for label, link in (
            (HISTORY, region_inputs.link_history),
            (NIGHT, region_inputs.link_last_month),
        ):
            link(inputs, landing, codes)
            load_before = os.getloadavg()[0]
            found = measure(f"Region of {len(codes)}: {label}", run_job, folder)
            arrived = len(list(landing.glob("*/*/*"))) - arrived
            # Inputs that two versions of the demo have written are refused in part, and nothing would tell.
            assert found["submissions"] == arrived, f"{arrived} extracts have arrived; {found}"
            yield label, {**found, "load_before": round(load_before, 1)}


def _growth(
    size: int, before: dict[str, Any], size_now: int, now: dict[str, Any]
) -> dict[str, float]:
    """The factor per doubling of the number of authorities: 2 is linear."""
    doublings = log2(size_now / size)
    return {
        name: round((now[name] / before[name]) ** (1 / doublings), 2)
        for name in ("cpu_seconds", "wall_seconds", "peak_mib")
    }
