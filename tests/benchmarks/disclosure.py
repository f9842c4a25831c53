"""Twelve packs of the demo in a row, each issued before the next is made, attacked one by one and all together.

Each month is the whole job with an earlier knowledge date on one data folder, so that every pack remembers what
the earlier ones have printed. With secondary suppression off the same attack must succeed, or it shows nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration.dagster.job import run_job
from orchestration.demo import write_demo
from orchestration.night.steps import Request
from orchestration.registry.indicators import load_indicators
from orchestration.reports.content.published import read_run
from orchestration.reports.disclosure.attack import breaches
from orchestration.reports.disclosure.edition import verdict_on
from orchestration.reports.disclosure.protect import primary
from orchestration.reports.disclosure.release import pack_of, read_figures, read_months
from orchestration.reports.release import issue_pack, measures_of, withheld_in
from orchestration.settings import DataFolder
from orchestration.warehouse import publish
from tests.benchmarks.nights import silent
from tests.reports.disclosure import outsider
from tests.reports.disclosure.releases import Release, together

SEED, MONTHS, LAST, PACKS = 1, 36, date(2025, 3, 31), 12


def score() -> Iterator[dict[str, Any]]:
    """A line per pack, then one for all of them with secondary suppression on and one with it off."""
    releases, papers, truth = [], [], {}
    with tempfile.TemporaryDirectory() as place:
        folder = DataFolder(Path(place))
        write_demo(folder.root, seed=SEED, months=MONTHS, last=f"{LAST:%Y-%m}", progress=silent)
        for as_at in reversed(_month_ends(LAST, PACKS)):
            release = _released(folder, as_at)
            releases.append(release)
            pages = folder.outputs / f"{as_at:%Y-%m}"
            papers.append(outsider.read_table(pages / "public" / "committee.xlsx"))
            truth |= outsider.read_table(pages / "restricted" / "committee.xlsx")
            yield {"case": f"Pack of {as_at:%Y-%m}", **_judged(release)}
    yield {"case": f"{PACKS} packs together", **_attacked(together(releases))}
    kept = outsider.together(papers)
    found = outsider.by_kind(outsider.attack(kept, truth))
    yield {
        "case": f"{PACKS} workbooks, by an outsider",
        "withheld": sum(one is None for one in kept.values()),
        **found,
    }
    bare = [Release(one.pack, primary(one.pack)) for one in releases]
    yield {
        "case": f"{PACKS} packs together, no secondary suppression",
        "packs_that_fail": sum(bool(breaches(one.pack, one.withheld)) for one in bare),
        **_attacked(together(bare)),
    }


def _month_ends(last: date, number: int) -> list[date]:
    found = [last]
    while len(found) < number:
        found.append(found[-1].replace(day=1) - timedelta(days=1))
    return found


def _released(folder: DataFolder, as_at: date) -> Release:
    """The pack of a month as the job makes it, issued."""
    run_job(folder, Request(as_at, even_if_unchanged=True), silent)
    marts = folder.warehouse_file
    with duckdb.connect(str(marts), read_only=True) as connection:
        measures = measures_of(load_indicators())
        pack = pack_of(read_figures(connection), measures, read_months(connection))
        release = Release(pack, withheld_in(connection))
        month, run_id = publish.month_of(connection), read_run(connection).run_id
    issue_pack(folder, marts, month, run_id, "benchmark")
    return release


def _judged(release: Release) -> dict[str, Any]:
    verdict = verdict_on(release.pack, release.withheld)
    return {
        "figures": verdict.figures,
        "unsafe": verdict.unsafe,
        "withheld": verdict.withheld,
        "large": verdict.large,
        "share_of_large_published": round(verdict.share_of_large_published, 4),
        "exposed": verdict.exposed,
        "breaches": len(verdict.breaches),
    }


def _attacked(release: Release) -> dict[str, Any]:
    began = time.perf_counter()
    found = breaches(release.pack, release.withheld)
    return {
        "counts": len(release.pack.amounts),
        "withheld": len(release.withheld),
        "calculated": sum(bool(one.is_pinned) for one in found),
        "narrowed": sum(not one.is_pinned for one in found),
        "seconds": round(time.perf_counter() - began, 1),
    }
