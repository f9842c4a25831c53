"""What public packs have printed so far, issued or not, with the values that they printed: nobody can take it back.

One Parquet file per run in `ledger/printed`, with what no earlier pack has said; the ledger proves each.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from orchestration.durable import put
from orchestration.intake.kept_files import ISSUED
from orchestration.intake.ledger import Ledger
from orchestration.reports.disclosure.release import FigureKey, PrintedFigure
from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened
from orchestration.warehouse.publish import NotPublishable

KEPT = "printed"
FIGURES_FILE = "figures.json"
_PUBLIC_FIGURES = """
    select indicator_id, area_code, period_end, numerator, denominator, value
    from marts.rpt_figures
    where edition = 'public' and (numerator is not null or denominator is not null or value is not null)
"""
Shown = tuple[float | None, float | None, float | None]
"""Numerator, denominator and value, as a pack printed them."""


@dataclass(frozen=True)
class Memory:
    """What earlier packs printed, by figure; of packs issued before values were kept, only which figures."""

    shown: Mapping[FigureKey, frozenset[Shown]] = field(default_factory=dict)
    issued: frozenset[FigureKey] = frozenset()

    def has(self, figure: PrintedFigure, is_sum: bool) -> bool:
        """Whether a pack has printed the figure as it is now."""
        earlier = self.shown.get(figure.key, frozenset())
        if not earlier:
            return figure.key in self.issued
        return any(_is_same(figure, shown, is_sum) for shown in earlier)

    def has_other(self, figure: PrintedFigure, is_sum: bool) -> bool:
        """Whether a pack has printed the figure with another value: it has been restated since."""
        earlier = self.shown.get(figure.key, frozenset())
        return any(not _is_same(figure, shown, is_sum) for shown in earlier)


def _is_same(figure: PrintedFigure, shown: Shown, is_sum: bool) -> bool:
    numerator, denominator, value = shown
    # The sum of a mean is not printed; a percentage may have been rounded further than it is now.
    own = figure.value == value if is_sum else figure.numerator == numerator
    return own and figure.denominator == denominator


def read_memory(folder: DataFolder) -> Memory:
    """Everything that a public pack has printed; raises LedgerDamaged where a part of it is not as it was kept."""
    ledger = Ledger(folder.ledger)
    ledger.check_packs()
    shown: dict[FigureKey, set[Shown]] = defaultdict(set)
    for _, path in ledger.kept_by_runs(KEPT):
        for row in pq.read_table(path).to_pylist():
            key = (row["indicator_id"], row["area_code"], row["period_end"])
            shown[key].add((row["numerator"], row["denominator"], row["value"]))
    issued = {
        (indicator_id, area_code, date.fromisoformat(period_end))
        for path in (folder.ledger / ISSUED).glob(f"*/{FIGURES_FILE}")
        for indicator_id, area_code, period_end in json.loads(path.read_text(encoding="utf-8"))
    }
    return Memory({key: frozenset(some) for key, some in shown.items()}, frozenset(issued))


def remember(folder: DataFolder, ledger: Ledger, marts: Path, run_id: str) -> None:
    """Keep what the pack of the run about to publish prints for the first time.

    Raises NotPublishable where the run has published a pack already and this one prints something else.
    """
    stored = folder.ledger / KEPT
    stored.mkdir(mode=0o700, exist_ok=True)
    kept = list(ledger.kept_by_runs(KEPT))
    earlier = [str(path) for _, path in kept]
    known = f"select * from read_parquet({earlier})" if earlier else f"{_PUBLIC_FIGURES} limit 0"
    with opened(marts) as connection:
        fresh = connection.execute(f"({_PUBLIC_FIGURES}) except ({known})").to_arrow_table()
    if fresh.num_rows:
        if any(run.run_id == run_id for run, _ in kept):
            raise NotPublishable(
                "this run has published a pack with other figures: `cypp run --force` makes a new one"
            )
        partial = stored / f"{run_id}.partial"
        pq.write_table(fresh, partial)
        put(partial, stored / f"{run_id}.parquet")
