"""A table whose YAML names its grain is held to it as it is built: nothing is built on one that breaks it."""

from __future__ import annotations

from pathlib import Path

from orchestration.settings import DBT_FOLDER
from orchestration.warehouse.dbt_process import safe_message
from tests.small_project import run_project, write_project

MATERIALIZATIONS = "macros/materializations.sql"


def _built(folder: Path, rows: str) -> dict[str, tuple[str, str]]:
    grain = "{name: hist_x, config: {meta: {grain: [child_key, start_date]}}}"
    files = {
        MATERIALIZATIONS: (DBT_FOLDER / MATERIALIZATIONS).read_text(),
        "profiles.yml": "cypp: {target: t, outputs: {t: {type: duckdb, path: 'built.duckdb'}}}",
        "models/models.yml": f"{{version: 2, models: [{grain}]}}",
        "models/hist_x.sql": f"select * from (values {rows}) as t(child_key, start_date)",
        "models/pop_x.sql": "select * from {{ ref('hist_x') }}",
    }
    write_project(folder, files)
    return run_project(folder)


def test_two_rows_of_one_key_fail_the_table_and_what_reads_it(tmp_path: Path) -> None:
    built = _built(tmp_path, "('k1', 1), ('k1', 1), ('k1', 2), (null, 1), (null, 1)")

    status, message = built["hist_x"]
    assert status == "error"
    assert "2 times more than one row per child_key, start_date" in safe_message(message)
    assert "k1" not in message
    assert built["pop_x"][0] == "skipped"


def test_one_row_per_key_stands(tmp_path: Path) -> None:
    built = _built(tmp_path, "('k1', 1), ('k1', 2), (null, 1)")

    assert {status for status, _ in built.values()} == {"success"}
