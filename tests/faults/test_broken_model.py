"""A whole night of a project one of whose models fails half way: dbt's error names it, and quotes no row."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_FOLDER
from tests.commands import CYPP, Ran, begin, cypp, finish
from tests.story import Story, content, run_ids, send_again

pytestmark = pytest.mark.faults

MODEL = "pop_looked_after"
QUOTED = "CANARY-IN-A-MODEL"
# A value of a record that DuckDB cannot take, and so quotes.
BROKEN = f"\n    and cast('{QUOTED}' || child_key as integer) is null\n"


def _project(folder: Path) -> Path:
    """The project with a model that fails when it is run."""
    for name in ("orchestration", "expectations", "dbt_project", "data/reference"):
        shutil.copytree(PROJECT_FOLDER / name, folder / name)
    [model] = (folder / "dbt_project" / "models").rglob(f"{MODEL}.sql")
    model.write_text(model.read_text().rstrip() + BROKEN)
    _in(folder, sys.executable, "-m", "orchestration.warehouse.manifest")
    return folder


def _in(project: Path, *command: str) -> Ran:
    return finish(begin(("env", "--chdir", str(project), f"PYTHONPATH={project}", *command)))


def test_model_that_fails_half_way_is_named_and_nothing_is_published(
    story: Story, tmp_path: Path
) -> None:
    data, project = story.first.copy(tmp_path / "data"), _project(tmp_path / "project")
    send_again(data / "landing")
    warehouse = data / "warehouse" / "warehouse.duckdb"

    ran = _in(project, *CYPP, "run", "--data-dir", str(data))

    assert (ran.status, "Traceback" in ran.err) == (1, False)
    assert f"dbt failed: {MODEL}: " in " ".join(ran.err.split())
    assert QUOTED not in ran.out + ran.err
    assert content(warehouse) == content(story.first.warehouse)
    assert len(run_ids(warehouse)) == 1

    assert cypp(data, "run").status == 0
    assert content(warehouse) == content(story.second.warehouse)
