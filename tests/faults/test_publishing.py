"""Ten publications in a row, each with other content, while readers poll: no error, one run id at a time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration import durable
from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder
from orchestration.warehouse import publish, serving
from orchestration.warehouse.opening import opened
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
                f" date '2025-03-31' as period_end, cast(null as timestamptz) as finished_at,"
                f" cast(null as timestamptz) as published_at, '{run_id}' as run_id"
                f" from range({rows}) as numbers(n)"
            )
    return path


def _publish(folder: DataFolder, run_id: str, rows: int = 500, *, of_night: bool = True) -> None:
    """What the nightly job does with a finished build."""
    marts = _make_marts(folder.building_file, run_id, rows)
    publish.enter_end(marts, run_id, datetime.now(UTC))
    publish.verify(marts, run_id)
    parquet = publish.new_folder(folder.parquet, run_id)
    publish.write_parquet(marts, parquet, run_id)
    serving.announce(Ledger(folder.ledger), run_id, marts)
    serving.put_in_place(marts, folder.warehouse_file)
    publish.switch(folder.parquet, parquet)
    serving.keep(folder, marts, of_night=of_night)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    made = DataFolder(tmp_path / "data")
    made.create()
    Ledger(made.ledger).set_fact("begun", "yes")
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

    assert _parquet_folders(folder) == ["run-01", "run-02"]


def test_what_a_killed_run_did_not_bring_into_place_is_removed(folder: DataFolder) -> None:
    _publish(folder, "run-01")
    publish.write_parquet(
        folder.building_file, publish.new_folder(folder.parquet, "run-02"), "run-02"
    )

    publish.remove_unfinished(folder.parquet)

    assert _parquet_folders(folder) == ["run-00", "run-01"]
    assert read_parquet(folder.parquet) == {"run-01"}


def _parquet_folders(folder: DataFolder) -> list[str]:
    return [path.name[-6:] for path in sorted(folder.warehouse.glob(".parquet-*"))]


def _flip(path: Path) -> None:
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[random.Random(len(content)).randrange(len(content))] ^= 1
    path.write_bytes(content)


def _serving(folder: DataFolder) -> str | None:
    return serving.serving_run_id(folder, Ledger(folder.ledger))


@pytest.mark.parametrize("damage", [_flip, Path.unlink, lambda path: path.write_bytes(b"")])
def test_damaged_warehouse_is_replaced_by_the_kept_copy(
    damage: Callable[[Path], None], folder: DataFolder
) -> None:
    _publish(folder, "run-01")
    before = folder.warehouse_file.read_bytes()
    folder.warehouse_file.chmod(0o600)
    damage(folder.warehouse_file)
    assert serving.damaged_surfaces(folder) == ["warehouse/warehouse.duckdb"]

    assert _serving(folder) == "run-01"

    assert folder.warehouse_file.read_bytes() == before
    assert serving.damaged_surfaces(folder) == []


def test_damaged_warehouse_without_a_whole_copy_is_moved_aside(folder: DataFolder) -> None:
    for path in (folder.warehouse_file, folder.work / serving.KEPT_FILE):
        _flip(path)

    assert _serving(folder) is None

    assert not folder.warehouse_file.exists()
    assert (folder.work / "damaged" / folder.warehouse_file.name).exists()


def test_run_of_an_earlier_day_does_not_take_the_place_of_the_last_night(
    folder: DataFolder,
) -> None:
    ledger = Ledger(folder.ledger)
    _publish(folder, "run-01")
    _publish(folder, "run-02", of_night=False)
    assert _serving(folder) == "run-02"
    kept = serving.last_night(folder, ledger)
    assert publish.run_of(kept) == "run-01"

    _flip(kept)
    assert serving.last_night(folder, ledger) == folder.warehouse_file

    _publish(folder, "run-03")
    assert publish.run_of(serving.last_night(folder, ledger)) == "run-03"


@pytest.mark.parametrize("error", [OSError(24, "Too many open files"), OSError(5, "I/O error")])
def test_error_of_the_system_touches_nothing(
    error: OSError, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (folder.warehouse_file.stat().st_ino, folder.warehouse_file.read_bytes())

    def fail(path: Path) -> str:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(durable, "digest_of", fail)
        with pytest.raises(OSError, match=str(error.strerror)):
            _serving(folder)

    assert (folder.warehouse_file.stat().st_ino, folder.warehouse_file.read_bytes()) == before
    assert _serving(folder) == "run-00"


def test_run_killed_before_its_warehouse_serves_leaves_the_one_that_served(
    folder: DataFolder,
) -> None:
    marts = _make_marts(folder.building_file, "run-01", 500)
    serving.announce(Ledger(folder.ledger), "run-01", marts)

    assert _serving(folder) == "run-00"

    serving.put_in_place(marts, folder.warehouse_file)

    assert _serving(folder) == "run-01"


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

    @contextmanager
    def leave_a_log(place: Path, *, read_only: bool) -> Generator[duckdb.DuckDBPyConnection]:
        with opened(place, read_only=read_only) as connection:
            yield connection
        Path(f"{marts}.wal").write_bytes(b"left behind")

    monkeypatch.setattr(publish, "opened", leave_a_log)
    with pytest.raises(publish.NotPublishable, match="write-ahead log"):
        publish.verify(marts, "run-01")
