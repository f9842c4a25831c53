"""After `cypp demo --remove` nothing of the invented children is left in a data folder that two nights have used."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.ledger.ledger import Ledger
from tests.commands import Ran, cypp
from tests.extracts import BARNET, CAMDEN
from tests.integration.test_no_leak import LOOKED_FOR, _texts
from tests.story import Story


@pytest.fixture(scope="module")
def removed(story: Story, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """The second night's data folder, whose extracts are marked as invented, and what the command said."""
    data = story.second.copy(tmp_path_factory.mktemp("removed") / "data")
    return data, cypp(data, "demo", "--remove", "--by", "Ada")


def test_no_file_holds_anything_of_an_invented_child(removed: tuple[Path, Ran]) -> None:
    data, ran = removed
    files = [path for path in data.rglob("*") if path.is_file()]

    found = {
        path.relative_to(data): wanted
        for path in files
        for text in _texts(path)
        for wanted in LOOKED_FOR
        if wanted.lower() in text.lower()
    }

    assert (ran.status, ran.err, found) == (0, "", {})
    assert f"Removed the demo of {BARNET}, {CAMDEN}: " in ran.out
    assert not [path for path in files if {BARNET, CAMDEN} & set(path.relative_to(data).parts)]


def test_national_files_the_key_and_the_trail_are_left(
    removed: tuple[Path, Ran], story: Story
) -> None:
    data, _ = removed
    kept = "restricted/hmac.key", "landing/national/population/2025-03/population.csv"

    for name in kept:
        assert (data / name).read_bytes() == (story.second.data / name).read_bytes()
    ledger = Ledger(data / "ledger")
    assert {version.source for version in ledger.versions()} == {"population"}
    assert [act.act for act in ledger.trail()] == [
        *["run started", "run published"] * 2, "demo --remove",
    ]  # fmt: skip


@pytest.mark.faults
def test_deployment_is_whole_and_waits_for_extracts(removed: tuple[Path, Ran]) -> None:
    data, _ = removed

    verified, status, ran = (cypp(data, command) for command in ("verify", "status", "run"))

    assert (verified.status, "whole" in verified.out) == (0, True)
    assert (status.status, "Nothing has run" in status.out) == (3, True)
    assert (ran.status, "no submission of a local authority has been accepted yet" in ran.err) == (1, True)  # fmt: skip
