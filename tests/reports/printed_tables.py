"""The printed tables (`rpt_*`) of a small warehouse, made by the SQL that dbt compiles from the models.

So a page is tested on rows of the published marts, and no rule of the printed tables is written twice.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from orchestration.settings import DBT_FOLDER
from orchestration.warehouse.dbt import PARTIAL_PARSE, TELEMETRY_OFF

# In the order in which they read each other.
PRINTED = ("rpt_figures", "rpt_comparisons", "rpt_committee", "rpt_standards", "rpt_board")


def compile_printed_tables(target: Path) -> dict[str, str]:
    """The text of each model, reading the schema `marts` of the database it runs in."""
    target.mkdir(parents=True, exist_ok=True)
    parsed = DBT_FOLDER / "target" / PARTIAL_PARSE
    if parsed.exists():
        shutil.copyfile(parsed, target / PARTIAL_PARSE)
    command = [
        sys.executable, "-m", "dbt.cli.main", "--quiet", "--no-use-colors", "--log-level-file", "none",
        "--no-version-check", "compile", "--project-dir", str(DBT_FOLDER), "--profiles-dir", str(DBT_FOLDER),
        "--target-path", str(target), "--log-path", str(target / "logs"), "--select", *PRINTED,
    ]  # fmt: skip
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("CYPP_")
    }
    done = subprocess.run(
        command, env={**environment, **TELEMETRY_OFF}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise AssertionError(f"dbt compile failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    folder = target / "compiled" / "cypp" / "models" / "reports"
    return {
        name: (folder / f"{name}.sql").read_text(encoding="utf-8").replace('"warehouse".', "")
        for name in PRINTED
    }


def fill(connection: duckdb.DuckDBPyConnection, models: dict[str, str]) -> None:
    """Run every model into its table."""
    for name, sql in models.items():
        connection.execute(f"insert into marts.{name} by name ({sql})")
