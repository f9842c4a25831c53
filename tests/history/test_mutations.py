"""The examples are sharp: every fault in `mutations.yml` makes the test it names fail."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.history.compiled import Model
from tests.history.warehouse import Warehouse

FAULTS = Path(__file__).with_name("mutations.yml")
COMMENT = re.compile(r"--[^\n]*")
TEST = re.compile(r"(?P<module>\w+)\.(?P<function>\w+)(?:\[(?P<case>.*)\])?")


@dataclass(frozen=True)
class Mutation:
    """`old` becomes `new` in a model's text; the test `noticed_by` then fails."""

    model: str
    old: str
    new: str
    noticed_by: str


MUTATIONS = [
    Mutation(model, fault["from"], fault["to"], fault["noticed_by"])
    for model, faults in yaml.safe_load(FAULTS.read_text()).items()
    for fault in faults
]


def _mutated(models: Mapping[str, Model], mutation: Mutation) -> dict[str, Model]:
    model = models[mutation.model]
    sql = " ".join(COMMENT.sub("", model.sql).split())
    n_places = sql.count(mutation.old)
    if n_places != 1:
        raise ValueError(
            f"{mutation.model} has {n_places} times {mutation.old!r}: bring mutations.yml up to date"
        )
    return {**models, mutation.model: replace(model, sql=sql.replace(mutation.old, mutation.new))}


def _cases(test: Callable[..., None]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(id, arguments) of every case of a test; one without arguments for a plain test."""
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    if not marks:
        yield "", {}
    for names, cases in (mark.args for mark in marks):
        for case in cases:
            several = not isinstance(names, str)
            values = getattr(case, "values", case if several else (case,))
            name = getattr(case, "id", None) or "-".join(str(value) for value in values)
            yield name, dict(zip(names if several else (names,), values, strict=True))


def _runs(noticed_by: str) -> list[Callable[[Warehouse], None]]:
    """What a name in `noticed_by` stands for."""
    found = TEST.fullmatch(noticed_by)
    assert found is not None, noticed_by
    test = getattr(importlib.import_module(f"tests.history.{found['module']}"), found["function"])
    cases = [arguments for name, arguments in _cases(test) if found["case"] in (None, name)]
    assert cases, f"no such case: {noticed_by}"
    return [
        lambda warehouse, arguments=arguments: test(warehouse, **arguments) for arguments in cases
    ]


def _fails(run: Callable[[Warehouse], None], warehouse: Warehouse) -> bool:
    try:
        run(warehouse)
    except (AssertionError, KeyError):
        return True
    return False


@pytest.mark.parametrize(
    "mutation", MUTATIONS, ids=lambda fault: f"{fault.model}: {fault.old} -> {fault.new}"
)
def test_fault_in_the_sql_is_noticed(warehouse: Warehouse, mutation: Mutation) -> None:
    """The test named for a fault fails on it (and passes without: it is in the suite itself)."""
    runs = _runs(mutation.noticed_by)
    faulty = warehouse.running(_mutated(warehouse.models, mutation))
    assert any(_fails(run, faulty) for run in runs), f"{mutation.noticed_by} still passes"
