"""What an addition takes, in a copy of the project: the files that the READMEs name, and no others."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import PROJECT_FOLDER
from tests.dbt_compile import TELEMETRY_OFF

PARTS = (
    "orchestration", "expectations", "dbt_project", "tests/reports", "tests/dbt_compile.py", "tests/empty_project.py",
    "tests/reading.py",
)  # fmt: skip
POPULATIONS = "dbt_project/models/populations"
REPORTS = "dbt_project/models/reports"

POPULATION_SQL = """-- One row per assessment that took longer than 45 working days.
select
    area_code,
    record_key,
    child_key,
    event_date,
    counted_on,
    source,
    'weekday' as kind_of_day
from {{ ref('pop_assessments') }}
where not is_within_45_working_days
"""
POPULATION_YAML = """version: 2

models:
  - name: pop_late_assessments
    description: One row per assessment that took longer than 45 working days.
    config: {meta: {grain: [record_key, counted_on]}}
    columns:
      - {name: area_code, description: "{{ doc('area_code') }}"}
      - {name: record_key, description: "{{ doc('record_key') }}"}
      - {name: child_key, description: "{{ doc('child_key') }}"}
      - {name: event_date, description: "{{ doc('event_date') }}"}
      - {name: counted_on, description: "{{ doc('counted_on') }}"}
      - {name: source, description: "{{ doc('source') }}"}
      - name: kind_of_day
        description: Kind of day on which it was authorised.
        config: {meta: {breakdown: true}}
"""
POPULATION = {
    f"{POPULATIONS}/social_care/pop_late_assessments.sql": ("", POPULATION_SQL),
    f"{POPULATIONS}/social_care/late_assessments.yml": ("", POPULATION_YAML),
    f"{POPULATIONS}/pop_records.sql": (
        "    'referrals',\n",
        "    'referrals',\n    'late_assessments',\n",
    ),
}
# The first of each file is replaced by the second; an empty first begins a file.
INDICATOR = {
    "dbt_project/indicators/borough/late_assessments.yml": (
        "",
        """family: late_assessments
plan: borough
section: Children's social care
defaults: {data_owner: Head of data, breakdowns: [kind_of_day], reports: [committee]}
indicators:
  - id: late_assessments_rate
    position: PR01
    title: Late assessments
    definition: Assessments that took longer than 45 working days.
    numerator_means: Late assessments.
    denominator_means: Children aged 0 to 17.
    population: late_assessments
    covers: assessment
    kind: rate_per_10k
    unit: assessments
    numerator: all
    events: {numerator: late assessment}
    basis: rolling12
    good_is: low
    decimals: 1
    benchmarks: []
    caveats: None.
    definition_from: {document: A test, year: 2025, section: "1"}
    inputs: [annex_a list 3]
    example: {numerator: 1, denominator: 10000, value: 1.0}
""",
    ),
    "dbt_project/indicators/vocabulary.yml": (
        "  variant:", "  borough: {title: What the borough asks for}\n  variant:",
    ),
}  # fmt: skip
BREAKDOWN = {
    "dbt_project/dbt_project.yml": ("record_breakdowns: [", "record_breakdowns: [kind_of_day, "),
}
UNIT = {"dbt_project/indicators/vocabulary.yml": ("units: [", "units: [assessments, ")}
DECLARED = (
    "      - name: run_id\n        config: {meta: {public: as it is}}\n        data_type: varchar\n"
)
COLUMN = (
    "      - {name: upper_limit, data_type: double, description: Highest value that chance alone explains.,"
    " config: {meta: {public: of the series}}}\n"
)
REPORT_COLUMN = {
    f"{REPORTS}/rpt_committee.sql": (
        "        lines.run_id\n    from changed", "        lines.upper_limit,\n        lines.run_id\n    from changed",
    ),
    f"{REPORTS}/committee.yml": (DECLARED, COLUMN + DECLARED),
    f"{REPORTS}/standards.yml": (DECLARED, COLUMN + DECLARED),
    "orchestration/reports/content/published.py": (
        "    break_reason: str | None\n",
        '    break_reason: str | None\n    upper_limit: float | None = headed("By chance at most")\n',
    ),
}  # fmt: skip
LINEAGE = re.compile(r"'(\w+)' as reader,\s+'(\w+)' as source,\s+'(\w+)' as table_name")
SAY = """
import json
from pathlib import Path
from tests.dbt_compile import compile_models
from tests.reports.conftest import Warehouse
from tests.reports.printed_tables import PRINTED
from orchestration.registry.indicators import (
    breakdowns_by_population, check_breakdowns, cross_check, load_indicators, measures_by_population,
)
from orchestration.reports.content.committee import committee_content, write_page
from orchestration.reports.disclosure.edition import write_public_edition
from orchestration.reports.disclosure.identities import Identities
from orchestration.reports.media.spreadsheets import write_workbook
from orchestration.settings import PROJECT_FOLDER
from orchestration.warehouse.inputs import _indicator_rows

assert Path.cwd() == PROJECT_FOLDER
indicators = load_indicators()
cross_check(indicators, measures_by_population())
check_breakdowns(indicators, breakdowns_by_population())
told = next(row for row in _indicator_rows(indicators) if row["indicator_id"] == "late_assessments_rate")
models = compile_models(Path("compiled").absolute(), "--select", "pop_records", "val_figures", "gate_lineage", *PRINTED)
sql = {path.stem: path.read_text().replace('"warehouse".', "") for path in models.rglob("*.sql")}
warehouse = Warehouse({name: sql[name] for name in PRINTED})
warehouse.add_area("E09000003", "Barnet", is_home=True)
warehouse.add_indicator("rate")
for month in ("2025-01-31", "2025-02-28", "2025-03-31"):
    warehouse.add_figure("rate", month, 5, denominator=1000, value=50.0)
warehouse.add_change("rate", "2025-03-31", 50.0, "none", upper_limit=57.5)
marts = warehouse.write(Path("warehouse.duckdb"))
write_public_edition(marts, Identities())
write_page(committee_content(marts, "restricted"), Path("page.html"))
write_workbook(marts, "committee", "Committee report", "restricted", Path("report.xlsx"))
print(json.dumps({"told": told, **{name: sql[name] for name in ("pop_records", "val_figures", "gate_lineage")}}))
"""


def _apply(folder: Path, changes: dict[str, tuple[str, str]]) -> None:
    for name, (before, after) in changes.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        text = path.read_text(encoding="utf-8") if before else ""
        assert before in text
        path.write_text(text.replace(before, after, 1) if before else after, encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with every addition made."""
    folder = tmp_path_factory.mktemp("project").resolve()
    for name in PARTS:
        copy = shutil.copytree if (PROJECT_FOLDER / name).is_dir() else shutil.copy
        (folder / name).parent.mkdir(exist_ok=True)
        copy(PROJECT_FOLDER / name, folder / name)
    shutil.rmtree(folder / "dbt_project" / "target", ignore_errors=True)
    for changes in (POPULATION, INDICATOR, BREAKDOWN, UNIT, REPORT_COLUMN):
        _apply(folder, changes)
    return folder


@pytest.fixture(scope="module")
def said(project: Path) -> dict[str, Any]:
    """What the changed project compiles to and tells dbt, and in its folder what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", SAY], cwd=project, capture_output=True, text=True, check=False,
        env={**os.environ, **TELEMETRY_OFF, "PYTHONPATH": str(project)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_population_takes_three_files_and_is_counted_and_held(said: dict[str, Any]) -> None:
    assert len(POPULATION) == 3
    assert "'late_assessments' as population" in said["pop_records"]
    # the gate follows the references: what a population reads by another one, too, and nothing else
    lineage = set(LINEAGE.findall(said["gate_lineage"]))
    held_by = {
        population: {(source, table) for reader, source, table in lineage if reader == population}
        for population in ("pop_referrals", "pop_late_assessments")
    }
    assert held_by == {
        "pop_referrals": {("annex_a", "list_3"), ("cin_census", "cin_details")},
        "pop_late_assessments": {("annex_a", "list_4"), ("cin_census", "assessments")},
    }


def test_breakdown_is_a_marked_column_and_has_figures(said: dict[str, Any]) -> None:
    assert "when grouping(kind_of_day) = 0 then 'kind_of_day'" in said["val_figures"]


def test_plan_and_unit_are_declared_in_yaml_and_told_to_dbt(said: dict[str, Any]) -> None:
    assert all(name.endswith(".yml") for name in (*INDICATOR, *UNIT))
    assert (said["told"]["plan"], said["told"]["unit"]) == ("borough", "assessments")


def test_report_column_takes_four_files_and_is_printed_everywhere(
    project: Path, said: dict[str, Any]
) -> None:
    from lxml import html
    from openpyxl import load_workbook

    assert said
    assert len(REPORT_COLUMN) == 4
    overview = html.fromstring((project / "page.html").read_text(encoding="utf-8"))
    [table] = overview.xpath("//table[@class='overview']")
    headings = [cell.text_content() for cell in table.xpath("thead//th")]
    [row] = table.xpath("tbody/tr[td]")
    assert row[headings.index("By chance at most")].text_content() == "57.5"

    sheet = load_workbook(project / "report.xlsx")["Indicators"]
    rows = list(sheet[sheet.tables["table_indicators"].ref])
    printed = dict(
        zip((cell.value for cell in rows[0]), (cell.value for cell in rows[1]), strict=True)
    )
    assert printed["By chance at most"] == 57.5
