"""Shapes that the dbt project declares: what a run tells dbt, and which tables are published.

Read from the YAML and the names of the models, so that nothing here has to be kept in step with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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


@cache
def grain_of(table: str) -> tuple[str, ...]:
    """The columns that identify the rows of a published table: its primary key, or else meta `grain`."""
    declared = next(
        model
        for layer in PUBLISHED
        for path in sorted(layer.rglob("*.yml"))
        for model in _models(path)
        if model["name"] == table and "columns" in model
    )
    keys = (
        one["columns"] for one in declared.get("constraints", []) if one["type"] == "primary_key"
    )
    return tuple(next(keys, declared.get("config", {}).get("meta", {}).get("grain", ())))


@dataclass(frozen=True)
class Join:
    """Where a published table leads: its columns are the parent's key, of the same names but for `field`."""

    table: str
    columns: tuple[str, ...]
    parent: str
    field: str


@cache
def joins() -> tuple[Join, ...]:
    """Every join that a dbt test holds: `relationships` of a column, `has_parent` of several."""
    return tuple(
        join
        for layer in PUBLISHED
        for path in sorted(layer.rglob("*.yml"))
        for model in _models(path)
        for join in _joins_of(model)
    )


def _joins_of(model: dict[str, Any]) -> Iterator[Join]:
    for test in _tests(model, "has_parent"):
        columns = tuple(test["columns"])
        yield Join(model["name"], columns, _named(test["to"]), columns[0])
    for column in model.get("columns", []):
        for test in _tests(column, "relationships"):
            yield Join(model["name"], (column["name"],), _named(test["to"]), test["field"])


@cache
def allowed_values() -> dict[tuple[str, str], tuple[str, ...]]:
    """By table and column: the only values that it may have."""
    return {
        (model["name"], column["name"]): tuple(str(value) for value in test["values"])
        for layer in PUBLISHED
        for path in sorted(layer.rglob("*.yml"))
        for model in _models(path)
        for column in model.get("columns", [])
        for test in _tests(column, "accepted_values")
    }


def _tests(declared: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The arguments of each test of a kind."""
    found = (test.get(name) for test in declared.get("data_tests", []) if isinstance(test, dict))
    return [test.get("arguments", test) for test in found if test]


def _named(reference: str) -> str:
    """The model of a `ref('...')`."""
    return reference.split("'")[1]
