"""A backup is one file with all that nothing else can make again; put back, everything is made from it as it was."""

from __future__ import annotations

import errno
import os
import random
import secrets
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.ledger.damage import LedgerDamaged
from orchestration.ledger.ledger import Ledger
from orchestration.night.recovery import alone_in
from orchestration.night.steps import Request
from orchestration.settings import DataFolder
from orchestration.upkeep import backup as backing_up
from orchestration.upkeep.backup import BackedUp, back_up
from orchestration.upkeep.rebuild import remove_what_can_be_made_again
from orchestration.upkeep.restore import NotRestored, restore
from orchestration.upkeep.sealed import NotOpened
from orchestration.warehouse.content import content_hash
from tests.commands import cypp
from tests.extracts import BARNET
from tests.integration.inbox import Inbox, copied, filled
from tests.nights import run_night, take_in_all
from tests.story import Story

SOURCES = ("annex_a", "ssda903")
KEY = secrets.token_bytes(32)


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    """Two submissions, taken in; tests copy it."""
    return filled(tmp_path_factory.mktemp("whole") / "data", SOURCES)


@pytest.fixture
def inbox(taken_in: Inbox, tmp_path: Path) -> Inbox:
    """A copy of a test's own."""
    return copied(taken_in, tmp_path / "data")


def _back_up(inbox: Inbox, file: Path, key: bytes | None = None) -> BackedUp:
    return back_up(inbox.folder, file, key, "Ada", lambda *_: None)


def _restored(file: Path, root: Path, key: bytes | None = None) -> Inbox:
    restore(DataFolder(root), file, key, "Bea")
    inbox = Inbox(root, ())
    with alone_in(inbox.folder) as ledger:
        remove_what_can_be_made_again(inbox.folder, ledger)
    take_in_all(inbox.folder, among=SOURCES)
    return inbox


def _is_untouched(root: Path) -> bool:
    return not [path for path in root.rglob("*") if path.is_file() and path.name != ".run.lock"]


# ---------------------------------------------------------------- there and back


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])
def test_what_is_put_back_gives_what_was_there(
    inbox: Inbox, tmp_path: Path, key: bytes | None
) -> None:
    _back_up(inbox, tmp_path / "backup", key)
    put_back = _restored(tmp_path / "backup", tmp_path / "elsewhere", key)
    assert put_back.state() == inbox.state()
    assert (put_back.folder.root / "settings.toml").read_bytes() == (inbox.folder.root / "settings.toml").read_bytes()  # fmt: skip
    assert not list(put_back.folder.landing.rglob("*.csv"))


def test_backup_restore_and_rebuild_give_the_same_tables(story: Story, tmp_path: Path) -> None:
    data, file, key_file = story.second.copy(tmp_path / "data"), tmp_path / "backup", tmp_path / "key"  # fmt: skip
    key_file.write_text(KEY.hex())
    backed_up = cypp(data, "backup", str(file), "--encrypt", str(key_file))
    folder = DataFolder(tmp_path / "elsewhere")
    put_back = cypp(folder.root, "restore", str(file), "--encrypt", str(key_file))
    assert (backed_up.status, put_back.status, "Next: `cypp rebuild`" in put_back.out) == (0, 0, True)  # fmt: skip
    before = content_hash(folder.warehouse_file)

    with alone_in(folder) as ledger:
        remove_what_can_be_made_again(folder, ledger)
    folder.warehouse_file.unlink()
    run_night(folder, Request(datetime.now(UTC).date()))

    assert {before, content_hash(folder.warehouse_file)} == {content_hash(story.second.warehouse)}


def test_nothing_of_a_child_can_be_read_in_an_encrypted_backup(
    inbox: Inbox, tmp_path: Path
) -> None:
    _back_up(inbox, tmp_path / "sealed", KEY)
    key = (inbox.folder.restricted / "hmac.key").read_bytes().strip()
    content = (tmp_path / "sealed").read_bytes()
    assert not [word for word in (key, b"SYN30", b"ledger.sqlite3", b"annex_a") if word in content]


def test_backup_of_a_ledger_that_is_written_to_is_whole(inbox: Inbox, tmp_path: Path) -> None:
    ended = threading.Event()

    def write() -> None:
        ledger = Ledger(inbox.folder.ledger)
        while not ended.is_set():
            ledger.record_run("started", "r", {"as_at": "2025-04-10"})
            ledger.record_run("failed", "r", {"reason": "of a test"})

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(3):
            _back_up(inbox, tmp_path / f"backup{number}")
    finally:
        ended.set()
        thread.join()
    lengths = []
    for number in range(3):
        folder = DataFolder(tmp_path / f"elsewhere{number}")
        restore(folder, tmp_path / f"backup{number}", None, "Bea")
        lengths.append(len(Ledger(folder.ledger).runs()))
    assert lengths == sorted(lengths)
    assert len(Ledger(inbox.folder.ledger).runs()) >= lengths[-1] > 0


def test_backup_that_fails_leaves_the_one_before(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup"
    _back_up(inbox, file)
    before = file.read_bytes()

    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(backing_up, "_add", full)
    with pytest.raises(OSError, match="No space left"):
        _back_up(inbox, file)
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "data"]


# ---------------------------------------------------------------- what only the folder has


def test_what_waits_in_landing_is_in_the_backup(inbox: Inbox, tmp_path: Path) -> None:
    waiting = inbox.folder.landing / BARNET / "ssda903" / "2025-04" / "episodes.csv"
    waiting.parent.mkdir(parents=True)
    waiting.write_text("not yet taken in")
    (inbox.folder.landing / "E09000007").mkdir()
    _back_up(inbox, tmp_path / "backup")
    folder = DataFolder(tmp_path / "elsewhere")
    restore(folder, tmp_path / "backup", None, "Bea")
    found = {path.relative_to(folder.landing).as_posix() for path in folder.landing.rglob("*")}
    assert {f"{BARNET}/ssda903/2025-04/episodes.csv", "E09000007"} <= found
    assert not [name for name in found if "/2025-03/" in name]


def test_what_was_said_of_a_refused_extract_outlives_its_files(
    inbox: Inbox, tmp_path: Path
) -> None:
    place = inbox.folder.landing / BARNET / "ssda903" / "2025-04"
    place.mkdir(parents=True)
    (place / "episodes.csv").write_bytes(b"")
    take_in_all(inbox.folder, among=SOURCES)
    shutil.rmtree(place)
    [refused] = [v for v in Ledger(inbox.folder.ledger).versions() if v.verdict == "rejected"]
    said = inbox.extraction(refused).findings
    assert said

    found = _back_up(inbox, tmp_path / "backup")

    assert found.told == []
    put_back = _restored(tmp_path / "backup", tmp_path / "elsewhere")
    assert put_back.extraction(refused).findings == said


def test_what_was_read_stands_in_for_a_copy_that_is_lost(inbox: Inbox, tmp_path: Path) -> None:
    shutil.rmtree(inbox.place("annex_a"))
    before = inbox.state()
    [copy] = inbox.folder.archive.glob("*/annex_a/*/*")
    shutil.rmtree(copy)

    found = _back_up(inbox, tmp_path / "backup")

    assert [line.partition(":")[0] for line in found.told] == [f"{BARNET}/annex_a/2025-03"]
    put_back = _restored(tmp_path / "backup", tmp_path / "elsewhere")
    after = put_back.state()
    assert {name: content for name, content in before.items() if "archive/" not in name} == {
        name: content for name, content in after.items() if "archive/" not in name
    }


# ---------------------------------------------------------------- what is refused


def test_no_changed_byte_is_put_back(inbox: Inbox, tmp_path: Path) -> None:
    plain, sealed, chance = tmp_path / "plain", tmp_path / "sealed", random.Random(17)
    _back_up(inbox, plain)
    _back_up(inbox, sealed, KEY)
    expected = Ledger(inbox.folder.ledger).versions()
    for number in range(24):
        file, key = [(plain, None), (sealed, KEY)][number % 2]
        whole = file.read_bytes()
        content = bytearray(whole)
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        file.write_bytes(content[: chance.choice([len(content), chance.randrange(len(content))])])
        root = tmp_path / f"elsewhere{number}"
        try:
            restore(DataFolder(root), file, key, "Bea")
        except (NotOpened, NotRestored):
            assert _is_untouched(root)
        else:
            # What gzip says of itself (its system, its moment) is no content.
            assert key is None
            assert Ledger(DataFolder(root).ledger).versions() == expected
        file.write_bytes(whole)


def _told(*arguments: object) -> tuple[int, str]:
    """How a command ends, and what it says."""
    ran = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return ran.exit_code, " ".join(ran.output.split())


@pytest.mark.parametrize(
    ("sealed_with", "given", "said"),
    [
        (KEY, b"\1" * 32, "the key does not fit backup, or the file is damaged"),
        (KEY, None, "backup is encrypted: give its key file with --encrypt"),
        (None, KEY, "backup is not encrypted: leave out --encrypt"),
        (KEY, b"short", "is not a key file of 64 hexadecimal digits"),
    ],
    ids=["another key", "no key", "not encrypted", "no key file"],
)
def test_key_that_does_not_fit_writes_nothing(
    inbox: Inbox, tmp_path: Path, sealed_with: bytes | None, given: bytes | None, said: str
) -> None:
    file, key_file = tmp_path / "backup", tmp_path / "key"
    _back_up(inbox, file, sealed_with)
    key_file.write_text((given or b"").hex())
    option = ("--encrypt", key_file) if given else ()
    status, told = _told("restore", file, "--data-dir", tmp_path / "elsewhere", *option)
    assert (status, said in told) == (2, True)
    assert _is_untouched(tmp_path / "elsewhere")


def test_key_file_that_is_none_backs_up_nothing(inbox: Inbox, tmp_path: Path) -> None:
    file, key_file = tmp_path / "backup", tmp_path / "key"
    status, told = _told("backup", file, "--encrypt", key_file, "--data-dir", inbox.folder.root)
    assert (status, "make one with `openssl rand -hex 32" in told) == (2, True)
    assert not file.exists()


@pytest.mark.parametrize(
    ("there", "named"),
    [
        ("landing/E09000003/annex_a/2025-03/a.xlsx", "landing"), ("settings.toml", "settings.toml"),
        ("ledger/ledger.sqlite3", "ledger"), ("outputs/2025-03/x", "outputs"), ("restricted/hmac.key", "restricted"),
    ],
)  # fmt: skip
def test_folder_that_is_used_is_left_as_it_is(
    inbox: Inbox, tmp_path: Path, there: str, named: str
) -> None:
    _back_up(inbox, tmp_path / "backup")
    used = tmp_path / "used"
    (used / there).parent.mkdir(parents=True)
    (used / there).write_text("somebody's")
    status, told = _told("restore", tmp_path / "backup", "--data-dir", used)
    assert (status, f"the data folder holds {named}:" in told) == (2, True)
    assert [path for path in used.rglob("*") if path.is_file()] == [used / there]


def _tree(root: Path) -> dict[str, bytes | None]:
    """Everything but what a restore works with itself."""
    own = {root / ".run.lock", root / ".work"}
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in root.rglob("*")
        if own.isdisjoint((path, *path.parents))
    }


def _file(name: str) -> Callable[[Path], object]:
    def write(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("somebody's")

    return write


IN_THE_WAY = {
    ".dagster": _file(".dagster/history/runs.db"),
    "landing": _file("landing/.gitkeep"),
    "archive": _file("archive/E09000003/.hidden"),
    "quality": _file("quality"),
    "ledger": lambda root: (root / "ledger" / "issues").mkdir(parents=True),
    "restricted": lambda root: (root / "restricted").symlink_to(root / ".work"),
}


@pytest.fixture
def backed_up(inbox: Inbox, tmp_path: Path) -> Inbox:
    """A folder with a file in every place, of which there is a backup."""
    _file(".dagster/dagster.yaml")(inbox.folder.root)
    _file("landing/E09000007/ssda903/2025-04/episodes.csv")(inbox.folder.root)
    _file("quality/statutory/0123456789abcdef/issues.parquet")(inbox.folder.root)
    _back_up(inbox, tmp_path / "backup")
    return inbox


@pytest.mark.parametrize(("name", "put"), IN_THE_WAY.items(), ids=IN_THE_WAY)
def test_what_is_in_the_way_is_named_before_anything_is_put_in_place(
    backed_up: Inbox, tmp_path: Path, name: str, put: Callable[[Path], object]
) -> None:
    root = tmp_path / "used"
    root.mkdir()
    put(root)
    before = _tree(root)
    for _ in range(2):
        status, told = _told("restore", tmp_path / "backup", "--data-dir", root)
        assert (status, f"{root / name} is in the way" in told) == (2, True)
        assert _tree(root) == before
        assert not list((root / ".work").iterdir())

    (root / name).rename(tmp_path / "aside")
    assert _told("restore", tmp_path / "backup", "--data-dir", root)[0] == 0
    assert (root / ".dagster" / "dagster.yaml").read_text() == "somebody's"
    assert Ledger(root / "ledger").versions() == Ledger(backed_up.folder.ledger).versions()


@pytest.mark.parametrize(("name", "put"), IN_THE_WAY.items(), ids=IN_THE_WAY)
def test_what_has_come_into_the_way_of_a_killed_restore_is_named(
    backed_up: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, put: Callable[[Path], object]
) -> None:  # fmt: skip
    folder = DataFolder(tmp_path / "elsewhere")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        # The note of the ledger alone is in place.
        patch.setattr(Path, "replace", _dies_after(1))
        restore(folder, tmp_path / "backup", None, "Bea")
    folder.landing.rmdir()
    put(folder.root)
    before = _tree(folder.root)
    status, told = _told("restore", tmp_path / "backup", "--data-dir", folder.root)
    assert (status, f"{folder.root / name} is in the way" in told) == (2, True)
    assert _tree(folder.root) == before

    (folder.root / name).rename(tmp_path / "aside")
    restore(folder, tmp_path / "backup", None, "Bea")
    assert Ledger(folder.ledger).versions() == Ledger(backed_up.folder.ledger).versions()


def test_error_of_the_system_names_the_folder(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    _back_up(inbox, tmp_path / "backup")
    monkeypatch.setattr(Path, "replace", full)
    status, told = _told("restore", tmp_path / "backup", "--data-dir", tmp_path / "elsewhere")
    assert (status, f"No space left on device in {tmp_path / 'elsewhere'}" in told) == (1, True)


@pytest.mark.parametrize("moved", [0, 1, 3])
def test_killed_restore_serves_nobody_and_is_finished_by_the_next(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    _back_up(inbox, tmp_path / "backup")
    folder = DataFolder(tmp_path / "elsewhere")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", _dies_after(moved))
        with pytest.raises(KeyboardInterrupt):
            restore(folder, tmp_path / "backup", None, "Bea")
    if moved:
        with pytest.raises(LedgerDamaged):
            Ledger(folder.ledger)

    restore(folder, tmp_path / "backup", None, "Bea")

    take_in_all(folder, among=SOURCES)
    assert Inbox(folder.root, ()).state() == inbox.state()


def _dies_after(calls: int) -> Callable[[Path, Path], Path]:
    original, left = Path.replace, calls

    def replace(self: Path, target: Path) -> Path:
        nonlocal left
        if left == 0:
            raise KeyboardInterrupt
        left -= 1
        return original(self, target)

    return replace
