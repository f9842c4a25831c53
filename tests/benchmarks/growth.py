"""How much a data folder grows by the night: Dagster's history, ledger, raw, archive, logs, outputs.

Fifty nights of the small extracts, each a whole run. Dagster's history is pruned as ever, so that the later ones show
what is left of a run that has been forgotten; beside the newest it remembers as many at most as there are sources: the
runs that last took in something new, of which there is one here.
What a thousand nights come to is a straight line through the nights from the first that forgot one on, and so is said
to be.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from expectations.contract import sources
from orchestration.settings import DataFolder
from tests import extracts
from tests.benchmarks.nights import silent

NIGHTS, LATER = 50, 1000
MB = 1_000_000


def grow(root: Path) -> dict[str, Any]:
    """Run the nights; sizes in MB after the last, growth by the night, and what a thousand come to."""
    from orchestration.dagster import history
    from orchestration.dagster.job import run_job
    from orchestration.night.steps import Request

    folder = DataFolder(root)
    extracts.write_landing(folder.landing)
    sizes = []
    for _ in range(NIGHTS):
        run_job(folder, Request(datetime.now(UTC).date()), silent)
        sizes.append(dict(_sizes(folder)))
    remembered = len(_of_runs(folder, ".db"))
    told = _told(sizes, history.KEPT_RUNS + 2, (history.KEPT_RUNS + len(sources())) / remembered)
    return {**told, "runs_remembered": remembered}


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


def _told(sizes: list[dict[str, int]], settled: int, times_remembered: float) -> dict[str, Any]:
    first, last = sizes[settled], sizes[-1]
    n_nights = len(sizes) - 1 - settled
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
