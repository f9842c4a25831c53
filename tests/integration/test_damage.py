"""Damage to what stands behind the figures is found by `cypp verify` and mended or told by the next taking-in."""

from __future__ import annotations

import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from orchestration.checks.gate import table_checks
from orchestration.intake.kept.partitions import ROOTS
from orchestration.intake.keys import KeyFileError
from orchestration.ledger.head import HEAD_FILE
from orchestration.ledger.ledger import Ledger
from orchestration.night import account, unchanged
from orchestration.night.steps import today
from orchestration.settings import DataFolder, GateSettings
from orchestration.upkeep.verify import verify
from orchestration.warehouse.inputs import told_run
from tests.commands import cypp
from tests.integration.inbox import Inbox, copied
from tests.nights import take_in_all

SOURCES = ("annex_a", "ssda903")


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    """Two submissions, taken in; tests copy it."""
    inbox = Inbox(tmp_path_factory.mktemp("whole") / "data", SOURCES)
    take_in_all(inbox.folder)
    return inbox


@pytest.fixture
def inbox(taken_in: Inbox, tmp_path: Path) -> Inbox:
    """A copy of a test's own."""
    return copied(taken_in, tmp_path / "data")


def _files(folder: DataFolder) -> list[Path]:
    """Files about a version that a hash proves."""
    places = (folder.archive, *(folder.root / root for root in ROOTS))
    return sorted(path for place in places for path in place.rglob("*") if path.is_file())


def _flip(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def _found(folder: DataFolder) -> list[str]:
    return [one.what for one in verify(folder, lambda *_: None).damage]


def _lost(folder: DataFolder) -> set[tuple[str, str]]:
    """(source, table) of every table check that fails because something is lost."""
    checks = table_checks(folder, Ledger(folder.ledger), GateSettings(), today().vintage)
    return {(check.count.source, check.count.table_name) for check, _ in checks if check.rule == "lost"}  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_every_flipped_bit_is_found_and_all_are_mended_by_the_next_taking_in(
    inbox: Inbox, seed: int
) -> None:
    before, chance, folder = inbox.state(), random.Random(seed), inbox.folder
    assert _found(folder) == []
    for path in chance.sample(_files(folder), 12):
        whole = path.read_bytes()
        _flip(path, chance)
        assert _found(folder) != []
        path.write_bytes(whole)
    for path in chance.sample(_files(folder), 5):
        _flip(path, chance)

    take_in_all(folder)

    assert inbox.state() == before
    assert _found(folder) == []


@pytest.mark.parametrize(
    "place",
    ["raw/annex_a/list_3/*", "restricted/extractions/annex_a/*", "raw/ssda903/*", "raw/annex_a",
     "archive/*/annex_a", "archive/*/ssda903/*/*/header.csv", "quality/results/*", "raw", "archive",
     "restricted/identifiers"],
)  # fmt: skip
def test_what_is_deleted_is_found_and_made_again(inbox: Inbox, place: str) -> None:
    before = inbox.state()
    for path in inbox.folder.root.glob(place):
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    damage = verify(inbox.folder, lambda *_: None).damage
    assert {one.mend for one in damage} == {"`cypp run --force` makes it again"}
    inbox.folder.create()
    take_in_all(inbox.folder)

    assert inbox.state() == before
    assert _found(inbox.folder) == []


def test_verify_says_what_mends_what(inbox: Inbox) -> None:
    table = inbox.partition("annex_a").path("raw/annex_a/list_3")
    ran = cypp(inbox.folder.root, "verify")
    assert (ran.status, "read again: whole." in ran.out) == (0, True)

    _flip(table, random.Random(1))

    ran = cypp(inbox.folder.root, "verify")
    named = f"{table.relative_to(inbox.folder.root)}: `cypp run --force` makes it again"
    assert (ran.status, named in ran.out, "1 damaged or missing" in ran.out) == (1, True, True)


def test_lost_archive_is_told_and_figures_stand_on_what_was_read(inbox: Inbox) -> None:
    shutil.rmtree(inbox.folder.archive / "E09000003" / "annex_a")
    shutil.rmtree(inbox.place("annex_a"))

    told = [finding.text() for taken in take_in_all(inbox.folder) for finding in taken.findings]

    assert len(told) == 1
    assert told[0].startswith("E09000003/annex_a/2025-03: its copy in archive/ is lost or damaged")
    assert _lost(inbox.folder) == set()
    [damage] = verify(inbox.folder, lambda *_: None).damage
    assert damage.mend.startswith("Put its files into landing once more, as they were")


@pytest.mark.parametrize("again", [1, 2])
def test_what_nothing_can_make_again_is_held_until_its_files_are_back(
    inbox: Inbox, tmp_path: Path, again: int
) -> None:
    before, folder = inbox.state(), inbox.folder
    shutil.copytree(inbox.place("annex_a"), tmp_path / "kept by the service")
    shutil.rmtree(inbox.place("annex_a"))
    shutil.rmtree(folder.archive / "E09000003" / "annex_a")
    table = inbox.partition("annex_a").path("raw/annex_a/list_7")
    _flip(table, random.Random(again))
    for _ in range(again):
        take_in_all(folder)
        lost = _lost(folder)
        assert {source for source, _ in lost} == {"annex_a"}
        assert ("annex_a", "list_3") in lost
        assert not table.exists()
        assert (folder.work / "damaged" / table.relative_to(folder.root)).exists()
        assert _found(folder) != []

    shutil.copytree(tmp_path / "kept by the service", inbox.place("annex_a"))
    take_in_all(folder)

    assert _lost(folder) == set()
    assert inbox.state() == before


def test_copies_that_the_ledger_does_not_know_are_told(inbox: Inbox) -> None:
    [copy] = inbox.folder.archive.glob("*/annex_a/*/*")
    copy.rename(copy.with_name("0" * 32))
    assert f"archive/E09000003/annex_a/2025-03/{'0' * 32} is not in the ledger" in _found(inbox.folder)  # fmt: skip


# ---------------------------------------------------------------- the ledger and the key


@pytest.mark.parametrize(
    ("damage", "command"),
    [("deleted", "run"), ("emptied", "status"), ("whole folder deleted", "verify")],
)
def test_lost_ledger_is_refused_with_what_mends_it(inbox: Inbox, damage: str, command: str) -> None:
    ledger = inbox.folder.ledger / "ledger.sqlite3"
    if damage == "emptied":
        ledger.write_bytes(b"")
    elif damage == "deleted":
        ledger.unlink()
    else:
        shutil.rmtree(inbox.folder.ledger)
    before = {path: path.read_bytes() for path in _files(inbox.folder)}

    ran = cypp(inbox.folder.root, command)

    said = ran.out + ran.err
    assert (ran.status, "Traceback" in said) == (3 if command == "status" else 1, False)
    assert "the ledger is missing or empty" in said
    assert "put back the folder ledger/ from a backup" in said
    assert {path: path.read_bytes() for path in _files(inbox.folder)} == before


def test_lost_key_is_refused_though_the_ledger_has_no_check_of_it(inbox: Inbox) -> None:
    folder = inbox.folder
    version = Ledger(folder.ledger).versions()[0]
    shutil.rmtree(folder.ledger)
    (folder.root / HEAD_FILE).unlink()
    for place in (folder.archive, folder.raw, folder.identifiers):
        shutil.rmtree(place)
    folder.create()
    Ledger(folder.ledger).record_version("received", version)
    (folder.restricted / "hmac.key").unlink()
    with pytest.raises(KeyFileError, match="missing from restricted"):
        take_in_all(folder)
    assert not (folder.restricted / "hmac.key").exists()


@pytest.mark.parametrize("back", [timedelta(minutes=5), timedelta(days=30)])
def test_correction_received_after_the_clock_went_back_is_taken_in_once(
    tmp_path: Path, back: timedelta
) -> None:
    inbox, noon = Inbox(tmp_path, ("ssda903",)), datetime(2025, 4, 10, 12, tzinfo=UTC)
    with time_machine.travel(noon, tick=False):
        take_in_all(inbox.folder)
    file = inbox.place("ssda903") / "reviews.csv"
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
    with time_machine.travel(noon - back, tick=False):
        take_in_all(inbox.folder)
    for moment in (noon - back + timedelta(minutes=1), noon + timedelta(days=1)):
        with time_machine.travel(moment, tick=False):
            assert [taken.accepted for taken in take_in_all(inbox.folder) if taken.accepted] == []
    assert len(Ledger(inbox.folder.ledger).receipts()) == 2


# ---------------------------------------------------------------- small files of state

GARBAGE = (b"", b"\xff\xfe\x00garbage", b"[1, 2")


@pytest.mark.parametrize("garbage", GARBAGE)
def test_small_file_that_cannot_be_read_counts_as_not_written(
    tmp_path: Path, garbage: bytes
) -> None:
    folder = DataFolder(tmp_path)
    folder.create()
    account.enter(folder, "landing", state="x")
    (folder.raw / "run").mkdir()
    for path in (
        folder.work / unchanged.PUBLISHED_STATE, folder.work / unchanged.TAKEN_STATE,
        folder.restricted / "account" / "run.json", folder.raw / "run" / "run.parquet",
    ):  # fmt: skip
        path.write_bytes(garbage)

    assert unchanged.standing_run(folder, "state", "run") is None
    assert unchanged.taken_state(folder) != "state"
    assert account.entered(folder, "run") == {}
    assert told_run(folder) is None
