"""`cypp run` on an empty data folder: a simulated authority, whole or not at all, beside nobody's files."""

from __future__ import annotations

from pathlib import Path

import pytest
import time_machine
from typer.testing import CliRunner

from orchestration import demo
from orchestration.cli import app
from orchestration.dagster import job
from orchestration.demo import write
from orchestration.demo.areas import Area
from orchestration.intake.landing import scan
from orchestration.night import synthetic
from orchestration.night.steps import NothingPublished
from orchestration.night.synthetic import is_synthetic, write_fallback_extracts
from orchestration.settings import DataFolder

TINY = Area("E09000003", "A tiny borough", {2020: 5_000.0}, dfe_code="302")


@pytest.fixture(autouse=True)
def _tiny_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "choose_areas", lambda number, seed: [TINY] * number)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


def silent(step: str, done: int, total: int) -> None:
    """No progress shown."""


@time_machine.travel("2024-05-01")
def test_extracts_reach_to_last_month_and_carry_the_mark(folder: DataFolder) -> None:
    assert write_fallback_extracts(folder, silent, months=2)
    landing = scan(folder.landing, 0)
    months = {(found.source, found.folder_month) for found in landing.submissions}
    assert {month for source, month in months if source == "annex_a"} == {"2024-03", "2024-04"}
    assert landing.findings == ()
    assert is_synthetic(folder)
    assert not (folder.work / "demo").exists()


def test_months_are_enough_for_the_longest_window() -> None:
    assert synthetic.FALLBACK_MONTHS == 36


@pytest.mark.parametrize("name", ["notes.txt", "E09000003/annex_a/2025-03/unreadable.xlsx"])
def test_nothing_is_put_beside_a_file_of_somebody(folder: DataFolder, name: str) -> None:
    path = folder.landing / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    assert not write_fallback_extracts(folder, silent, months=1)
    assert [found for found in folder.landing.rglob("*") if found.is_file()] == [path]
    assert not is_synthetic(folder)


def test_empty_folders_and_what_systems_leave_are_no_extracts(folder: DataFolder) -> None:
    (folder.landing / "E09000003" / "annex_a").mkdir(parents=True)
    (folder.landing / ".gitkeep").touch()
    assert write_fallback_extracts(folder, silent, months=1)


def test_what_was_half_written_never_reaches_landing(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(step: str, done: int, total: int) -> None:
        if done == 2:
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        write_fallback_extracts(folder, full, months=3)
    assert not list(folder.landing.iterdir())
    assert write_fallback_extracts(folder, silent, months=3)
    assert len(list(folder.landing.rglob("*.xlsx"))) == 3


def test_run_writes_them_before_the_job(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []

    def write_small(folder: Path, *, seed: int, months: int, **others: object) -> None:
        asked.append((seed, months))
        (folder / "landing").mkdir()

    def stop(*_: object) -> None:
        raise NothingPublished("stopped here")

    monkeypatch.setattr(demo, "write_demo", write_small)
    monkeypatch.setattr(job, "run_job", stop)
    ran = CliRunner().invoke(app, ["run", "--data-dir", str(folder.root)])
    assert (ran.exit_code, asked) == (1, [(1, 36)])
    assert "synthetic ones were written to landing/" in ran.stdout
