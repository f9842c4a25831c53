"""Public packs in a row, made of finished builds as the job makes them: each remembers what the earlier ones printed."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.ledger.ledger import Ledger
from orchestration.reports.content.explore import write_explore_page
from orchestration.reports.disclosure.edition import pack_in, verdict_on, write_public_edition
from orchestration.reports.disclosure.identities import Identities
from orchestration.reports.disclosure.printed import read_memory, remember
from orchestration.reports.media.spreadsheets import write_workbook
from orchestration.reports.release import withheld_in
from orchestration.reports.render import render_report
from orchestration.settings import DataFolder
from tests.reports.disclosure.outsider import (
    Members,
    attack,
    by_kind,
    means_that_tell,
    withheld_in_all,
)
from tests.reports.disclosure.papers import Table, read_pack

Render = Callable[[Path, Path, str], None]
"""Writes the files of an edition of a warehouse into a folder."""
DETAIL = {"as_at": "2025-03-31", "received_by": None, "code_version": "0", "is_synthetic": "yes"}


def whole(marts: Path, pages: Path, edition: str) -> None:
    """Every file of the two reports with figures, and the page to explore them."""
    for report in ("committee", "standards"):
        render_report(marts, pages, edition, report)
    write_explore_page(marts, pages / "explore.html", edition)


def workbook(marts: Path, pages: Path, edition: str) -> None:
    """The committee's workbook alone: its other files say the same, as a test shows."""
    write_workbook(marts, "committee", "Committee report", edition, pages / "committee.xlsx")


@dataclass
class Packs:
    """What stands in the files of packs, and what an intruder can find by it."""

    papers: list[Table] = field(default_factory=list)
    truths: list[Table] = field(default_factory=list)
    members: list[Members] = field(default_factory=list)
    large: int = 0
    large_published: int = 0

    def judged(self) -> dict[str, Any]:
        """The verdict: what was withheld, found, and left to readers."""
        found = attack(self.papers, self.truths)
        return {
            "packs": len(self.papers),
            "withheld": withheld_in_all(self.papers),
            **by_kind(found),
            "means_that_tell": len(means_that_tell(self.papers, self.members)),
            "share_of_large_published": round(self.large_published / max(self.large, 1), 4),
        }


def packs_of(
    builds: Sequence[Path],
    identities: Identities,
    place: Path,
    render: Render,
) -> Packs:
    """Print the pack of each build, one after the other, knowing so much of how figures hang together."""
    folder, made = DataFolder(place / "data"), Packs()
    folder.create()
    ledger = Ledger(folder.ledger)
    ledger.set_fact("key_check", "of a test")
    for number, build in enumerate(builds):
        marts = folder.work / f"run-{number}.duckdb"
        shutil.copyfile(build, marts)
        ledger.record_run("started", f"run-{number}", DETAIL)
        memory = read_memory(folder)
        write_public_edition(marts, identities, memory)
        with duckdb.connect(str(marts), read_only=True) as connection:
            verdict = verdict_on(pack_in(connection, identities, memory), withheld_in(connection))
            made.members.append(_members(connection))
        made.large += verdict.large
        made.large_published += verdict.large_published
        for edition, found in (("public", made.papers), ("restricted", made.truths)):
            pages = place / f"run-{number}" / edition
            pages.mkdir(parents=True)
            render(marts, pages, edition)
            found.append(read_pack(pages))
        remember(folder, ledger, marts, f"run-{number}", identities)
        ledger.record_run("published", f"run-{number}", {})
        marts.unlink()
    return made


def _members(connection: duckdb.DuckDBPyConnection) -> Members:
    """By measure and last day: the records behind its mean, and what each of them adds."""
    found: dict[tuple[str, date], set[tuple[str, float]]] = defaultdict(set)
    rows = connection.execute(
        "select indicators.position, figures.period_end, records.record_key, records.numerator_amount"
        " from marts.rpt_figures as figures inner join marts.dim_indicators as indicators"
        " on figures.indicator_id = indicators.indicator_id inner join marts.fct_counted_records as records"
        " on figures.indicator_id = records.indicator_id and figures.area_code = records.area_code"
        " where indicators.kind = 'mean' and figures.edition = 'restricted' and records.denominator_amount <> 0"
        " and records.counted_on between figures.period_start and figures.period_end"
        " and coalesce(figures.period_end < records.superseded_on, true)"
        " and figures.area_code in (select area_code from marts.dim_areas where is_home)"
    ).fetchall()
    for position, end, record, amount in rows:
        found[position, end].add((record, amount))
    return {key: frozenset(records) for key, records in found.items()}
