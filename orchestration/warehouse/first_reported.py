"""First published values: what this system first said about each row, kept in the ledger for good."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.durable import put
from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened
from orchestration.warehouse.schemas import input_schema

KEPT = "first_reported"


def values_so_far(ledger: Ledger) -> pa.Table:
    """Values first published by earlier runs; those of a run that never published do not count."""
    tables = [pq.read_table(path) for _, path in ledger.kept_by_runs(KEPT)]
    schema = input_schema("first_reported")
    return pa.concat_tables(tables).cast(schema) if tables else schema.empty_table()


def store(folder: DataFolder, marts: Path, run_id: str) -> None:
    """Keep the values that the run about to publish says for the first time."""
    stored = folder.ledger / KEPT
    stored.mkdir(mode=0o700, exist_ok=True)
    known = folder.raw / "run" / "first_reported.parquet"
    columns = ", ".join(input_schema("first_reported").names)
    with opened(marts) as connection:
        fresh = connection.execute(
            f"select {columns} from marts.fct_indicator_values as figures"  # noqa: S608
            " where first_reported_value is not null and not exists ("
            "  select 1 from read_parquet($1) as known where known.indicator_id = figures.indicator_id"
            "  and known.area_code = figures.area_code and known.basis = figures.basis"
            "  and known.period_end = figures.period_end and known.breakdown = figures.breakdown"
            "  and known.breakdown_value = figures.breakdown_value)",
            [str(known)],
        ).to_arrow_table()
    if fresh.num_rows:
        partial = stored / f"{run_id}.partial"
        pq.write_table(fresh, partial)
        put(partial, stored / f"{run_id}.parquet")
