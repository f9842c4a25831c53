"""Shapes that the dbt project declares: what dbt is told about a run, and which tables are published.

Read from the YAML and the names of the models, so that nothing here has to be kept in step with them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from orchestration.settings import DBT_FOLDER

MODELS_FOLDER = DBT_FOLDER / "models"
PUBLISHED = (MODELS_FOLDER / "marts", MODELS_FOLDER / "reports")
PREFIX = "stg_run__"
ARROW_TYPES = {
    "varchar": pa.string(), "bigint": pa.int64(), "double": pa.float64(), "boolean": pa.bool_(),
    "date": pa.date32(), "timestamptz": pa.timestamp("us", tz="UTC"),
}  # fmt: skip


def _models(path: Path) -> list[dict[str, Any]]:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).get("models", [])


@cache
def _declared() -> dict[str, pa.Schema]:
    """Each typed table that staging reads of a run, without the prefix of its model."""
    return {
        model["name"].removeprefix(PREFIX): pa.schema(
            [(column["name"], ARROW_TYPES[column["data_type"]]) for column in model["columns"]]
        )
        for path in sorted((MODELS_FOLDER / "staging" / "job").glob("*.yml"))
        for model in _models(path)
        if all("data_type" in column for column in model["columns"])
    }  # fmt: skip


def input_schema(name: str) -> pa.Schema:
    """The columns of an input table, as `models/staging/job` declares them."""
    return _declared()[name]


@cache
def public_columns(table: str) -> dict[str, str | None]:
    """What each column of a printed table may show in public (`meta.public`); None where it does not say."""
    for path in sorted((MODELS_FOLDER / "reports").glob("*.yml")):
        declared = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for model in declared.get("models", []):
            if model["name"] == table and "columns" in model:
                return {
                    column["name"]: column.get("config", {}).get("meta", {}).get("public")
                    for column in model["columns"]
                }
    raise KeyError(table)


@cache
def printed_tables() -> tuple[str, ...]:
    """The tables that reports print."""
    return tuple(sorted(path.stem for path in (MODELS_FOLDER / "reports").glob("*.sql")))


@cache
def published_tables() -> tuple[str, ...]:
    """Every published table: the models of marts and reports."""
    return tuple(sorted(path.stem for layer in PUBLISHED for path in layer.rglob("*.sql")))


@cache
def tables_of_figures() -> tuple[str, ...]:
    """The published tables that declare that no row of theirs is about a child (meta `is_about_children`)."""
    about = {
        model["name"]: model.get("config", {}).get("meta", {}).get("is_about_children")
        for layer in PUBLISHED
        for path in layer.rglob("*.yml")
        for model in _models(path)
    }
    return tuple(name for name in published_tables() if about.get(name) is False)
