"""What public packs have printed and withheld so far, issued or not: what was printed cannot be taken back.

Two Parquet files per run in `ledger/`, with what was not so in the pack before: the figures, and what each month adds
to them. The ledger proves each.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.durable import put
from orchestration.ledger.kept_files import ISSUED
from orchestration.ledger.ledger import Ledger
from orchestration.reports.disclosure.figures import (
    FigureKey,
    Month,
    MonthlyKey,
    PrintedFigure,
    read_figures,
    read_months,
    read_records,
)
from orchestration.reports.disclosure.identities import Identities
from orchestration.reports.disclosure.means import PrintedMean, PrintedMeans, mean_of
from orchestration.reports.disclosure.release import State
from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened
from orchestration.warehouse.publish import NotPublishable

KEPT, KEPT_MONTHS = "printed", "printed_months"
FIGURES_FILE = "figures.json"
FIGURES = pa.schema(
    [
        ("indicator_id", pa.string()), ("area_code", pa.string()), ("period_start", pa.date32()),
        ("period_end", pa.date32()), ("kind", pa.string()), ("population", pa.string()),
        ("numerator", pa.float64()), ("denominator", pa.float64()), ("value", pa.float64()),
        ("is_of_few", pa.bool_()), ("is_printed", pa.bool_()), ("members", pa.list_(pa.uint64())),
    ]
)  # fmt: skip
MONTHS = pa.schema(
    [
        ("indicator_id", pa.string()), ("area_code", pa.string()), ("part", pa.string()),
        ("month", pa.date32()), ("amount", pa.float64()),
    ]
)  # fmt: skip
KEYS = {KEPT: ("indicator_id", "area_code", "period_end"), KEPT_MONTHS: MONTHS.names[:-1]}
Row = dict[str, Any]


@dataclass(frozen=True)
class Memory:
    """What earlier packs had, the oldest first; of packs before that was kept, only which figures they printed."""

    states: tuple[State, ...] = ()
    means: PrintedMeans = field(default_factory=dict)
    issued: frozenset[FigureKey] = frozenset()


def read_memory(folder: DataFolder) -> Memory:
    """Everything that a public pack has printed; raises LedgerDamaged where a part of it is not as it was kept."""
    ledger = Ledger(folder.ledger)
    ledger.check_packs()
    figures, months = dict(_kept(ledger, KEPT)), dict(_kept(ledger, KEPT_MONTHS))
    states, means, issued = [], defaultdict(list), _issued(folder)
    for run_id in (run.run_id for run in ledger.published_runs()):
        rows = figures.get(run_id, [])
        # Of an earlier version, which kept the printed numbers only.
        issued |= {_key(row) for row in rows if "is_printed" not in row}
        told = [row for row in rows if "is_printed" in row]
        if told or run_id in months:
            states.append(_state(told, months.get(run_id, [])))
        for row in told:
            if row["is_printed"] and row["members"] is not None:
                mean = PrintedMean(
                    row["period_start"], row["period_end"], row["value"], frozenset(row["members"])
                )
                means[row["indicator_id"], row["area_code"]].append(mean)
    known = {figure.key for state in states for figure in state.figures}
    return Memory(tuple(states), means, frozenset(issued - known))


def _kept(ledger: Ledger, name: str) -> Iterator[tuple[str, list[Row]]]:
    for run, path in ledger.kept_by_runs(name):
        rows = pq.read_table(path).to_pylist()
        # Earlier versions did not ask how many people are behind a share.
        told = [
            row | {"is_of_few": bool(row.get("is_of_few"))} if "is_printed" in row else row
            for row in rows
        ]
        yield run.run_id, told


def _key(row: Row) -> FigureKey:
    return row["indicator_id"], row["area_code"], row["period_end"]


def _issued(folder: DataFolder) -> set[FigureKey]:
    return {
        (indicator_id, area_code, date.fromisoformat(period_end))
        for path in (folder.ledger / ISSUED).glob(f"*/{FIGURES_FILE}")
        for indicator_id, area_code, period_end in json.loads(path.read_text(encoding="utf-8"))
    }


def _state(rows: list[Row], months: list[Row]) -> State:
    added: dict[MonthlyKey, dict[Month, float]] = defaultdict(dict)
    for row in months:
        added[row["indicator_id"], row["area_code"], row["part"]][row["month"]] = row["amount"]
    return State(
        tuple(PrintedFigure(*(row[name] for name in FIGURES.names[:-2])) for row in rows),
        added,
        frozenset(_key(row) for row in rows if row["is_printed"]),
    )


def remember(
    folder: DataFolder, ledger: Ledger, marts: Path, run_id: str, identities: Identities
) -> None:
    """Keep what is not in the pack of the run about to publish as it was in the one before.

    Raises NotPublishable where the run has published a pack already and this one prints something else.
    """
    with opened(marts) as connection:
        now = {
            KEPT: _figures_now(connection, identities),
            KEPT_MONTHS: _months_now(connection),
        }
    for name, rows in now.items():
        kept = list(_kept(ledger, name))
        fresh = _changed(rows, kept, KEYS[name])
        if fresh and any(run == run_id for run, _ in kept):
            raise NotPublishable(
                "this run has published a pack with other figures: `cypp run --force` makes a new one"
            )
        if fresh:
            stored = folder.ledger / name
            stored.mkdir(mode=0o700, exist_ok=True)
            partial = stored / f"{run_id}.partial"
            schema = FIGURES if name == KEPT else MONTHS
            pq.write_table(pa.Table.from_pylist(fresh, schema=schema), partial)
            put(partial, stored / f"{run_id}.parquet")


def _figures_now(connection: duckdb.DuckDBPyConnection, identities: Identities) -> list[Row]:
    shown = {
        (indicator_id, area_code, end): has_value
        for indicator_id, area_code, end, has_value in connection.execute(
            "select indicator_id, area_code, period_end, value is not null from marts.rpt_figures"
            " where edition = 'public' and (numerator is not null or denominator is not null)"
        ).fetchall()
    }
    records, rows = read_records(connection, identities.sums), []
    for figure in read_figures(connection):
        is_sum, members = figure.indicator_id in identities.sums, None
        if is_sum and shown.get(figure.key):
            own = records.get((figure.indicator_id, figure.area_code), [])
            members = sorted(mean_of(figure, own).members)
        said = (getattr(figure, name) for name in FIGURES.names[:-2])
        rows.append(dict(zip(FIGURES.names, (*said, figure.key in shown, members), strict=True)))
    return rows


def _months_now(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    return [
        dict(zip(MONTHS.names, (*key, month, amount), strict=True))
        for key, months in read_months(connection).items()
        for month, amount in months.items()
    ]


def _changed(
    rows: list[Row], kept: list[tuple[str, list[Row]]], key: tuple[str, ...] | list[str]
) -> list[Row]:
    """The rows that are not as they were; a month to which nothing is added any more adds 0."""
    last: dict[tuple[Any, ...], Row] = {}
    for row in (row for _, some in kept for row in some):
        last[tuple(row[name] for name in key)] = row
    now = {tuple(row[name] for name in key): row for row in rows}
    gone = [
        {**row, "amount": 0.0}
        for name, row in last.items()
        if name not in now and row.get("amount")
    ]
    return [row for name, row in sorted(now.items()) if row != last.get(name)] + gone
