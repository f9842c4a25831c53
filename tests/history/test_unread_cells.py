"""What a cell that could not be read does: which populations leave its record out, and that no other changes.

`unread_cells.csv` is the table of every column of social care that is kept; whoever changes a definition changes its
line. Of education a value that cannot be read keeps its row out whole, where a rule uses it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from expectations.contract import contract_for, sources
from expectations.suites import checks_of
from orchestration.intake.extract import SubmissionFiles
from orchestration.intake.keys import keyed_hash
from orchestration.registry.indicators import POPULATIONS_FOLDER, load_indicators
from orchestration.settings import DBT_FOLDER
from tests.history.unread_scenarios import MONTH, SCENARIOS, Planted, planted, write
from tests.history.warehouse import SECRET, Told, Warehouse
from tests.history.world import BARNET, Submission
from tests.reading import extract

TABLE = Path(__file__).parent / "unread_cells.csv"
SOURCES = ("annex_a", "ssda903", "cin_census")
# pop_children names each child once, for the breakdowns; of pupils in care the cohorts are told, not the pupils.
POPULATIONS = (
    *sorted({path.stem for path in (POPULATIONS_FOLDER / "social_care").glob("pop_*.sql")} - {"pop_children"}),
    "hist_looked_after_cohorts",
)  # fmt: skip
# Of one pupil two populations are made, by the key stage.
COHORTS = {"looked_after_cohorts": ("ks2_pupils_looked_after", "ks4_pupils_looked_after")}
# What divides a figure, and never decides it.
BREAKDOWNS = {
    "primary_need",
    "category_of_abuse",
    "placement_type",
    "legal_status",
    "referral_source",
    "unaccompanied",
    "disability",
}
# Where a record is and what decided about it, in words: what evidence says, and no figure reads.
EVIDENCE = {"held_in", "decided_by"}
Effects = dict[tuple[str, str], tuple[set[str], set[str]]]
"""By table and column: the populations that leave the record out, and those in which it changes."""


def _taken_in(folder: Path, source: str, children: list[Planted]) -> tuple[Submission, Told]:
    named = {table: () for child in children for table in child.scenario.rows}
    submission = Submission(source, MONTH, named)
    extraction = extract(
        SubmissionFiles(
            submission_id=submission.submission_id, area_code=BARNET, source=source, folder_as_at=submission.as_at,
            files=write(source, children, folder), look_back_months=6, dfe_code="302", fingerprint="test",
        ),
        SECRET, folder / "raw",
    )  # fmt: skip
    assert extraction.verdict == "accepted", extraction.reason
    read = {name: pq.read_table(folder / "raw" / f"{name}.parquet").to_pylist() for name in named}
    return submission, {f"{source}__{name}": rows for name, rows in read.items()}


def _by_child(told: Told, children: list[Planted]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """By population and child the rows of the month, by which children can be compared."""
    keys = {keyed_hash(SECRET, "child", BARNET, one.child): one.child for one in children}
    pupils = {keyed_hash(SECRET, "upn", one.upn): one.child for one in children}
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for model, rows in told.items():
        by_child = found.setdefault(model.removeprefix("pop_").removeprefix("hist_"), {})
        for row in rows:
            child = keys[row["child"]] if "child" in row else pupils[row["pupil_key"]]
            shown = {
                name: value
                for name, value in row.items()
                if name not in ("child", "pupil_key", "record_key")
            }
            by_child.setdefault(child, []).append(shown)
    return found


def _effects(
    found: Mapping[str, Mapping[str, list[dict[str, Any]]]], children: Iterable[Planted]
) -> Effects:
    whole = {one.scenario.name: one.child for one in children if not one.table}
    effects: Effects = {}
    for one in (one for one in children if one.table):
        left_out, changed = effects.setdefault((one.table, one.column), (set(), set()))
        for population, by_child in found.items():
            before, after = by_child.get(whole[one.scenario.name], []), by_child.get(one.child, [])
            for name in COHORTS.get(population, (population,)):
                if before and not after:
                    left_out.add(name)
                elif _but_for_breakdowns(before) != _but_for_breakdowns(after):
                    changed.add(name)
    return effects


def _but_for_breakdowns(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in row if name not in BREAKDOWNS | EVIDENCE} for row in rows]


@pytest.fixture(scope="module")
def effects(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Effects]:
    """By source what a cell of each of its columns did that could not be read."""
    found: dict[str, Effects] = {}
    counted: set[str] = set()
    for source in SOURCES:
        children = planted(source)
        submission, read = _taken_in(tmp_path_factory.mktemp(source), source, children)
        told = warehouse.tell([submission], *POPULATIONS, taken_in=read)
        found[source] = _effects(_by_child(told, children), children)
        counted |= {model for model, rows in told.items() if rows}
    assert counted >= {*POPULATIONS}, (
        f"no child of tests/history/unread_scenarios.py counts in {sorted({*POPULATIONS} - counted)}: add one"
    )
    return found


def _lines(effects: Mapping[str, Effects]) -> list[dict[str, str]]:
    return [
        {
            "source": source,
            "table": table,
            "column": column,
            "left_out_of": " ".join(sorted(left_out)),
            "changes_in": " ".join(sorted(changed)),
        }
        for source, of_source in effects.items()
        for (table, column), (left_out, changed) in of_source.items()
    ]


def test_every_column_does_what_its_line_says(effects: dict[str, Effects]) -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    current = _lines(effects)
    changed = [line for line in current if line not in lines]
    assert current == lines, f"{TABLE.name} is not current; these lines differ: {changed}"


@pytest.mark.parametrize("source", SOURCES)
def test_contract_names_the_populations_that_leave_the_record_out(
    effects: dict[str, Effects], source: str
) -> None:
    """No column leaves a record out of a population that it does not name, and none names one in vain."""
    tables = contract_for(source).tables
    wrong = []
    for (table, name), (left_out, changed) in effects[source].items():
        column = tables[table].columns[name]
        placing = {one for record in tables[table].records.values() for one in record.places_it}
        named, place = set(column.decides), f"{source}.yml, {table}.{name}"
        missing = set() if name in placing else {*left_out, *changed} - named
        wrong += [f"{place}: `decides` must name {one}" for one in sorted(missing)]
        wrong += [f"{place}: `decides` names {one} in vain" for one in sorted(named - left_out)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("source", sorted(set(sources()) - set(SOURCES)))
def test_education_keeps_a_row_out_whole_whose_deciding_value_cannot_be_read(source: str) -> None:
    for name, table in contract_for(source).tables.items():
        out = {
            check.column
            for checks in checks_of(source, name).keeping_out.values()
            for check in checks
            if check.rule in ("unreadable", "code_unknown", "value_missing")
        }
        decisive = {
            column
            for column in table.decisive_columns
            if table.columns[column].type != "child_id" and not table.columns[column].decides
        }
        assert not table.records or decisive <= out, f"{source}.{name}"


def test_every_named_population_exists() -> None:
    counted = {indicator.population for indicator in load_indicators()}
    with (DBT_FOLDER / "seeds" / "cohort_steps.csv").open(encoding="utf-8", newline="") as file:
        known = counted | {row["population"] for row in csv.DictReader(file)}
    for source in SOURCES:
        for name, table in contract_for(source).tables.items():
            for column_name, column in table.columns.items():
                assert set(column.decides) <= known, f"{source}.{name}.{column_name}"


def test_every_population_of_social_care_has_a_child_in_a_scenario() -> None:
    tables = {(one.source, table) for one in SCENARIOS for table in one.rows}
    deciding = {
        (source, name)
        for source in SOURCES
        for name, table in contract_for(source).tables.items()
        if any(column.decides for column in table.columns.values())
    }
    assert deciding <= tables
