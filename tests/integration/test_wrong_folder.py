"""A folder in which nothing was ever taken in, and an area that never sent anything, get no all-clear."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder, load_settings
from orchestration.upkeep import commands
from orchestration.upkeep import purge as purging
from orchestration.upkeep.purge import purge
from tests import extracts
from tests.extracts import BARNET, CAMDEN
from tests.integration.inbox import Inbox, copied, filled
from tests.integration.test_purge import TODAY
from tests.nights import take_in_all

SOURCES = ("annex_a", "ssda903")
CHILD = extracts.children(BARNET)[4].id
# One that puts something into an empty folder is meant to.
NAMES = {
    one.name or one.callback.__name__ for one in commands.app.registered_commands if one.callback
} - {"restore"}
ARGUMENTS = {"backup": ("FILE",), "forget": (BARNET, CHILD)}
ASKED = [
    *((name, *ARGUMENTS.get(name, ())) for name in sorted({*NAMES, "audit"})),
    ("purge", "--dry-run"), ("forget", BARNET, CHILD, "--dry-run"),
]  # fmt: skip


def _told(root: Path, *arguments: str) -> tuple[int, str, str]:
    ran = CliRunner().invoke(app, [*arguments, "--data-dir", str(root)])
    return ran.exit_code, ran.stdout, ran.stderr


def _nothing(root: Path) -> None:
    """A folder that is not there."""


def _landed(root: Path) -> None:
    extracts.write_submission(root / "landing", BARNET, "ssda903", "2025-03")
    (root / "settings.toml").write_text("[quiet]\nseconds = 0\n")


@pytest.mark.parametrize("made", [_nothing, Path.mkdir, _landed])
@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
def test_nothing_is_said_to_be_well_in_a_folder_in_which_nothing_was_taken_in(
    tmp_path: Path, made: Callable[[Path], object], asked: tuple[str, ...]
) -> None:
    root = tmp_path / "mistyped"
    made(root)
    before = sorted(tmp_path.rglob("*"))
    arguments = (str(tmp_path / one) if one == "FILE" else one for one in asked)
    status, out, err = _told(root, *arguments)
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert CHILD not in err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    """Extracts of one authority, and a refused one of another."""
    inbox = filled(tmp_path_factory.mktemp("whole") / "data", SOURCES)
    extracts.write_bytes(
        inbox.folder.landing / CAMDEN / "ssda903" / "2025-03" / "episodes.csv", b""
    )
    take_in_all(inbox.folder, among=SOURCES)
    assert {one.area_code for one in Ledger(inbox.folder.ledger).versions()} == {BARNET, CAMDEN}
    return inbox


@pytest.mark.parametrize("option", [(), ("--dry-run",)], ids=["", "dry run"])
@pytest.mark.parametrize("area", ["E09000033", CAMDEN, BARNET.lower(), "national", CHILD, ""])
def test_no_child_of_an_area_is_said_to_be_nowhere_that_never_sent_an_extract(
    taken_in: Inbox, tmp_path: Path, area: str, option: tuple[str, ...]
) -> None:
    folder = copied(taken_in, tmp_path / "data").folder
    events = (folder.ledger / "ledger.sqlite3").read_bytes()
    status, out, err = _told(folder.root, "forget", area, CHILD, *option)
    said = f"no extract of this area has ever been accepted here; there are extracts of {BARNET}"
    assert (status, out, said in err, CHILD in err) == (2, "", True, False)
    assert (folder.ledger / "ledger.sqlite3").read_bytes() == events


def test_area_of_which_everything_was_purged_is_a_known_one(
    taken_in: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = DataFolder(copied(taken_in, tmp_path / "data").folder.root)
    rules = "".join(f'[retention.{name}]\nmonths = 1\napprover = "Ada"\n' for name in SOURCES)
    (folder.root / "settings.toml").write_text(f"[quiet]\nseconds = 0\n{rules}")
    monkeypatch.setattr(purging, "run_job", lambda *_: None)
    today = TODAY.replace(year=2030)
    assert purge(folder, load_settings(folder.root), "Bea", today, lambda *_: None) is not None
    status, out, _ = _told(folder.root, "forget", BARNET, CHILD)
    assert (status, out) == (0, "No extract of the area names this child.\n")
