"""A ledger in PostgreSQL: proved, moved and backed up as one in its file, and one writer wherever it works.

What holds of both alike is in `tests/unit/ledger/test_ledger.py`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from filelock import Timeout

from orchestration.ledger import chain as chain_module
from orchestration.ledger.chain import Chain
from orchestration.ledger.damage import LedgerDamaged, LedgerUnreachable
from orchestration.ledger.events_in_postgresql import ID_FILE, EventsInPostgresql
from orchestration.ledger.events_in_sqlite import LEDGER_FILE, EventsInSqlite
from orchestration.ledger.head import HEAD_FILE, read_head
from orchestration.ledger.ledger import Ledger
from orchestration.night import recovery
from orchestration.night.errors import NothingPublished, told_in_words
from orchestration.night.recovery import alone_in, is_at_work
from orchestration.region.folders import prepare
from orchestration.settings import PROJECT_FOLDER, DataFolder, load_ledger_settings
from orchestration.upkeep.backup import back_up
from orchestration.upkeep.move_ledger import move_ledger
from orchestration.upkeep.rebuild import remove_what_can_be_made_again
from orchestration.upkeep.restore import restore
from orchestration.upkeep.verify import Damage, verify
from tests.commands import CYPP, begin, cypp, environment, finish
from tests.integration.inbox import Inbox, copied, filled
from tests.nights import take_in_all
from tests.postgresql import Server, server
from tests.story import Story, content, send_again

pytestmark = pytest.mark.faults
SOURCES = ("annex_a", "ssda903")


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    """Two submissions, taken in with the ledger in its file; tests copy it."""
    return filled(tmp_path_factory.mktemp("whole") / "data", SOURCES)


@pytest.fixture
def inbox(taken_in: Inbox, tmp_path: Path) -> Inbox:
    """A copy of a test's own."""
    return copied(taken_in, tmp_path / "data")


@pytest.fixture
def moved(inbox: Inbox, postgresql: Server) -> Inbox:
    """The same with the ledger in PostgreSQL."""
    postgresql.is_named_by(inbox.folder.root)
    move_ledger(inbox.folder, "Ada")
    return inbox


@pytest.fixture
def root(postgresql: Server, tmp_path: Path) -> Path:
    """A data folder with three events in PostgreSQL."""
    root = tmp_path / "small"
    postgresql.is_named_by(root)
    _enter(root, "abc")
    return root


def _enter(root: Path, names: str) -> None:
    for name in names:
        Ledger(root / "ledger").set_fact(name, "x")


def _schema(root: Path) -> str:
    return load_ledger_settings(root).schema_for(root)


def _store(root: Path) -> EventsInPostgresql:
    settings = load_ledger_settings(root)
    assert settings.postgresql
    return EventsInPostgresql(root / "ledger", settings.postgresql, _schema(root))


def _files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name != ".run.lock"
    }


def _verified(root: Path) -> list[Damage]:
    return verify(DataFolder(root), lambda *_: None).damage


# ---------------------------------------------------------------- the chain

CHANGES: dict[str, tuple[str, int]] = {
    "content": ("update events set content = replace(content, 'x', 'y') where number = 2", 2),
    "moment": ("update events set happened_at = '2020-01-01T00:00:00+00:00' where number = 1", 1),
    "kind": ("update events set kind = 'act' where number = 3", 3),
    "hash": ("update events set hash = previous_hash where number = 2", 2),
    "removed": ("delete from events where number = 2", 2),
    "last removed": ("delete from events where number = 3", 2),
    "all removed": ("delete from events", 0),
    "put in": ("insert into events select 4, happened_at, kind, content, previous_hash, hash from events where number = 2", 4),
    "two exchanged": ("update events set number = 9 where number = 2; update events set number = 2 where number = 3;"
                      " update events set number = 3 where number = 9", 2),
    "another column": ("alter table events add column more text default ''", 1),
    "a column less": ("alter table events drop column kind", 1),
    "text that is null": ("alter table events alter kind drop not null; update events set kind = null where number = 3", 3),
    "table gone": ("drop table events", 1),
}  # fmt: skip


@pytest.mark.parametrize(("change", "number"), CHANGES.values(), ids=CHANGES.keys())
def test_what_somebody_changed_is_found(
    postgresql: Server, root: Path, change: str, number: int
) -> None:
    postgresql.does(
        f"set search_path = {_schema(root)}; alter table events disable trigger all; {change}"
    )
    [damage] = _verified(root)
    said = f"{damage.what}: {damage.mend}"
    assert (f"event {number} " in said, _schema(root) in said) == (True, True)
    with pytest.raises(LedgerDamaged):
        Ledger(root / "ledger")


@pytest.mark.parametrize(
    "change", ["update events set kind = 'act'", "delete from events", "truncate events"]
)
def test_nobody_changes_an_event_by_mistake(postgresql: Server, root: Path, change: str) -> None:
    with pytest.raises(psycopg2.errors.RaiseException, match="events is append-only"):
        postgresql.does(f"set search_path = {_schema(root)}; {change}")
    assert _verified(root) == []


APPENDS = """
import sys
from pathlib import Path
from orchestration.ledger.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
for number in range(40):
    ledger.record_act(sys.argv[2], "test", {"number": str(number)})
"""


def test_two_writers_do_not_fork_the_chain(root: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", APPENDS, str(root / "ledger"), by], cwd=PROJECT_FOLDER, env=environment()
        )
        for by in ("Ada", "Bea")
    ]  # fmt: skip
    assert [writer.wait(120) for writer in writers] == [0, 0]
    acts = Chain(root / "ledger").events("act")
    assert [event.number for event in acts] == list(range(4, 84))
    for by in ("Ada", "Bea"):
        own = [event.content["detail"]["number"] for event in acts if event.content["by"] == by]
        assert own == [str(number) for number in range(40)]
    assert _verified(root) == []


def test_database_that_was_put_back_older_is_refused(postgresql: Server, root: Path) -> None:
    _enter(root, "d")
    newest = f"set search_path = {_schema(root)}; alter table events disable trigger all;"
    postgresql.does(f"{newest} delete from events where number > 2; alter table events enable trigger all")  # fmt: skip
    for _ in range(2):
        with pytest.raises(LedgerDamaged, match=r"event 4 has been written, .* up to event 2 at most: put back the newest backup of schema"):  # fmt: skip
            Ledger(root / "ledger")


# ---------------------------------------------------------------- whose it is


def test_new_data_folder_does_not_go_on_with_the_ledger_of_another(
    postgresql: Server, root: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    postgresql.is_named_by(other, _schema(root))
    before = _files(other)
    for _ in range(2):
        with pytest.raises(LedgerDamaged, match="holds the ledger of another data folder: name another"):  # fmt: skip
            Ledger(other / "ledger")
    assert _files(other) == before
    postgresql.is_named_by(other)
    _enter(other, "a")
    # Both of them in use, and one of them is given the other's settings.
    postgresql.is_named_by(other, _schema(root))
    with pytest.raises(LedgerDamaged, match="holds the ledger of another data folder"):
        Ledger(other / "ledger")
    assert _verified(root) == []


def test_data_folder_in_use_does_not_begin_anew_in_an_empty_schema(
    postgresql: Server, root: Path
) -> None:
    used = _schema(root)
    empty = postgresql.is_named_by(root)
    with pytest.raises(LedgerDamaged, match=rf"though it had 3 event\(s\): put schema {empty} of PostgreSQL back"):  # fmt: skip
        Ledger(root / "ledger")
    postgresql.is_named_by(root, used)
    assert Ledger(root / "ledger").fact("c") == "x"


def test_areas_of_a_region_have_ledgers_of_their_own(postgresql: Server, tmp_path: Path) -> None:
    region = DataFolder(tmp_path / "region")
    schema = postgresql.is_named_by(region.root)
    areas = [prepare(region, area) for area in ("E09000003", "E09000007")]
    for area, names in zip(areas, ("a", "abc"), strict=True):
        with alone_in(area):
            _enter(area.root, names)
    with _working_elsewhere(areas[0]):
        assert [is_at_work(area) for area in areas] == [True, False]
    heads = [read_head(area.ledger) for area in areas]
    assert [head.number for head in heads if head] == [1, 3]
    assert [_schema(area.root) for area in areas] == [f"{schema}_e09000003", f"{schema}_e09000007"]


# ---------------------------------------------------------------- one writer


def _working_elsewhere(folder: DataFolder) -> Any:
    """As a run on a machine on which the lock of the file does not tell of those of this one."""
    return _store(folder.root).held(0)


HOLDS = """
import sys, time
from pathlib import Path
from filelock import FileLock
from orchestration.alone import working_alone
from orchestration.settings import DataFolder
with working_alone(DataFolder(Path(sys.argv[1])), FileLock(sys.argv[2])):
    print("holds", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def elsewhere(root: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that works in the data folder on another machine, whose lock of the file is not seen here."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(root), str(tmp_path / "lock of another machine")],
        cwd=PROJECT_FOLDER, env=environment(), text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "holds\n"
    yield process
    process.kill()
    process.communicate()


def test_second_run_is_refused_until_the_first_is_dead(
    root: Path, elsewhere: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = DataFolder(root)
    monkeypatch.setattr(recovery, "LOCK_SECONDS", 0)
    before = _files(root)
    with pytest.raises(NothingPublished, match="another run holds this data folder"), told_in_words(), alone_in(folder):  # fmt: skip
        pass
    assert is_at_work(folder)
    assert _files(root).keys() == before.keys()
    # What does not hold the folder is entered meanwhile, as beside a file.
    _enter(root, "d")

    elsewhere.kill()
    elsewhere.wait()
    monkeypatch.setattr(recovery, "LOCK_SECONDS", 30)
    with alone_in(folder) as ledger, alone_in(folder):
        assert ledger.fact("d") == "x"
        with pytest.raises(Timeout), _working_elsewhere(folder):
            pass
    assert not is_at_work(folder)


# ---------------------------------------------------------------- moved, and back


def _rows(store: EventsInSqlite | EventsInPostgresql) -> list[tuple[Any, ...]]:
    return list(store.rows())


def _made_again(folder: DataFolder) -> dict[str, bytes | None]:
    """All that is derived or kept, after it was made again of a backup."""
    with alone_in(folder) as ledger:
        remove_what_can_be_made_again(folder, ledger)
    take_in_all(folder, among=SOURCES)
    settings = folder.root / "settings.toml"
    given = settings.read_bytes() if settings.exists() else b""
    # An inbox writes settings of its own.
    inbox = Inbox(folder.root, ())
    settings.write_bytes(given)
    return inbox.state()


def test_moved_ledger_has_the_same_hashes(inbox: Inbox, postgresql: Server) -> None:
    before, expected = _rows(EventsInSqlite(inbox.folder.ledger)), inbox.state()
    postgresql.is_named_by(inbox.folder.root)
    n_events, _ = move_ledger(inbox.folder, "Ada")
    found = _rows(_store(inbox.folder.root))
    assert (found[:-1], len(found)) == (before, n_events)
    assert not (inbox.folder.ledger / LEDGER_FILE).exists()
    assert Ledger(inbox.folder.ledger).trail()[-1].act == "move-ledger"
    assert inbox.state() == expected
    assert _verified(inbox.folder.root) == []
    again = cypp(inbox.folder.root, "move-ledger")
    assert (again.status, "Nothing moved: there is no ledger/ledger.sqlite3" in again.err) == (2, True)  # fmt: skip


STEPS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "before the events are there": lambda patch: patch.setattr(EventsInPostgresql, "_note_id", _dies),
    "before they are proved": lambda patch: patch.setattr(chain_module, "_checked", _dies_at(2)),
    "before the file goes": lambda patch: patch.setattr(EventsInSqlite, "remove", _dies),
}  # fmt: skip


def _dies(*_: object) -> None:
    raise KeyboardInterrupt


def _dies_at(call: int) -> Callable[..., object]:
    original, calls = chain_module._checked, 0

    def checked(*arguments: Any) -> object:
        nonlocal calls
        calls += 1
        return _dies() if calls == call else original(*arguments)

    return checked


@pytest.mark.parametrize("dies", STEPS.values(), ids=STEPS.keys())
def test_killed_move_loses_nothing_and_is_finished_by_the_next(
    inbox: Inbox,
    postgresql: Server,
    monkeypatch: pytest.MonkeyPatch,
    dies: Callable[[pytest.MonkeyPatch], None],
) -> None:
    expected = inbox.state()
    postgresql.is_named_by(inbox.folder.root)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        dies(patch)
        move_ledger(inbox.folder, "Ada")
    with pytest.raises(LedgerDamaged, match="`cypp move-ledger` moves it"):
        Ledger(inbox.folder.ledger)
    move_ledger(inbox.folder, "Ada")
    assert inbox.state() == expected
    assert _verified(inbox.folder.root) == []


def test_file_that_holds_other_events_is_neither_taken_over_nor_removed(
    moved: Inbox, tmp_path: Path
) -> None:
    Ledger(moved.folder.ledger).copy_to(tmp_path / "copy")
    _enter(moved.folder.root, "a")
    (tmp_path / "copy").rename(moved.folder.ledger / LEDGER_FILE)
    done = cypp(moved.folder.root, "move-ledger")
    assert (done.status, "Nothing moved: the ledger is an older copy" in done.err) == (1, True)
    (moved.folder.root / HEAD_FILE).unlink()
    done = cypp(moved.folder.root, "move-ledger")
    assert (done.status, "holds other events than ledger/ledger.sqlite3" in done.err) == (1, True)
    (moved.folder.ledger / LEDGER_FILE).unlink()
    assert Ledger(moved.folder.ledger).fact("a") == "x"


def test_ledger_is_not_moved_into_the_schema_of_another(
    inbox: Inbox, root: Path, postgresql: Server
) -> None:
    postgresql.is_named_by(inbox.folder.root, _schema(root))
    done = cypp(inbox.folder.root, "move-ledger")
    assert (done.status, "holds the ledger of another data folder" in done.err) == (1, True)
    (inbox.folder.root / "settings.toml").unlink()
    assert _verified(inbox.folder.root) == _verified(root) == []


def test_backup_is_a_file_that_needs_no_server(moved: Inbox, tmp_path: Path) -> None:
    expected = moved.state()
    back_up(moved.folder, tmp_path / "backup", None, "Ada", lambda *_: None)
    folder = DataFolder(tmp_path / "elsewhere")
    put_back = cypp(folder.root, "restore", str(tmp_path / "backup"))
    assert (put_back.status, "Next: `cypp move-ledger`" in put_back.out) == (0, True)
    with pytest.raises(LedgerDamaged, match="`cypp move-ledger` moves it"):
        Ledger(folder.ledger)
    # A trial must not go on with the ledger that is in use.
    done = cypp(folder.root, "move-ledger")
    assert (done.status, "holds the ledger of another data folder" in done.err) == (1, True)
    (folder.root / "settings.toml").unlink()
    assert Ledger(folder.ledger).trail()[-1].act == "restore"
    assert _made_again(folder) == expected
    assert _verified(folder.root) == _verified(moved.folder.root) == []


def test_backup_goes_back_into_postgresql(moved: Inbox, tmp_path: Path, postgresql: Server) -> None:
    expected, before = moved.state(), _rows(_store(moved.folder.root))
    back_up(moved.folder, tmp_path / "backup", None, "Ada", lambda *_: None)
    folder = DataFolder(tmp_path / "elsewhere")
    restore(folder, tmp_path / "backup", None, "Bea")
    postgresql.is_named_by(folder.root)
    move_ledger(folder, "Bea")
    assert _rows(_store(folder.root))[: len(before)] == before
    assert _made_again(folder) == expected
    assert _verified(folder.root) == []


# ---------------------------------------------------------------- a server that is not there


def _commands_say(root: Path, told: str) -> None:
    """Every kind of command ends with a sentence, and touches nothing."""
    before = _files(root)
    for command, status in (("run", 1), ("verify", 1), ("audit", 1), ("backup", 1), ("status", 3)):
        arguments = (str(root.parent / "backup"),) if command == "backup" else ()
        ran = cypp(root, command, *arguments)
        said = " ".join(f"{ran.out} {ran.err}".split())
        assert (command, ran.status, told in said) == (command, status, True), said
        assert "Traceback" not in said
    left = _files(root).keys() - before.keys()
    assert {name for name in left if not name.startswith((".dagster", ".work"))} == set()


def test_server_that_is_down_touches_nothing_and_comes_back(tmp_path: Path) -> None:
    with server() as own:
        own.is_named_by(tmp_path / "data")
        inbox = Inbox(tmp_path / "data", ())
        own.is_named_by(inbox.folder.root)
        _enter(inbox.folder.root, "ab")
        own.stop()
        _commands_say(inbox.folder.root, "PostgreSQL, which keeps the ledger, cannot be reached")
        own.start()
        _enter(inbox.folder.root, "c")
        assert _verified(inbox.folder.root) == []


def test_server_that_is_started_again_ends_the_run_and_the_next_one_recovers(
    tmp_path: Path,
) -> None:
    with server() as own:
        own.is_named_by(tmp_path / "data")
        folder = DataFolder(tmp_path / "data")
        with pytest.raises(NothingPublished, match="was started again or has cut the connection"), told_in_words(), alone_in(folder) as ledger:  # fmt: skip
            ledger.record_run("started", "r1", {"as_at": "2025-04-10"})
            own.stop()
            with pytest.raises(LedgerUnreachable, match="cannot be reached"):
                ledger.record_run("published", "r1", {})
            own.start()
            # The server lets in whoever asks next: this run cannot know whether it is alone.
            ledger.record_run("published", "r1", {})
        with alone_in(folder) as ledger:
            assert [event for _, event, *_ in ledger.runs()] == ["started", "failed"]
        assert _verified(folder.root) == []


def test_night_on_a_server_that_goes_away_is_made_up_for_by_the_next(
    story: Story, tmp_path: Path
) -> None:
    data = story.first.copy(tmp_path / "data")
    send_again(data / "landing")
    with server() as own:
        own.is_named_by(data)
        assert cypp(data, "move-ledger").status == 0
        n_runs = len(Ledger(data / "ledger").runs())
        night = begin((*CYPP, "run", "--data-dir", str(data)))
        while len(Ledger(data / "ledger").runs()) == n_runs:
            assert night.poll() is None
            time.sleep(1)
        own.stop()
        ended = finish(night)
        assert (ended.status, "PostgreSQL, which keeps the ledger" in ended.err) == (1, True)
        assert "Traceback" not in ended.out + ended.err
        own.start()
        assert content(data / "warehouse" / "warehouse.duckdb") == content(story.first.warehouse)
        assert cypp(data, "run").status == 0
        assert content(data / "warehouse" / "warehouse.duckdb") == content(story.second.warehouse)
        assert cypp(data, "verify").status == 0


@pytest.mark.parametrize("lost", ["the run's own connection", "the connection of an append"])
def test_connection_that_is_cut_forks_nothing(root: Path, postgresql: Server, lost: str) -> None:
    cut = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cypp'"
    if lost == "the run's own connection":
        with alone_in(DataFolder(root)) as ledger:
            postgresql.does(cut)
            with pytest.raises(LedgerUnreachable, match="another run may be at work"):
                ledger.set_fact("d", "x")
    else:
        with pytest.raises(LedgerUnreachable, match="failed"), _store(root).adding():
            postgresql.does(cut)
    _enter(root, "e")
    head = read_head(root / "ledger")
    assert head is not None
    assert head.number == 4
    assert _verified(root) == []


def test_what_the_database_does_not_allow_is_said(postgresql: Server, tmp_path: Path) -> None:
    postgresql.does("create role guest login")
    root = tmp_path / "data"
    schema = postgresql.is_named_by(root)
    settings = root / "settings.toml"
    given = settings.read_text()
    for account, database, told in (
        ("guest", "postgres", "does not allow it (permission denied for database postgres)"),
        ("cypp", "nowhere", 'database "nowhere" does not exist'),
        ("nobody", "postgres", 'role "nobody" does not exist'),
    ):
        settings.write_text(given.replace(postgresql.address(), postgresql.address(account, database)))  # fmt: skip
        with pytest.raises(NothingPublished) as refused, told_in_words():
            Ledger(root / "ledger")
        assert told in str(refused.value)
        assert not (root / ID_FILE).exists()
    # An account that may make no schema can be given one.
    postgresql.does(f"create schema {schema} authorization guest")
    settings.write_text(given.replace(postgresql.address(), postgresql.address("guest")))
    _enter(root, "a")
    assert _verified(root) == []
