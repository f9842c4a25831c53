"""What each run published otherwise than the run before, kept in the ledger for good (`fct_vintages`)."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.durable import put
from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened
from orchestration.warehouse.schemas import input_schema

KEPT = "vintages"
PLACE = "run_number"


def vintages_so_far(ledger: Ledger) -> pa.Table:
    """What runs have published so far, with the place of each run; those that never published do not count."""
    schema = input_schema(KEPT)
    tables = [
        pq.read_table(path).append_column(PLACE, pa.array([place] * pq.read_metadata(path).num_rows, pa.int64()))
        for place, (_, path) in enumerate(ledger.kept_by_runs(KEPT), start=1)
    ]  # fmt: skip
    return pa.concat_tables(tables).cast(schema) if tables else schema.empty_table()


def store(folder: DataFolder, marts: Path, run_id: str) -> None:
    """Keep what the run that is about to publish says otherwise than the one before."""
    stored = folder.ledger / KEPT
    stored.mkdir(mode=0o700, exist_ok=True)
    columns = ", ".join(name for name in input_schema(KEPT).names if name != PLACE)
    with opened(marts) as connection:
        fresh = connection.execute(
            f"select {columns} from marts.fct_vintages where run_id = ?",  # noqa: S608 -- declared names
            [run_id],
        ).to_arrow_table()
    if fresh.num_rows:
        partial = stored / f"{run_id}.partial"
        pq.write_table(fresh, partial)
        put(partial, stored / f"{run_id}.parquet")
