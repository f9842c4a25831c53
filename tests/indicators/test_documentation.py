"""Every relation says what it is for, and every column of it what it means, no more and no fewer."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.settings import DBT_FOLDER
from tests.empty_project import Build
from tests.indicators.dbt_unit_tests import MODELS_FOLDER

MODELS = sorted(path.stem for path in MODELS_FOLDER.rglob("*.sql"))
GRAIN = "One row per "


@pytest.fixture(scope="module")
def documented(project: Build) -> dict[str, dict[str, Any]]:
    """Name of the model -> its node in dbt's manifest."""
    return {
        node["name"]: node
        for node in project.manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }


@pytest.fixture(scope="module")
def built(project: Build) -> dict[str, set[str]]:
    """Name of the relation -> its columns."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in (project.layers, project.marts):
        with duckdb.connect(str(file), read_only=True) as connection:
            rows = connection.execute(
                "select table_name, column_name from information_schema.columns"
            )
            for table, column in rows.fetchall():
                found[table].add(column)
    return found


@pytest.mark.parametrize("model", MODELS)
def test_description_of_a_model_begins_with_its_grain(
    model: str, documented: dict[str, dict[str, Any]]
) -> None:
    assert documented[model]["description"].startswith(GRAIN)


@pytest.mark.parametrize("model", MODELS)
def test_every_column_of_a_model_is_described_and_no_other(
    model: str, documented: dict[str, dict[str, Any]], built: dict[str, set[str]]
) -> None:
    columns = documented[model]["columns"]
    assert set(columns) == built[model]
    assert [name for name, column in columns.items() if not column["description"]] == []


def test_every_record_that_is_counted_says_what_decided_and_where_it_stands(
    documented: dict[str, dict[str, Any]],
) -> None:
    """The row of an extract, but for what the population says is put together of many."""
    counted = {
        name: node
        for name, node in documented.items()
        if name.startswith("pop_") and name != "pop_records" and "counted_on" in node["columns"]
    }
    assert [name for name, node in counted.items() if "decided_by" not in node["columns"]] == []
    assert [
        name for name, node in counted.items()
        if ("held_in" in node["columns"]) == bool(node["config"]["meta"].get("put_together_of"))
    ] == []  # fmt: skip


def test_table_of_practice_names_every_measure_in_the_file_that_has_it() -> None:
    named: dict[str, set[str]] = defaultdict(set)
    file = ""
    text = (DBT_FOLDER.parent / "dbt_project/docs/practice.md").read_text(encoding="utf-8")
    for line in (
        text.partition("## Where each measure is")[2].partition("\n## ")[0].splitlines()[6:]
    ):
        if cells := [cell.strip() for cell in line.strip("|").split("|")][:3]:
            file = cells[0] or file
            named[file] |= set(cells[-1].split(", ")) - {""}
    practice = DBT_FOLDER / "indicators" / "practice"
    registered = {
        path.stem: {one["id"] for one in yaml.safe_load(path.read_text("utf-8"))["indicators"]}
        for path in practice.glob("*.yml")
    }
    assert dict(named) == registered
