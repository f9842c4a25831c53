"""The macros in which the engines differ, asked on Spark: right as they stand, and found out where they are not."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession

from orchestration.engine.session import begin
from orchestration.settings import DBT_FOLDER, EngineSettings
from orchestration.warehouse.dbt_process import QUIETLY
from tests.engine.runs import SMALL

pytestmark = pytest.mark.engine

SEED = "education_rounds"
PROJECT = """
name: words
config-version: 2
profile: words
models: {words: {+post-hook: "{{ hold_to_grain(this, model) }}"}}
seeds: {words: {+schema: seeds}}
"""
PROFILE = """
words:
  target: spark
  outputs: {spark: {type: spark, method: session, host: none, schema: seeds, threads: 1}}
"""
MODEL = "{{ config(meta={'grain': ['name']}) }} select 'a' as name union all select 'b' as name"


@pytest.fixture(scope="module")
def _session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    place, errors = tmp_path_factory.mktemp("spark"), os.dup(2)
    session = begin(
        place, EngineSettings(name="spark", spark={"spark.master": "local[1]", **SMALL})
    )
    os.dup2(errors, 2)
    yield
    session.stop()


@pytest.fixture
def project(tmp_path: Path, _session: None) -> Path:
    """Macros and their test alone, one seed and one model with a grain."""
    for folder in ("macros", "tests", "seeds", "models"):
        (tmp_path / folder).mkdir()
    for name in ("engines", "sources", "grain", "schemas"):
        shutil.copy(DBT_FOLDER / "macros" / f"{name}.sql", tmp_path / "macros")
    shutil.copy(DBT_FOLDER / "tests" / "engines.sql", tmp_path / "tests")
    shutil.copy(DBT_FOLDER / "seeds" / f"{SEED}.csv", tmp_path / "seeds")
    (tmp_path / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    (tmp_path / "models" / "named.sql").write_text(MODEL, encoding="utf-8")
    seeds = tmp_path / ".work" / "seeds"
    seeds.mkdir(parents=True)
    duckdb.read_csv(str(tmp_path / "seeds" / f"{SEED}.csv")).write_parquet(str(seeds / f"{SEED}.parquet"))  # fmt: skip
    return tmp_path


def _passes(project: Path, *command: str) -> bool:
    from dbt.cli.main import dbtRunner

    where = ("--project-dir", str(project), "--profiles-dir", str(project))
    return bool(dbtRunner().invoke([*QUIETLY, *command, *where]).success)


def _read_seed(project: Path) -> None:
    assert _passes(project, "run-operation", "read_from", "--args", json.dumps({"root": str(project)}))  # fmt: skip


def _change(project: Path, before: str, after: str) -> None:
    path = project / "macros" / "engines.sql"
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_every_macro_answers_as_on_duckdb(project: Path) -> None:
    _read_seed(project)
    assert _passes(project, "test", "--select", "engines")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("dayofweek({{ day }}) in (1, 7)", "dayofweek({{ day }}) in (0, 6)"),
        ("+([.][0-9]+)?", r"+(\.[0-9]+)?"),
        ("collect_list(struct({{ key }}, {{ amount }}))", "collect_list(struct({{ key }}, 0))"),
        ("within group (order by {{ column }})", "within group (order by {{ column }} desc)"),
    ],
    ids=["weekday", "regex", "amounts", "order"],
)
def test_a_macro_that_answers_otherwise_is_found(project: Path, before: str, after: str) -> None:
    _change(project, before, after)
    _read_seed(project)
    assert not _passes(project, "test", "--select", "engines")


def test_seeds_that_spark_reads_itself_are_found(project: Path) -> None:
    SparkSession.active().sql(f"drop view if exists seeds.{SEED}")
    assert _passes(project, "seed")
    assert not _passes(project, "test", "--select", "engines")


@pytest.mark.parametrize(("named", "holds"), [("b", True), ("a", False)])
def test_grain_is_held_on_spark(project: Path, named: str, holds: bool) -> None:
    path = project / "models" / "named.sql"
    path.write_text(MODEL.replace("'b'", f"'{named}'"), encoding="utf-8")
    assert _passes(project, "run") is holds
