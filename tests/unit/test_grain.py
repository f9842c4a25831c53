"""A table whose YAML names its grain is held to it as it is built: nothing is built on one that breaks it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import yaml

from orchestration.settings import DBT_FOLDER
from orchestration.warehouse.dbt_process import safe_message
from tests.small_project import run_project, write_project

GRAIN = "macros/grain.sql"
MODELS = """
version: 2
models:
  - {name: hist_x, config: {meta: {grain: [child_key, start_date]}}}
"""
SQL = "models/hist_x.sql", "select * from (values {rows}) as t(child_key, start_date)"
PYTHON = (
    "models/hist_x.py",
    (
        "import pandas as pd\n\n\ndef model(dbt, session):\n"
        "    return pd.DataFrame([{rows}], columns=['child_key', 'start_date'])\n"
    ),
)
LANGUAGES = pytest.mark.parametrize(
    "language",
    [pytest.param(SQL, id="sql"), pytest.param(PYTHON, id="python", marks=pytest.mark.faults)],
)


def _write(folder: Path, language: tuple[str, str], rows: str) -> None:
    """A project with the hook of the shipped one."""
    shipped = yaml.safe_load((DBT_FOLDER / "dbt_project.yml").read_text())
    hook = shipped["models"]["cypp"]["+post-hook"]
    models = {"+materialized": "table", "+post-hook": hook}
    project = {"name": "cypp", "version": "1.0", "profile": "cypp", "models": models}
    path, text = language
    write_project(folder, {
        "dbt_project.yml": yaml.safe_dump(project),
        GRAIN: (DBT_FOLDER / GRAIN).read_text(),
        "profiles.yml": "cypp: {target: nightly, outputs: {nightly: {type: duckdb, path: 'built.duckdb'}}}",
        "models/models.yml": MODELS,
        path: text.format(rows=rows),
        "models/pop_x.sql": "select * from {{ ref('hist_x') }}",
        "models/stg_x.sql": "{{ config(materialized='view') }} select * from {{ ref('hist_x') }}",
    })  # fmt: skip


@LANGUAGES
def test_two_rows_of_one_key_fail_the_table_and_what_reads_it(
    tmp_path: Path, language: tuple[str, str]
) -> None:
    missing = "null" if language is SQL else "None"
    rows = f"('k1', 1), ('k1', 1), ('k1', 2), ({missing}, 1), ({missing}, 1)"
    _write(tmp_path, language, rows)

    built = run_project(tmp_path)

    status, message = built["hist_x"]
    assert status == "error"
    assert "2 times more than one row per child_key, start_date" in safe_message(message)
    assert "k1" not in message
    assert built["pop_x"][0] == "skipped"


@pytest.mark.faults
@LANGUAGES
def test_a_second_build_over_the_first_is_held_to_it_too(
    tmp_path: Path, language: tuple[str, str]
) -> None:
    _write(tmp_path, language, "('k1', 1), ('k1', 2), ('k2', 1)")
    assert {status for status, _ in run_project(tmp_path).values()} == {"success"}
    assert {status for status, _ in run_project(tmp_path).values()} == {"success"}

    _write(tmp_path, language, "('k1', 1), ('k1', 1)")

    assert run_project(tmp_path)["hist_x"][0] == "error"
    with duckdb.connect(str(tmp_path / "built.duckdb"), read_only=True) as connection:
        assert connection.sql("from hist_x order by all").fetchall() == [
            ("k1", 1), ("k1", 2), ("k2", 1),
        ]  # fmt: skip
