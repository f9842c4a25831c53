"""Every relation says what it is for, and every column of it what it means, no more and no fewer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from expectations.contract import CONTRACTS_FOLDER
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


def _said_twice(node: yaml.Node) -> Iterator[str]:
    """Keys of a mapping that it has more than once, with their lines; YAML keeps the last without a word."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield f"{key.value}, line {key.start_mark.line + 1}"
            seen.add(key.value)
            yield from _said_twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _said_twice(item)


@pytest.mark.parametrize(
    "folder", [DBT_FOLDER, CONTRACTS_FOLDER.parent], ids=lambda folder: folder.name
)
def test_no_key_of_a_mapping_is_said_twice(folder: Path) -> None:
    files = [path for path in folder.rglob("*.yml") if "target" not in path.parts]
    assert files
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    found = {path.name: list(_said_twice(yaml.compose(text, Loader=yaml.CSafeLoader))) for path, text in texts.items()}  # fmt: skip
    assert {name: keys for name, keys in found.items() if keys} == {}


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
