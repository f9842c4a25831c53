"""A run that the disk cannot hold is refused before it writes; room is asked for what is new and what was made before."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchestration.intake.landing import scan
from orchestration.ledger.ledger import Ledger, SubmissionVersion, now
from orchestration.night.errors import NothingPublished
from orchestration.night.room import LEAST, MB, TIMES_NEW, refuse_without_room, room_needed
from orchestration.settings import DataFolder

SENT = 3 * MB


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    made = DataFolder(tmp_path / "data")
    made.create()
    sent = made.landing / "E09000003" / "annex_a" / "2025-03" / "a.csv"
    sent.parent.mkdir(parents=True)
    sent.write_bytes(b"x" * SENT)
    return made


def _needed(folder: DataFolder) -> int:
    return room_needed(folder, Ledger(folder.ledger), scan(folder.landing, quiet_seconds=0))


def test_room_is_needed_for_what_is_new_and_for_what_the_last_run_made(folder: DataFolder) -> None:
    assert _needed(folder) == LEAST + TIMES_NEW * SENT

    [landed] = scan(folder.landing, quiet_seconds=0).submissions
    moment = now()
    Ledger(folder.ledger).record_version(
        "received",
        SubmissionVersion(*landed.name, date(2025, 3, 31), moment, moment, "accepted", ""),
    )
    folder.building_file.write_bytes(b"x" * MB)

    assert _needed(folder) == LEAST + MB


@pytest.mark.parametrize("missing", [0, 1])
def test_disk_without_room_is_said_in_one_sentence(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, missing: int
) -> None:
    landing, ledger = scan(folder.landing, quiet_seconds=0), Ledger(folder.ledger)
    free = room_needed(folder, ledger, landing) - missing
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))

    if not missing:
        refuse_without_room(folder, ledger, landing)
        return
    with pytest.raises(
        NothingPublished, match="has 108 MB free and a run needs about 109 MB: make room"
    ):
        refuse_without_room(folder, ledger, landing)
