"""A table whose YAML names its grain is held to it as it is built: nothing is built on one that breaks it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.settings import DBT_FOLDER
from orchestration.warehouse.dbt_process import safe_message

PROJECT = "{name: cypp, version: '1.0', profile: cypp, models: {+materialized: table}}"
PROFILE = "cypp: {target: t, outputs: {t: {type: duckdb, path: 'built.duckdb'}}}"
GRAIN = "{version: 2, models: [{name: hist_x, config: {meta: {grain: [child_key, start_date]}}}]}"
RUN = """
import json, sys
from dbt.cli.main import dbtRunner
done = dbtRunner().invoke(["--log-level", "none", "run", "--project-dir", ".", "--profiles-dir", "."])
print(json.dumps({r.node.name: [str(r.status), r.message] for r in done.result}))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of two models with the shipped materializations."""
    (tmp_path / "macros").mkdir()
    shutil.copy(DBT_FOLDER / "macros" / "materializations.sql", tmp_path / "macros")
    (tmp_path / "models").mkdir()
    for name, text in (
        ("dbt_project.yml", PROJECT), ("profiles.yml", PROFILE), ("models/models.yml", GRAIN),
        ("models/pop_x.sql", "select * from {{ ref('hist_x') }}"),
    ):  # fmt: skip
        (tmp_path / name).write_text(text)
    return tmp_path


def _built(project: Path, rows: str) -> dict[str, list[str]]:
    (project / "models" / "hist_x.sql").write_text(
        f"select * from (values {rows}) as t(child_key, start_date)"
    )
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=project, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_two_rows_of_one_key_fail_the_table_and_what_reads_it(project: Path) -> None:
    built = _built(project, "('k1', 1), ('k1', 1), ('k1', 2), (null, 1), (null, 1)")

    status, message = built["hist_x"]
    assert status == "error"
    assert "2 times more than one row per child_key, start_date" in safe_message(message)
    assert "k1" not in message
    assert built["pop_x"][0] == "skipped"


def test_one_row_per_key_stands(project: Path) -> None:
    built = _built(project, "('k1', 1), ('k1', 2), (null, 1)")

    assert {status for status, _ in built.values()} == {"success"}
