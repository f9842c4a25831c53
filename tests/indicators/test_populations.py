"""A population that its union does not name stops the build; one of no counted records need not be there."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.settings import DBT_FOLDER
from orchestration.warehouse.dbt_process import safe_message
from tests.small_project import run_project, write_project

MACROS = ("macros/measures.sql", "macros/breakdowns.sql")
RECORDS = DBT_FOLDER / "models" / "populations" / "pop_records.sql"
COLUMNS = ("area_code", "record_key", "child_key", "event_date", "source")


def _union(*populations: str) -> str:
    """The shipped union over other populations."""
    text = RECORDS.read_text(encoding="utf-8")
    begin, end = text.index("[\n"), text.index("] %}")
    return text[:begin] + str(list(populations)) + text[end + 1 :]


def _population(name: str, *further: str) -> dict[str, str]:
    columns = (*COLUMNS, *further)
    documented = ", ".join(f"{{name: {column}}}" for column in columns)
    selected = ", ".join(f"'x' as {column}" for column in columns)
    return {
        f"models/pop_{name}.sql": f"select {selected}",
        f"models/pop_{name}.yml": f"{{version: 2, models: [{{name: pop_{name}, columns: [{documented}]}}]}}",
    }


@pytest.mark.parametrize(
    ("named", "status"), [(("visits",), "error"), (("visits", "assessed_visits"), "success")]
)
def test_population_that_the_union_does_not_name_stops_the_build(
    tmp_path: Path, named: tuple[str, ...], status: str
) -> None:
    files = {macro: (DBT_FOLDER / macro).read_text(encoding="utf-8") for macro in MACROS}
    write_project(
        tmp_path,
        {
            **files,
            **_population("visits", "counted_on"),
            **_population("assessed_visits", "counted_on", "superseded_on"),
            **_population("supplied"),
            "profiles.yml": "cypp: {target: t, outputs: {t: {type: duckdb, path: 'built.duckdb'}}}",
            "models/pop_records.sql": _union(*named),
        },
    )
    found, message = run_project(tmp_path)["pop_records"]
    assert found == status
    assert ("pop_assessed_visits is not among the populations" in safe_message(message)) == (
        status == "error"
    )
