"""Ten publications in a row, each with other content, while readers poll: no error, one run id at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import DataFolder
from orchestration.warehouse import publish
from tests.faults.polling import readers
from tests.faults.reader import read_parquet, read_warehouse

N_PUBLICATIONS = 10
N_READERS = 3


def _make_marts(path: Path, run_id: str, rows: int) -> Path:
    """A small finished build: every published table, with content that tells the runs apart."""
    # A published build stays under this name, too: a new one is a new file.
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        for name in publish.MARTS:
            connection.execute(
                f"create table marts.{name} as select n, repeat('{run_id}', 20) as filling,"
                f" date '2025-03-31' as period_end, cast(null as timestamptz) as finished_at, '{run_id}' as run_id"
                f" from range({rows}) as numbers(n)"
            )
    return path


def _publish(folder: DataFolder, run_id: str, rows: int = 500) -> None:
    """What the nightly job does with a finished build."""
    marts = _make_marts(folder.building_file, run_id, rows)
    publish.enter_end(marts, run_id, datetime.now(UTC))
    publish.verify(marts, run_id)
    parquet = folder.warehouse / f".parquet-{run_id}"
    publish.write_parquet(marts, parquet, run_id)
    publish.replace_warehouse(folder, marts)
    publish.switch(folder.parquet, parquet)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    made = DataFolder(tmp_path / "data")
    made.create()
    _publish(made, "run-00")
    return made


def test_readers_never_fail_and_see_one_run_at_a_time(folder: DataFolder, tmp_path: Path) -> None:
    with readers(folder.root, tmp_path / "stop", N_READERS) as seen:
        time.sleep(1.5)
        for number in range(1, N_PUBLICATIONS + 1):
            _publish(folder, f"run-{number:02}", rows=500 * (number + 1))
            time.sleep(0.2)
        time.sleep(0.5)

    published = {f"run-{number:02}" for number in range(N_PUBLICATIONS + 1)}
    assert seen.errors == []
    assert seen.reads > N_PUBLICATIONS * N_READERS
    for surface in (seen.warehouse, seen.parquet):
        assert {len(run_ids) for run_ids in surface} == {1}
        assert {run_id for run_ids in surface for run_id in run_ids} <= published
        assert len(surface) > N_PUBLICATIONS / 2


def test_reader_who_holds_the_file_open_keeps_a_consistent_view(folder: DataFolder) -> None:
    with duckdb.connect(str(folder.warehouse_file), read_only=True) as connection:
        held = folder.parquet.resolve()
        _publish(folder, "run-01", rows=5000)

        assert connection.execute(
            "select distinct run_id, count(*) over () from marts.dim_areas"
        ).fetchall() == [("run-00", 500)]
        assert read_parquet(held) == {"run-00"}
    assert read_warehouse(folder.warehouse_file) == {"run-01"}
    assert read_parquet(folder.parquet) == {"run-01"}


def test_surfaces_that_nobody_can_be_reading_any_more_are_removed(folder: DataFolder) -> None:
    (folder.warehouse / ".parquet-killed").mkdir()
    for number in (1, 2):
        _publish(folder, f"run-{number:02}")

    assert sorted(path.name for path in folder.warehouse.glob(".parquet*")) == [
        ".parquet-run-01",
        ".parquet-run-02",
    ]


def _drop_a_table(marts: Path) -> None:
    with duckdb.connect(str(marts)) as connection:
        connection.execute("drop table marts.dim_areas")


def _add_a_schema(marts: Path) -> None:
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "create schema staging; create table staging.children (child_id varchar)"
        )


def _mix_runs(marts: Path) -> None:
    with duckdb.connect(str(marts)) as connection:
        connection.execute("update marts.fct_benchmarks set run_id = 'run-00' where n = 7")


def _empty_the_figures(marts: Path) -> None:
    with duckdb.connect(str(marts)) as connection:
        connection.execute("delete from marts.fct_indicator_values")


@pytest.mark.parametrize("spoil", [_drop_a_table, _add_a_schema, _mix_runs, _empty_the_figures])
def test_build_that_is_not_whole_is_not_published(
    spoil: Callable[[Path], None], folder: DataFolder
) -> None:
    marts = _make_marts(folder.building_file, "run-01", 500)
    spoil(marts)

    with pytest.raises(publish.NotPublishable):
        publish.verify(marts, "run-01")

    assert read_warehouse(folder.warehouse_file) == {"run-00"}


def test_log_beside_the_build_is_not_published(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    marts = _make_marts(folder.building_file, "run-01", 500)
    connect = duckdb.connect

    @contextmanager
    def leave_a_log(place: str) -> Generator[duckdb.DuckDBPyConnection]:
        with connect(place) as connection:
            yield connection
        Path(f"{marts}.wal").write_bytes(b"left behind")

    monkeypatch.setattr(publish.duckdb, "connect", leave_a_log)
    with pytest.raises(publish.NotPublishable, match="write-ahead log"):
        publish.verify(marts, "run-01")
