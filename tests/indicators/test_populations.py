"""A population that its union does not name stops the build; one of no counted records need not be there."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.settings import DBT_FOLDER
from orchestration.warehouse.dbt_process import safe_message
from tests.small_project import run_project, write_project

MACROS = ("macros/measures.sql", "macros/breakdowns.sql", "macros/engines.sql")
RECORDS = DBT_FOLDER / "models" / "populations" / "pop_records.sql"
PROJECT = """
name: cypp
version: "1.0"
profile: cypp
models: {+materialized: table}
vars: {record_breakdowns: [purpose], child_breakdowns: []}
"""
COLUMNS = ("area_code", "record_key", "child_key", "event_date", "source")


def _union(*populations: str) -> str:
    """The shipped union over other populations."""
    text = RECORDS.read_text(encoding="utf-8")
    begin, end = text.index("[\n"), text.index("] %}")
    return text[:begin] + str(list(populations)) + text[end + 1 :]


def _population(name: str, *further: str, breakdown: str = "purpose") -> dict[str, str]:
    columns = (*COLUMNS, *further)
    marked = f"{{name: {breakdown}, config: {{meta: {{breakdown: true}}}}}}"
    documented = ", ".join([f"{{name: {column}}}" for column in columns] + [marked])
    selected = ", ".join(f"'x' as {column}" for column in (*columns, breakdown))
    return {
        f"models/pop_{name}.sql": f"select {selected}",
        f"models/pop_{name}.yml": f"{{version: 2, models: [{{name: pop_{name}, columns: [{documented}]}}]}}",
    }


def _built(folder: Path, union: str, *populations: dict[str, str]) -> tuple[str, str]:
    """dbt's status and message of the union."""
    files = {macro: (DBT_FOLDER / macro).read_text(encoding="utf-8") for macro in MACROS}
    for population in populations:
        files |= population
    profile = "cypp: {target: nightly, outputs: {nightly: {type: duckdb, path: 'built.duckdb'}}}"
    own = {"dbt_project.yml": PROJECT, "profiles.yml": profile, "models/pop_records.sql": union}
    write_project(folder, files | own)
    status, message = run_project(folder)["pop_records"]
    return status, safe_message(message)


@pytest.mark.parametrize(
    ("named", "status"),
    [
        (("visits",), "error"),
        pytest.param(("visits", "assessed_visits"), "success", marks=pytest.mark.faults),
    ],
)
def test_population_that_the_union_does_not_name_stops_the_build(
    tmp_path: Path, named: tuple[str, ...], status: str
) -> None:
    found, message = _built(
        tmp_path,
        _union(*named),
        _population("visits", "counted_on"),
        _population("assessed_visits", "counted_on", "superseded_on"),
        _population("supplied"),
    )
    assert found == status
    assert ("pop_assessed_visits is not among the populations" in message) == (status == "error")


def test_marked_breakdown_that_the_project_does_not_name_stops_the_build(tmp_path: Path) -> None:
    visits = _population("visits", "counted_on", breakdown="mood")
    found, message = _built(tmp_path, _union("visits"), visits)
    assert found == "error"
    assert "pop_visits.mood is marked as a breakdown" in message
