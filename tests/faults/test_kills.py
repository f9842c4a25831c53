"""`kill -9` and full disks at chosen points: readers keep the last good warehouse, the next run is whole.

The nights are those of `tests.story`: after the first, the second night's deliveries arrive and the run that
takes them in is killed. Whatever happened, the end must be the second night as it was undisturbed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder
from tests import extracts
from tests.commands import Ran, begin, cypp, finish
from tests.faults.reader import read_parquet, read_warehouse
from tests.nights import take_in_all
from tests.story import Story, content, first_reported, query, run_ids, send_again

KILLED = -9
INTAKE = "orchestration.intake"
# While landing is taken in: nothing of the build or of the published files has been touched yet.
TAKING_IN = {
    "during extraction": f"{INTAKE}.judging:tables_of_rows:before:9",
    "tables written, archive not": f"{INTAKE}.submissions:archive_folder:before:2",
    "archive copies in place, tables not entered": f"{INTAKE}.ledger:Ledger.enter_tables:before:2",
    "tables entered, former files still there": f"{INTAKE}.ledger:Ledger.enter_tables:after:2",
    "tables in place, ledger not": f"{INTAKE}.submissions:_version:before:3",
    "ledger event written": f"{INTAKE}.ledger:Ledger.record_version:after:2",
}
# The others run in `make faults`: each takes 20 seconds.
IN_EVERY_RUN = "tables in place, ledger not"
PUBLISH, SERVING = "orchestration.warehouse.publish", "orchestration.warehouse.serving"
# With a finished build in place of dbt's; the run that dies is the second night's.
BEFORE_REPLACING = {
    "parquet half written": f"{PUBLISH}:_quoted:before:4",
    "before the warehouse is replaced": f"{SERVING}:put_in_place:before:1",
}
AFTER_REPLACING = {
    "between the warehouse and the links": f"{PUBLISH}:switch:before:1",
    "between the two links": f"{PUBLISH}:switch:before:2",
    "before its copy is kept": f"{SERVING}:keep:before:1",
    # The first call settles the run that died before, the second enters this one.
    "before the ledger knows": f"{INTAKE}.ledger:Ledger.record_run:before:3",
}


def _command(point: str, data: Path, finished: Path | None = None) -> tuple[str, ...]:
    chosen = f"{point}+build={finished}" if finished else point
    return (
        sys.executable,
        "-m",
        "tests.faults.killed",
        chosen,
        "run",
        "--force",
        "--data-dir",
        str(data),
    )


def _run(point: str, data: Path, finished: Path | None = None) -> Ran:
    return finish(begin(_command(point, data, finished)))


@pytest.fixture
def data(story: Story, tmp_path: Path) -> Path:
    """The first night's folder with the second night's deliveries in landing."""
    folder = story.first.copy(tmp_path / "data")
    send_again(folder / "landing")
    return folder


def _assert_whole(data: Path, *runs: str) -> None:
    """Both surfaces can be read and are each of one run."""
    assert read_warehouse(data / "warehouse" / "warehouse.duckdb") <= set(runs)
    found = read_parquet(data / "warehouse" / "parquet")
    assert len(found) == 1
    assert found <= set(runs)


def _intake_state(data: Path) -> dict[str, object]:
    """What the taking-in leaves, without moments: versions with their verdicts, and every file's content."""
    folder = DataFolder(data)
    files = {
        str(path.relative_to(data)): path.read_bytes()
        for place in (folder.archive, folder.raw, folder.quality / "set_aside", folder.restricted)
        for path in place.rglob("*")
        # What a run says of itself names the files where they stand.
        if path.is_file()
        and not {folder.raw / "run", folder.restricted / "account"} & set(path.parents)
    }
    versions = {
        (v.area_code, v.source, v.folder_month, v.version, v.verdict, v.reason)
        for v in Ledger(folder.ledger).versions()
    }
    return {**files, "versions": versions}


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(point, id=name, marks=() if name == IN_EVERY_RUN else pytest.mark.faults)
        for name, point in TAKING_IN.items()
    ],
)
def test_killed_while_taking_in(point: str, story: Story, data: Path) -> None:
    dead = _run(point, data)

    assert dead.status == KILLED
    _assert_whole(data, *run_ids(story.first.warehouse))
    folder = DataFolder(data)
    take_in_all(folder)
    assert _intake_state(data) == _intake_state(story.second.data)
    receipts = Ledger(folder.ledger).receipts()
    assert len(
        {(r.version.source, r.version.area_code, r.version.version) for r in receipts}
    ) == len(receipts)


@pytest.mark.faults
def test_workers_end_with_the_run_that_started_them(tmp_path: Path) -> None:
    """Killed while a pool extracts: nobody goes on writing into the folder of the next run."""
    empty = tmp_path / "data"
    extracts.write_landing(empty / "landing")
    point = f"{INTAKE}.submissions:_settle:before:1"
    assert _run(point, empty).status == KILLED

    deadline = time.monotonic() + 10
    while _processes_of(empty) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _processes_of(empty) == []
    before = {path: path.stat().st_mtime_ns for path in (empty / ".work").rglob("*")}
    time.sleep(0.5)
    assert {path: path.stat().st_mtime_ns for path in (empty / ".work").rglob("*")} == before


def _processes_of(data: Path) -> list[str]:
    """Processes that still work for a run on this folder: by their environment, arguments or working files."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            opened = [str(file.readlink()) for file in (process / "fd").iterdir()]
        except OSError:
            continue
        if str(data).encode() in said or any(name.startswith(str(data)) for name in opened):
            found.append(process.name)
    return found


def _deliver_in_another_order(story: Story, folder: DataFolder) -> None:
    """The first night's files, the newest months first, over several takings-in; the key is the story's."""
    folder.create()
    key = (story.first.data / "restricted" / "hmac.key").read_bytes()
    extracts.write_bytes(folder.restricted / "hmac.key", key).chmod(0o600)
    for part in (extracts.SUBMISSIONS[4:1:-1], extracts.SUBMISSIONS[:5:-1], extracts.SUBMISSIONS):
        for area, source, month in part:
            extracts.write_submission(folder.landing, area, source, month)
        take_in_all(folder)


@pytest.mark.faults
def test_clean_rebuild_in_another_order_killed_during_dbt_and_at_every_point_of_publishing(
    story: Story, tmp_path: Path
) -> None:
    """One folder through all of it, each run killed; then one run that is left alone."""
    folder = DataFolder(tmp_path / "data")
    data, warehouse, first = folder.root, folder.warehouse_file, story.first.warehouse
    _deliver_in_another_order(story, folder)
    assert _run("none", data, first).status == 0
    served = run_ids(warehouse)
    send_again(folder.landing)

    assert (
        _run("dagster+orchestration.dagster.transformation:say_progress:before:50", data).status
        == KILLED
    )
    _wait_for_no_process_of(data)
    _assert_whole(data, *served)
    for point in BEFORE_REPLACING.values():
        assert _run(point, data, story.second.warehouse).status == KILLED
        _assert_whole(data, *served)
        assert first_reported(warehouse) == first_reported(first)
    for point in AFTER_REPLACING.values():
        assert _run(point, data, story.second.warehouse).status == KILLED
        _assert_whole(data, *_runs(data))
    left_alone = cypp(data, "run")

    assert left_alone.status == 0
    assert content(warehouse) == content(story.second.warehouse)
    assert first_reported(warehouse) == first_reported(story.second.warehouse)
    _assert_whole(data, *run_ids(warehouse))
    # The runs whose warehouse served are known as published; those before them never were.
    events = [event for _, event, _, _ in Ledger(folder.ledger).runs()]
    died_before, died_after = 1 + len(BEFORE_REPLACING), len(AFTER_REPLACING)
    assert (events.count("published"), events.count("failed")) == (1 + died_after + 1, died_before)
    assert query(warehouse, "select count(*) from marts.dim_runs") == [(1 + died_after + 1,)]
    assert (len(list(folder.warehouse.glob(".parquet-*"))), len(list(data.glob(".outputs-*")))) == (
        2,
        2,
    )


@pytest.mark.faults
def test_second_of_two_runs_waits_for_the_first(story: Story, tmp_path: Path) -> None:
    data = story.second.copy(tmp_path / "data")
    processes = [begin(_command("none", data, story.second.warehouse)) for _ in range(2)]

    assert [finish(process).status for process in processes] == [0, 0]
    events = [(event, run_id) for run_id, event, _, _ in Ledger(data / "ledger").runs()][-4:]
    assert [event for event, _ in events] == ["started", "published"] * 2
    assert (events[0][1] == events[1][1], events[2][1] == events[3][1]) == (True, True)
    _assert_whole(data, events[3][1])


def _runs(data: Path) -> set[str]:
    return {run_id for run_id, *_ in Ledger(data / "ledger").runs()}


def _wait_for_no_process_of(data: Path) -> None:
    deadline = time.monotonic() + 10
    while _processes_of(data):
        assert time.monotonic() < deadline, "dbt went on without the run that started it"
        time.sleep(0.1)


@pytest.mark.faults
@pytest.mark.parametrize(
    "point",
    [f"{INTAKE}.submissions:put_folder:full:2", f"{PUBLISH}:write_parquet:full:1", f"{SERVING}:put_in_place:full:1"],
)  # fmt: skip
def test_full_disk_publishes_nothing_and_says_why(point: str, story: Story, data: Path) -> None:
    """As root no permission bites, so the error is raised where the system would raise it."""
    ran = _run(point, data, story.second.warehouse)

    assert (ran.status, "No space left on device" in ran.err, "Traceback" in ran.err) == (
        1,
        True,
        False,
    )
    _assert_whole(data, *run_ids(story.first.warehouse))
    assert content(data / "warehouse" / "warehouse.duckdb") == content(story.first.warehouse)


@pytest.mark.faults
def test_disk_without_room_is_said_before_anything_is_written_and_the_next_run_goes_on(
    story: Story, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    used = sum(path.stat().st_size for path in story.first.data.rglob("*") if path.is_file())
    size = f"size={used // 2**20 + 60}m"
    mount = ("mount", "-t", "tmpfs", "-o", size, "cypp-test", str(disk))
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a disk of a chosen size needs root")
    try:
        data = story.first.copy(disk / "data")
        send_again(data / "landing")
        before = _intake_state(data)

        refused = _run("none", data, story.second.warehouse)

        assert (refused.status, "make room there" in refused.err) == (1, True)
        assert _intake_state(data) == before
        assert content(data / "warehouse" / "warehouse.duckdb") == content(story.first.warehouse)

        subprocess.run(("mount", "-o", "remount,size=2g", str(disk)), check=True)
        assert _run("none", data, story.second.warehouse).status == 0
        assert run_ids(data / "warehouse" / "warehouse.duckdb") <= _runs(data)
    finally:
        subprocess.run(("umount", str(disk)), check=True)


@pytest.mark.faults
def test_damaged_warehouse_is_replaced_by_its_copy_though_the_run_then_dies(
    story: Story, data: Path
) -> None:
    warehouse = data / "warehouse" / "warehouse.duckdb"
    warehouse.chmod(0o644)
    warehouse.write_bytes(b"\0" * 4096)

    assert _run(f"{PUBLISH}:write_parquet:before:1", data, story.second.warehouse).status == KILLED

    assert content(warehouse) == content(story.first.warehouse)
    _assert_whole(data, *run_ids(story.first.warehouse))


@pytest.mark.faults
@pytest.mark.parametrize(
    "point",
    [
        "orchestration.dagster.transformation:say_progress:stop:20",
        "sqlalchemy.engine.default:DefaultDialect.do_close:stop:5",
    ],
    ids=["while dbt runs", "as Dagster closes a connection"],
)
def test_interrupted_run_says_so_in_one_line_and_leaves_nothing_running(
    story: Story, data: Path, point: str
) -> None:
    ran = _run(f"dagster+{point}", data)

    assert ran.status == 1
    assert "Nothing published, the last good warehouse stays in place: interrupted" in ran.err
    assert "Traceback" not in ran.err
    _wait_for_no_process_of(data)
    _assert_whole(data, *run_ids(story.first.warehouse))
