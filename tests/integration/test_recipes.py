"""The recipes of data/README.md, run as they stand there on the folder of a night."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import duckdb_cli
import pytest

from orchestration.analyst import notebook
from orchestration.analyst.queries import answer
from orchestration.settings import PROJECT_FOLDER, DataFolder

if TYPE_CHECKING:
    from tests.story import Story

README = (PROJECT_FOLDER / "data" / "README.md").read_text(encoding="utf-8")
DUCKDB = Path(duckdb_cli.__file__).parent / "duckdb"


def recipes(language: str) -> list[str]:
    """The fenced examples of the section, in their order."""
    section = README.split("## Recipes", 1)[1].split("\n## ", 1)[0]
    return re.findall(rf"```{language}\n(.*?)```", section, flags=re.DOTALL)


@pytest.fixture
def home(story: Story, tmp_path: Path) -> Path:
    """A folder in which the night's data folder is called `data`, as the recipes call it."""
    (tmp_path / "data").symlink_to(story.second.data)
    (tmp_path / "duckdb").symlink_to(DUCKDB)
    return tmp_path


def ran(command: list[str], home: Path) -> str:
    done = subprocess.run(
        command, cwd=home, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_python_shows_a_series(home: Path) -> None:
    [recipe] = recipes("python")
    assert "period_end" in ran([sys.executable, "-c", recipe], home)


def test_command_line_reads_the_warehouse_and_its_parquet_copies(story: Story, home: Path) -> None:
    newest, parquet = (
        ran(["/bin/sh", "-c", f"PATH=.:$PATH; {recipe}"], home).splitlines()
        for recipe in recipes("sh")
    )
    with duckdb.connect(str(story.second.warehouse), read_only=True) as warehouse:
        lines = warehouse.execute("select count(*) from marts.v_latest").fetchall()[0][0]
        printed = warehouse.execute(
            "select count(*) from marts.rpt_committee where edition = 'restricted'"
        ).fetchall()[0][0]
    assert (newest[0], len(newest)) == ("title,period_end,value", lines + 1)
    assert (parquet[0], len(parquet)) == ("indicator_id,status", printed + 1)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_reads_the_open_data(home: Path) -> None:
    [recipe] = recipes("r")
    assert "indicator" in ran(["Rscript", "-e", recipe], home)


def test_notebook_answers_a_question_of_the_cookbook(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CYPP_DATA_DIR", str(story.second.data))
    _, defined = notebook.app.run()
    assert defined["chosen"].value in defined["cookbook"]()
    assert defined["query"].value == defined["cookbook"]()[defined["chosen"].value].sql
    assert list(defined["rows"].columns) == list(answer(DataFolder(story.second.data), defined["query"].value).columns)  # fmt: skip
