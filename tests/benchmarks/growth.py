"""How much a data folder grows by the night: Dagster's history, ledger, raw, archive, logs, outputs.

Ten nights of the small extracts, each a whole run. Dagster's history is pruned from the third on, so that the later
ones show what is left of a run that has been forgotten; those that are remembered take as much each, and beside the
newest there are as many at most as sources: the runs that last took in something new.
What a thousand nights come to is a straight line through the nights from the fifth on, and so is said to be.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from expectations.contract import sources
from orchestration.settings import DataFolder
from tests import extracts
from tests.benchmarks.nights import silent

NIGHTS, REMEMBERED, LATER = 10, 3, 1000
SETTLED = REMEMBERED + 1
MB = 1_000_000


def grow(root: Path) -> dict[str, Any]:
    """Run the nights; sizes in MB after the last, growth by the night, and what a thousand come to."""
    from orchestration.dagster import history
    from orchestration.dagster.job import run_job
    from orchestration.night.steps import Request

    pruned, history.prune_history = history.prune_history, partial(history.prune_history, kept_runs=REMEMBERED)  # fmt: skip
    folder = DataFolder(root)
    extracts.write_landing(folder.landing)
    sizes = []
    try:
        for _ in range(NIGHTS):
            run_job(folder, Request(datetime.now(UTC).date()), silent)
            sizes.append(dict(_sizes(folder)))
    finally:
        history.prune_history = pruned
    return _told(sizes, (history.KEPT_RUNS + len(sources())) / len(_of_runs(folder, ".db")))


def _sizes(folder: DataFolder) -> Iterator[tuple[str, int]]:
    """Bytes by what they are of."""
    home = folder.root / ".dagster"
    of_runs = sum(map(_size, _of_runs(folder, ".db*")))
    printed = _size(home / "storage")
    yield "dagster_runs", of_runs + printed
    yield "dagster_shared", _size(home) - of_runs - printed
    for place in (folder.ledger, folder.raw, folder.archive, folder.quality, folder.restricted, folder.work, folder.warehouse):  # fmt: skip
        yield place.name.strip("."), _size(place)
    yield "outputs", sum(_size(path) for path in folder.root.glob(".outputs-*"))


def _of_runs(folder: DataFolder, ending: str) -> list[Path]:
    """Files with the events of a run each."""
    shards = (folder.root / ".dagster" / "history" / "runs").glob(f"*{ending}")
    return [path for path in shards if not path.name.startswith("index")]


def _size(place: Path) -> int:
    if place.is_file():
        return place.stat().st_size
    files = (Path(top) / name for top, _, names in os.walk(place) for name in names)
    return sum(path.lstat().st_size for path in files)


def _told(sizes: list[dict[str, int]], times_remembered: float) -> dict[str, Any]:
    first, last = sizes[SETTLED], sizes[-1]
    n_nights = len(sizes) - 1 - SETTLED
    by_night = {name: (last[name] - first[name]) / n_nights for name in last}
    later = {name: last[name] + by_night[name] * (LATER - len(sizes)) for name in last}
    # What Dagster keeps of all runs together grows with those it remembers, too; then, if at all, by the night.
    later["dagster_runs"] = last["dagster_runs"] * times_remembered
    later["dagster_shared"] += last["dagster_shared"] * (times_remembered - 1)
    return {
        "nights": len(sizes),
        "extrapolated_from": n_nights,
        "mb": {name: round(size / MB, 2) for name, size in last.items()},
        "kb_a_night": {name: round(grown / 1000, 1) for name, grown in by_night.items()},
        f"mb_after_{LATER}": {name: round(size / MB, 1) for name, size in later.items()},
        f"dagster_mb_after_{LATER}": round((later["dagster_runs"] + later["dagster_shared"]) / MB),
    }
