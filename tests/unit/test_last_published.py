"""What a run reads from the warehouse that serves, also from one of an earlier version of the code."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.checks.holds import NATIONAL
from orchestration.checks.tables import Rule, TableCheck, TableCount
from orchestration.settings import DataFolder
from orchestration.warehouse.inputs import areas_held, write_last_published
from orchestration.warehouse.schemas import input_schema

MARTS = {
    "fct_indicator_values": input_schema("last_values"),
    "fct_counted_records": input_schema("last_records"),
}


def _warehouse(folder: DataFolder, lacking: str | None) -> None:
    folder.warehouse_file.parent.mkdir(parents=True)
    with duckdb.connect(str(folder.warehouse_file)) as connection:
        connection.execute("create schema marts")
        for mart, schema in MARTS.items():
            known = [(one.name, one.type) for one in schema if one.name != lacking]
            row = pa.table({name: pa.nulls(1, kind) for name, kind in known})
            connection.register("row", row)
            connection.execute(f"create table marts.{mart} as select * from row")


@pytest.mark.parametrize("lacking", [None, "superseded_on"])
def test_column_that_the_serving_warehouse_lacks_is_read_as_null(
    tmp_path: Path, lacking: str | None
) -> None:
    folder = DataFolder(tmp_path / "data")
    _warehouse(folder, lacking)
    write_last_published(folder.warehouse_file, tmp_path, {NATIONAL})
    records = pq.read_table(tmp_path / "last_records.parquet")
    assert records.schema == input_schema("last_records")
    assert records["superseded_on"].to_pylist() == [None]


@pytest.mark.parametrize(("lacking", "kept"), [(None, 2), ("share_of_rate", 1)])
def test_groups_of_a_version_that_called_their_shares_rates_are_not_told(
    tmp_path: Path, lacking: str | None, kept: int
) -> None:
    folder = DataFolder(tmp_path / "data")
    _warehouse(folder, lacking)
    with duckdb.connect(str(folder.warehouse_file)) as connection:
        connection.execute("update marts.fct_indicator_values set breakdown = 'all'")
        connection.execute("insert into marts.fct_indicator_values (breakdown) values ('sex')")
    write_last_published(folder.warehouse_file, tmp_path, {NATIONAL})
    assert pq.read_metadata(tmp_path / "last_values.parquet").num_rows == kept


@pytest.mark.parametrize(
    ("held", "told"),
    [(set(), []), ({"E2"}, ["E2"]), ({"E3"}, []), ({"E3", NATIONAL}, ["E1", "E2"])],
)
def test_only_what_may_be_held_is_told(tmp_path: Path, held: set[str], told: list[str]) -> None:
    folder = DataFolder(tmp_path / "data")
    _warehouse(folder, None)
    with duckdb.connect(str(folder.warehouse_file)) as connection:
        for mart in MARTS:
            connection.execute(f"update marts.{mart} set area_code = 'E1'")
            connection.execute(f"insert into marts.{mart} (area_code) values ('E2')")
    write_last_published(folder.warehouse_file, tmp_path, held)
    for name in ("last_values", "last_records"):
        rows = pq.read_table(tmp_path / f"{name}.parquet")
        assert rows.schema == input_schema(name)
        assert sorted(rows["area_code"].to_pylist()) == told


def _check(month: int, rule: Rule, *, passed: bool) -> TableCheck:
    count = TableCount(
        "one", "E1", "annex_a", date(2025, month, 28), "list_7", 9, 0, is_usable=True
    )
    return TableCheck(rule, count, passed, 0, "")


@pytest.mark.parametrize(
    ("older", "newer", "is_released", "held"),
    [
        (_check(1, "volume", passed=True), _check(2, "volume", passed=False), False, {"E1"}),
        (_check(1, "volume", passed=True), _check(2, "volume", passed=False), True, set()),
        (_check(1, "volume", passed=False), _check(2, "volume", passed=True), False, set()),
        (_check(1, "lost", passed=False), _check(2, "volume", passed=True), False, {"E1"}),
        (_check(1, "volume", passed=True), _check(2, "fewer_rows", passed=False), False, set()),
    ],
)  # fmt: skip
def test_an_area_is_held_by_the_newest_extract_of_a_table_or_by_what_is_lost(
    older: TableCheck, newer: TableCheck, is_released: bool, held: set[str]
) -> None:
    assert areas_held([(older, is_released), (newer, is_released)]) == held
    assert areas_held([(newer, is_released), (older, is_released)]) == held
