"""A landing that held extracts yesterday and is empty today: its share is not mounted, or somebody says that they went."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.alerts.matters import matters_of
from orchestration.cli import app
from orchestration.dagster import job
from orchestration.dagster.job import run_job
from orchestration.ledger.ledger import Ledger
from orchestration.night import steps
from orchestration.night.errors import NothingPublished
from orchestration.night.steps import Request
from orchestration.operator import summary
from orchestration.operator.status import current_status
from orchestration.settings import DataFolder
from tests.nights import AT_ONCE
from tests.story import Story, content

TODAY = datetime.now(UTC).date()
SAID = "is empty, though it held extracts when it was last looked at: is its share mounted?"


@pytest.fixture
def emptied(story: Story, tmp_path: Path) -> DataFolder:
    """The second night's folder, with what a mount point shows when nothing is mounted on it."""
    folder = DataFolder(story.second.copy(tmp_path / "data"))
    folder.landing.rename(tmp_path / "share")
    folder.landing.mkdir()
    return folder


def _run(folder: DataFolder, *, even_if_unchanged: bool = False) -> None:
    run_job(folder, Request(TODAY, even_if_unchanged=even_if_unchanged), lambda *_: None)


def test_run_publishes_nothing_and_somebody_is_told(emptied: DataFolder, story: Story) -> None:
    # Nor does what `cypp purge`, `rekey` and `rebuild` ask for, though nothing may have changed.
    for even_if_unchanged in (True, False):
        with pytest.raises(NothingPublished, match=SAID.replace("?", r"\?")):
            _run(emptied, even_if_unchanged=even_if_unchanged)
    with pytest.raises(NothingPublished):
        steps.look_at_landing(emptied, AT_ONCE)

    assert content(emptied.warehouse_file) == content(story.second.warehouse)
    assert [event for _, event, *_ in Ledger(emptied.ledger).nights()][-1] == "failed"
    status = current_status(emptied)
    assert (status.needs_attention, [SAID in text for text in status.obstacles]) == (True, [True])
    assert [matter for matter in matters_of(status, None) if SAID in matter.text]


def test_next_run_goes_on_once_the_share_is_there(emptied: DataFolder, tmp_path: Path) -> None:
    with pytest.raises(NothingPublished):
        _run(emptied)
    emptied.landing.rmdir()
    (tmp_path / "share").rename(emptied.landing)

    assert steps.look_at_landing(emptied, AT_ONCE).submissions
    assert not [text for text in current_status(emptied).obstacles if SAID in text]


def test_extracts_that_were_taken_away_are_said_to_be_once(
    emptied: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def night(folder: DataFolder, *_: object) -> str:
        assert steps.look_at_landing(folder, AT_ONCE).submissions == ()
        return "ran"

    monkeypatch.setattr(job, "_executed", night)
    monkeypatch.setattr(summary, "print_run_summary", lambda *_: None)
    ran = CliRunner().invoke(app, ["run", "--force", "--data-dir", str(emptied.root)])
    assert (ran.exit_code, ran.stderr) == (0, "")
    _run(emptied)
    assert not current_status(emptied).obstacles


def test_folder_that_never_held_any_is_not_taken_for_one(emptied: DataFolder) -> None:
    shutil.rmtree(emptied.work)
    emptied.work.mkdir()
    assert steps.look_at_landing(emptied, AT_ONCE).submissions == ()
