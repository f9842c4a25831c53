"""What a run reads from the warehouse that serves, also from one of an earlier version of the code."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.settings import DataFolder
from orchestration.warehouse.inputs import LAST_RECORDS, LAST_VALUES, write_last_published

MARTS = {"fct_indicator_values": LAST_VALUES, "fct_counted_records": LAST_RECORDS}


def _warehouse(folder: DataFolder, lacking: str | None) -> None:
    folder.warehouse_file.parent.mkdir(parents=True)
    with duckdb.connect(str(folder.warehouse_file)) as connection:
        connection.execute("create schema marts")
        for mart, schema in MARTS.items():
            known = [(name, kind) for name, kind in schema.items() if name != lacking]
            row = pa.table({name: pa.nulls(1, kind) for name, kind in known})
            connection.register("row", row)
            connection.execute(f"create table marts.{mart} as select * from row")


@pytest.mark.parametrize("lacking", [None, "superseded_on"])
def test_column_that_the_serving_warehouse_lacks_is_read_as_null(
    tmp_path: Path, lacking: str | None
) -> None:
    folder = DataFolder(tmp_path / "data")
    _warehouse(folder, lacking)
    write_last_published(folder, tmp_path)
    records = pq.read_table(tmp_path / "last_records.parquet")
    assert records.schema.names == list(LAST_RECORDS)
    assert records["superseded_on"].to_pylist() == [None]
