"""The tables of `raw/`: their schemas, and judged rows -> Parquet, loaded and set aside apart."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.checks import UNMAPPED
from expectations.contract import Column, Table

ARROW_TYPES = {
    "date": pa.date32(), "integer": pa.int64(), "decimal": pa.float64(), "flag": pa.bool_(),
    "academic_year": pa.int64(), "week": pa.date32(),
}  # fmt: skip
ROW_COLUMNS = {
    "submission_id": pa.string(), "row_id": pa.int64(), "source_row": pa.int64(),
    "unreadable_columns": pa.string(), "doubted_columns": pa.string(),
}  # fmt: skip
SET_ASIDE_FOLDER = "set_aside"


def arrow_type(column: Column) -> pa.DataType:
    """How a column is stored; an identifier as its key."""
    return ARROW_TYPES.get(column.type, pa.string())


def raw_schema(table: Table) -> pa.Schema:
    """The Parquet schema of a table in `raw/`."""
    columns = {
        column.stored_name(name): arrow_type(column)
        for name, column in table.stored_columns.items()
    }
    carries = {f"has_{record}": pa.bool_() for record in table.records}
    return pa.schema([*ROW_COLUMNS.items(), *columns.items(), *carries.items()])


def unit_table(table_name: str) -> str:
    """The name of the table in `raw/` with the units of replacement that a table names."""
    return f"{table_name}_units"


def unit_schema(table: Table) -> pa.Schema:
    """The Parquet schema of the units of replacement."""
    columns = {name: arrow_type(table.columns[name]) for name in table.unit}
    return pa.schema([("submission_id", pa.string()), *columns.items()])


def write_raw_table(
    target: Path, name: str, table: Table, rows: pa.Table, outcomes: Mapping[str, np.ndarray]
) -> None:
    """Write the judged rows of a table of one version to `target`, those loaded and those set aside apart.

    `outcomes`: by row whether it is `kept` and `quarantined`, and for each record `has_<record>`. Rows set aside
    (quarantined or repeated) are kept for their owner, never counted.
    """
    if table.unit:
        _write_units(rows, table, target / f"{unit_table(name)}.parquet")
    schema = raw_schema(table)
    for record in table.records:
        rows = rows.append_column(f"has_{record}", pa.array(outcomes[f"has_{record}"]))
    kept = outcomes["kept"]
    rows = rows.append_column(
        "outcome", pa.array(np.where(outcomes["quarantined"], "quarantined", "deduplicated"))
    )
    loaded = rows.filter(pa.array(kept)).select(schema.names).cast(schema)
    pq.write_table(loaded, target / f"{name}.parquet", compression="zstd")
    if not kept.all():
        aside = schema.append(pa.field("outcome", pa.string()))
        rest = rows.filter(pa.array(~kept)).select(aside.names).cast(aside)
        (target / SET_ASIDE_FOLDER).mkdir(exist_ok=True)
        pq.write_table(rest, target / SET_ASIDE_FOLDER / f"{name}.parquet", compression="zstd")


def _write_units(rows: pa.Table, table: Table, path: Path) -> None:
    """The units that the table names, those of rows set aside too: it replaces each of them whole."""
    units = rows.select(["submission_id", *table.unit]).to_pandas(integer_object_nulls=True)
    units = units.dropna().drop_duplicates()
    named = units[(units != UNMAPPED).all(axis=1)]
    pq.write_table(
        pa.Table.from_pandas(named, schema=unit_schema(table), preserve_index=False), path
    )
