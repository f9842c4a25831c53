"""Spark builds every model, and what `cypp run` publishes with it is what DuckDB publishes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyspark
import pytest

from orchestration.settings import DataFolder
from tests.commands import cypp
from tests.engine.runs import CYPP, OTHER_DISK, SAID, Built, write_settings

pytestmark = pytest.mark.engine

# Another run has another name, and other moments.
OF_THE_RUN = "run_id"
MOMENTS = ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE")
NUMBERS = re.compile(r"DOUBLE|FLOAT|BIGINT|INTEGER|HUGEINT|SMALLINT|DECIMAL")
LAYERS = {"layers": "layers_file", "marts": "building_file"}


@pytest.fixture(scope="module")
def both(on_duckdb: Built, on_spark: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """The private files of both runs side by side."""
    with duckdb.connect() as connection:
        for name, built in {"duck": on_duckdb, "spark": on_spark}.items():
            for layer, file in LAYERS.items():
                path = getattr(built.folder, file)
                connection.execute(f"attach '{path}' as {name}_{layer} (read_only)")
        yield connection


def _compared(column: str, kind: str) -> str:
    if NUMBERS.match(kind):
        return f'round(cast("{column}" as double), 9)'
    # A map has no order, and DuckDB compares none.
    return f'cast("{column}" as varchar)' if kind.startswith("MAP") else f'"{column}"'


def _rows(connection: duckdb.DuckDBPyConnection, place: str, schema: str, table: str) -> str:
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = ? and schema_name = ? and table_name = ?"
        " order by column_name",
        [place, schema, table],
    ).fetchall()
    kept = [_compared(*column) for column in columns if column[0] != OF_THE_RUN and column[1] not in MOMENTS]  # fmt: skip
    return f"select {', '.join(kept)} from {place}.{schema}.{table}"


def test_both_runs_publish(on_duckdb: Built, on_spark: Built) -> None:
    assert on_duckdb.ran.status == 0, on_duckdb.ran.err
    assert on_spark.ran.status == 0, on_spark.ran.err
    assert on_spark.executors == {"0", "1"}


def test_every_table_is_equal(
    both: duckdb.DuckDBPyConnection, on_spark: Built, pytestconfig: pytest.Config
) -> None:
    tables, differing, rows = 0, {}, 0
    for layer in LAYERS:
        here, there = f"duck_{layer}", f"spark_{layer}"
        names = both.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = ? order by all", [here]
        ).fetchall()  # fmt: skip
        assert names
        for schema, table in names:
            mine, other = (_rows(both, place, schema, table) for place in (here, there))
            found = both.execute(
                f"select (select count(*) from ({mine})), (select count(*) from ({mine} except all {other})),"
                f" (select count(*) from ({other} except all {mine}))"
            ).fetchone()
            assert found is not None
            tables, rows = tables + 1, rows + found[0]
            if any(found[1:]):
                differing[f"{schema}.{table}"] = found
    assert differing == {}
    executors = len(on_spark.executors)
    pytestconfig.stash[SAID] = (
        f"{tables - len(differing)} of {tables} tables equal, {rows} rows, {executors} executors"
    )


def test_every_table_was_built_by_spark(both: duckdb.DuckDBPyConnection, on_spark: Built) -> None:
    """What DuckDB computes itself is seeds and the models in Python."""
    built = {path.name for path in (on_spark.folder.spark / "warehouse").glob("*.db/*")}
    tables = both.execute(
        "select table_name from duckdb_tables() where database_name like 'spark_%' and schema_name <> 'seeds'"
    ).fetchall()
    assert {name for (name,) in tables} - built == {"val_anomalies", "val_changes", "val_change_parts"}  # fmt: skip


def test_moments_are_those_that_were_told(both: duckdb.DuckDBPyConnection, on_spark: Built) -> None:
    told = on_spark.folder.raw / "run" / "receipts.parquet"
    built = "from spark_marts.marts.fct_submissions where received_at is not null"
    assert both.sql(f"select 1 {built}")
    moved = f"select submission_id, received_at {built} except select submission_id, received_at from '{told}'"
    assert both.sql(moved).fetchall() == []


def test_nothing_is_left_on_another_disk(on_spark: Built) -> None:
    assert list((on_spark.folder.root.parent / OTHER_DISK).iterdir()) == []


def _printed(folder: DataFolder) -> dict[str, str]:
    """The text of each page and table of the reports, without what names the run."""
    names_of_runs = re.compile(r"\d{8}T\d{6}-\w+|\d{1,2}:\d{2}(:\d{2})?")
    return {
        str(path.relative_to(folder.outputs)): names_of_runs.sub(
            "", path.read_text(encoding="utf-8")
        )
        for ending in ("*.csv", "*.html")
        for path in sorted(folder.outputs.rglob(ending))
    }


def test_reports_are_equal(on_duckdb: Built, on_spark: Built) -> None:
    mine, other = _printed(on_duckdb.folder), _printed(on_spark.folder)
    assert mine.keys() == other.keys()
    assert [name for name in mine if mine[name] != other[name]] == []


def test_no_key_of_a_child_is_left_where_spark_writes_words(
    both: duckdb.DuckDBPyConnection, on_spark: Built
) -> None:
    keys = both.execute("select distinct child_key from duck_marts.marts.fct_counted_records where child_key is not null").fetchall()  # fmt: skip
    assert keys
    work = Path(pyspark.__file__).parent / "work"
    said = [on_spark.ran.out.encode(), on_spark.ran.err.encode()]
    for place in (on_spark.folder.spark, on_spark.folder.root / ".dagster", work):
        said.extend(
            path.read_bytes()
            for path in place.rglob("*")
            if path.is_file() and path.suffix not in (".parquet", ".crc")
        )
    named = {found for text in said for found in re.findall(rb"[0-9a-f]{32}", text)}
    assert [key for (key,) in keys if key.encode() in named] == []


def test_a_cluster_that_cannot_be_reached_stops_the_run_before_it_begins(tmp_path: Path) -> None:
    write_settings(DataFolder(tmp_path), {"spark.master": "spark://127.0.0.1:1"})
    ran = cypp(tmp_path, "run", command=CYPP)
    assert (ran.status, ran.out) == (2, "")
    assert "spark://127.0.0.1:1" in ran.err
    assert [path.name for path in tmp_path.rglob("*")] == ["settings.toml"]
