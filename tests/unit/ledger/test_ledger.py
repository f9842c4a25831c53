"""The ledger proves itself: events in the order of their numbers, in a chain that tells where it was changed."""

from __future__ import annotations

import logging
import random
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.intake.to_read import current_versions
from orchestration.ledger.chain import LEDGER_FILE
from orchestration.ledger.damage import LedgerDamaged
from orchestration.ledger.demo_events import REMOVING
from orchestration.ledger.head import HEAD_FILE, read_head
from orchestration.ledger.ledger import Acceptance, IssueAnswer, Ledger, SubmissionVersion

NOON = datetime(2025, 4, 10, 12, tzinfo=UTC)
AS_AT = date(2025, 3, 31)


def _version(version: str, at: datetime = NOON, verdict: str = "accepted") -> SubmissionVersion:
    place = ("E09000003", "annex_a", "2025-03")
    return SubmissionVersion(*place, version, AS_AT, at, at, verdict, "")


@pytest.fixture(params=["file", pytest.param("postgresql", marks=pytest.mark.faults)])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An empty data folder whose ledger is kept in its file, or in PostgreSQL."""
    if request.param == "postgresql":
        request.getfixturevalue("postgresql").is_named_by(tmp_path)
    return tmp_path


in_its_file = pytest.mark.parametrize("root", ["file"], indirect=True)


@pytest.fixture
def folder(root: Path) -> Path:
    """A ledger with one or more events of each kind, and the files of a run and of a pack."""
    made = root / "ledger"
    ledger = Ledger(made)
    ledger.set_fact("key_check", "abc")
    ledger.record_version("received", _version("a"))
    ledger.record_version("received", _version("b", NOON + timedelta(days=1)))
    ledger.record_version("reread", _version("a", NOON + timedelta(days=2), "rejected"))
    ledger.accept(Acceptance("annex_a.list_3.volume", "E09000003", "Ada", "It is so", AS_AT, NOON))
    ledger.answer_issues(
        [IssueAnswer("E09000003", key, "explained", "Right", "", "Ada", "", AS_AT, NOON) for key in "xy"]
    )  # fmt: skip
    for place in ("first_reported", "issued_packs/2025-03-r1/public"):
        (made / place).mkdir(parents=True)
    (made / "first_reported" / "r1.parquet").write_bytes(b"figures of the run")
    (made / "issued_packs" / "2025-03-r1" / "public" / "index.html").write_text("<p>pack</p>")
    ledger.record_run("started", "r1", {"as_at": "2025-04-10", "code_version": "1", "received_by": None})  # fmt: skip
    ledger.record_run("published", "r1", {})
    ledger.record_act("Ada", "accept", {"check": "annex_a.list_3.volume"})
    ledger.issue(made / "issued_packs" / "2025-03-r1")
    return made


def _content(folder: Path) -> tuple[object, ...]:
    """All that the ledger says, its files included."""
    ledger = Ledger(folder)
    ledger.check_packs()
    return (
        ledger.fact("key_check"), ledger.versions(), ledger.receipts(), ledger.acceptances(),
        ledger.issue_answers(), ledger.runs(), ledger.published_runs(), ledger.trail(),
        [path.read_bytes() for _, path in ledger.kept_by_runs("first_reported")],
    )  # fmt: skip


def test_what_was_entered_is_read_back(folder: Path) -> None:
    ledger = Ledger(folder)
    versions = {version.version: version for version in ledger.versions()}
    assert [receipt.version.version for receipt in ledger.receipts()] == ["a", "b"]
    assert (versions["a"].verdict, versions["a"].current_from) == ("rejected", NOON)
    assert ledger.acceptances()[0].until == AS_AT
    assert [answer.issue_key for answer in ledger.issue_answers()] == ["x", "y"]
    assert [run.run_id for run in ledger.published_runs()] == ["r1"]
    assert ledger.counts() == (3, 1, 2, 0, 0)
    assert [(act.act, act.detail) for act in ledger.trail()] == [
        ("run started", {"run": "r1", "as_at": "2025-04-10"}), ("run published", {"run": "r1"}),
        ("accept", {"check": "annex_a.list_3.volume"}),
    ]  # fmt: skip


@pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(hours=1), timedelta(days=400)])
def test_correction_serves_though_the_clock_went_back(root: Path, back: timedelta) -> None:
    ledger = Ledger(root / "ledger")
    ledger.record_version("received", _version("first", NOON))
    ledger.record_version("received", _version("correction", NOON - back))
    [current] = current_versions(ledger.versions()).values()
    assert current.version == "correction"
    numbers = [receipt.event_number for receipt in ledger.receipts()]
    assert numbers == sorted(numbers)


CHANGES: dict[str, tuple[str, int]] = {
    "content": ("update events set content = replace(content, 'annex_a', 'annex_b') where number = 3", 3),
    "moment": ("update events set happened_at = '2020-01-01T00:00:00+00:00' where number = 5", 5),
    "kind": ("update events set kind = 'fact' where number = 2", 2),
    "hash": ("update events set hash = previous_hash where number = 4", 4),
    "removed": ("delete from events where number = 6", 6),
    "first removed": ("delete from events where number = 1", 1),
    "another type": ("update events set content = 7 where number = 2", 2),
    "no text": ("update events set content = cast(x'ff' || content as text) where number = 7", 7),
    "put in": ("insert into events select 99, happened_at, kind, content, previous_hash, hash from events where number = 8", 12),
}  # fmt: skip


@in_its_file
@pytest.mark.parametrize(("change", "number"), CHANGES.values(), ids=CHANGES.keys())
def test_first_bad_event_is_named(folder: Path, change: str, number: int) -> None:
    with sqlite3.connect(folder / LEDGER_FILE) as connection:
        for trigger in ("events_no_update", "events_no_delete"):
            connection.execute(f"drop trigger {trigger}")
        connection.execute(change)
    connection.close()
    with pytest.raises(LedgerDamaged, match=rf"event {number} .*put back the folder ledger/"):
        Ledger(folder)


def _flip(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


@in_its_file
@pytest.mark.parametrize("seed", range(3))
def test_no_flipped_bit_changes_silently_what_the_ledger_says(folder: Path, seed: int) -> None:
    expected, chance = _content(folder), random.Random(seed)
    files = [path for path in folder.rglob("*") if path.is_file()]
    found = 0
    for _ in range(60):
        path = chance.choice(files)
        whole = path.read_bytes()
        _flip(path, chance)
        try:
            assert _content(folder) == expected
        except LedgerDamaged:
            found += 1
        path.write_bytes(whole)
    assert found > 20
    assert _content(folder) == expected


@pytest.mark.parametrize(
    "damage", [Path.unlink, lambda path: path.write_bytes(b"")], ids=["missing", "empty"]
)
@pytest.mark.parametrize("kept", ["archive/a/b.csv", "raw/annex_a/x/list_1.parquet", "restricted/identifiers/s.parquet",
                                  "warehouse/warehouse.duckdb", "ledger/issues/r1.parquet"])  # fmt: skip
def test_lost_ledger_is_never_begun_anew_beside_other_state(
    tmp_path: Path, damage: Callable[[Path], object], kept: str
) -> None:
    folder = tmp_path / "ledger"
    Ledger(folder)
    (tmp_path / "restricted").mkdir()
    (tmp_path / "restricted" / "hmac.key").write_text("made before the first event")
    Ledger(folder).set_fact("key_check", "abc")
    state = tmp_path / kept
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_bytes(b"something")
    damage(folder / LEDGER_FILE)
    for _ in range(2):
        with pytest.raises(LedgerDamaged, match="missing or empty, though there are files in"):
            Ledger(folder)
    state.unlink()
    with pytest.raises(LedgerDamaged, match=r"though it had 1 event\(s\)"):
        Ledger(folder)
    (tmp_path / HEAD_FILE).unlink()
    Ledger(folder).set_fact("key_check", "abc")


def test_what_a_removed_demo_kept_is_no_part_of_a_backup(folder: Path) -> None:
    ledger = Ledger(folder)
    assert {name.split("/")[0] for name in ledger.kept_files()} == {
        "first_reported",
        "issued_packs",
    }
    ledger.enter_demo(REMOVING, ledger.versions())
    assert ledger.kept_files() == {}


# ---------------------------------------------------------------- where it ends


def _facts(ledger: Ledger, names: str) -> None:
    for name in names:
        ledger.set_fact(name, "x")


@pytest.mark.parametrize("written", [0, 1, 5], ids=["cut short", "as long", "longer"])
def test_older_copy_that_is_put_back_is_refused(tmp_path: Path, written: int) -> None:
    folder, older = tmp_path / "ledger", tmp_path / "older"
    _facts(Ledger(folder), "ab")
    shutil.copyfile(folder / LEDGER_FILE, older)
    _facts(Ledger(folder), "c")
    head = (tmp_path / HEAD_FILE).read_bytes()
    shutil.copyfile(folder / LEDGER_FILE, tmp_path / "newest")
    # As by a program, or on a machine, that does not know what was written.
    shutil.copyfile(older, folder / LEDGER_FILE)
    (tmp_path / HEAD_FILE).unlink()
    _facts(Ledger(folder), "defgh"[:written])
    (tmp_path / HEAD_FILE).write_bytes(head)

    for _ in range(2):
        with pytest.raises(
            LedgerDamaged,
            match=r"event 3 has been written, .* up to event 2 at most: put back the newest",
        ):
            Ledger(folder)
    shutil.copyfile(tmp_path / "newest", folder / LEDGER_FILE)
    assert Ledger(folder).fact("c") == "x"


def test_ledger_that_is_ahead_of_what_was_kept_is_whole(root: Path) -> None:
    """Killed between an event and the note of it, or written by an earlier version, which kept none."""
    folder = root / "ledger"
    _facts(Ledger(folder), "a")
    head = (root / HEAD_FILE).read_bytes()
    _facts(Ledger(folder), "bc")
    newest = read_head(folder)
    (root / HEAD_FILE).write_bytes(head)
    assert Ledger(folder).fact("c") == "x"
    assert read_head(folder) == newest
    (root / HEAD_FILE).unlink()
    assert Ledger(folder).fact("c") == "x"
    assert read_head(folder) == newest


@pytest.mark.parametrize("garbage", [b"", b"7", b"\xff\x00", b"9 abc def\n", b"a b c d"])
def test_note_that_cannot_be_read_is_made_again(
    root: Path, caplog: pytest.LogCaptureFixture, garbage: bytes
) -> None:
    folder = root / "ledger"
    _facts(Ledger(folder), "ab")
    newest = read_head(folder)
    (root / HEAD_FILE).write_bytes(garbage)
    with caplog.at_level(logging.WARNING):
        assert Ledger(folder).fact("b") == "x"
    assert HEAD_FILE in caplog.text
    assert read_head(folder) == newest


# ---------------------------------------------------------------- ledgers without a chain

UNCHAINED = """
create table submission_events (event_number integer primary key, happened_at text, event text, area_code text,
    source text, folder_month text, version text, as_at_date text, verdict text, reason text);
create table run_events (event_number integer primary key, happened_at text, event text, run_id text, detail text);
create table acceptances (event_number integer primary key, accepted_at text, check_id text, area_code text,
    accepted_by text, reason text, until text);
create table issue_answers (event_number integer primary key, answered_at text, area_code text, issue_key text,
    answer text, reason text, note text, answered_by text, approver text, until text);
create table facts (name text primary key, value text not null);
create trigger facts_no_delete before delete on facts begin select raise(abort, 'append-only'); end;
insert into facts values ('key_check', 'abc');
insert into submission_events values
    (1, '2025-04-10T12:00:00+00:00', 'received', 'E09000003', 'annex_a', '2025-03', 'a', '2025-03-31', 'accepted', ''),
    (2, '2025-04-09T12:00:00+00:00', 'received', 'E09000003', 'annex_a', '2025-03', 'b', '2025-03-31', 'accepted', '');
insert into run_events values
    (1, '2025-04-10T13:00:00+00:00', 'started', 'r1', '{"as_at": "2025-04-10", "code_version": "1", "received_by": null}'),
    (2, '2025-04-10T14:00:00+00:00', 'published', 'r1', '{}');
insert into acceptances values (1, '2025-04-10T15:00:00+00:00', 'annex_a.list_3.volume', 'E09000003', 'Ada', 'So', '2025-04-30');
insert into issue_answers values (1, '2025-04-10T16:00:00+00:00', 'E09000003', 'x', 'explained', 'Right', '', 'Ada', '', '2026-03-31');
"""  # fmt: skip


def _unchained(tmp_path: Path) -> Path:
    folder = tmp_path / "ledger"
    (folder / "issues").mkdir(parents=True)
    (folder / "issues" / "r1.parquet").write_bytes(b"kept")
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "file").write_text("state")
    with sqlite3.connect(folder / LEDGER_FILE) as connection:
        connection.executescript(UNCHAINED)
    connection.close()
    return folder


def test_ledger_without_a_chain_is_taken_over_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = _unchained(tmp_path)
    with caplog.at_level(logging.WARNING):
        ledger = Ledger(folder)
        Ledger(folder)

    assert [record.message for record in caplog.records] == [
        "The ledger had no chain of hashes: one was begun with its 7 events as they are."
    ]
    assert [receipt.version.version for receipt in ledger.receipts()] == ["a", "b"]
    assert ledger.fact("key_check") == "abc"
    assert [run.as_at for run in ledger.published_runs()] == [date(2025, 4, 10)]
    assert [(act.by, act.code_version) for act in ledger.trail()] == [("", "1"), ("", "")]
    assert [one.until for one in (*ledger.acceptances(), *ledger.issue_answers())] == [
        date(2025, 4, 30), date(2026, 3, 31),
    ]  # fmt: skip
    [(_, path)] = ledger.kept_by_runs("issues")
    path.write_bytes(b"Kept")
    with pytest.raises(LedgerDamaged, match=r"ledger/issues/r1\.parquet is not what was written"):
        list(ledger.kept_by_runs("issues"))


def test_earlier_program_stops_at_a_ledger_with_a_chain(tmp_path: Path) -> None:
    """It made its tables where they were not there, and would have begun an empty ledger."""
    folder = _unchained(tmp_path)
    Ledger(folder)
    connection = sqlite3.connect(folder / LEDGER_FILE)
    with pytest.raises(sqlite3.DatabaseError):
        connection.executescript(
            "create table if not exists submission_events (event_number integer primary key);"
            "create trigger if not exists submission_events_no_update before update on submission_events"
            " begin select raise(abort, 'append-only'); end;"
        )
    connection.close()
