"""The SQL of the history and population models as dbt compiles it, and the relations it reads.

The tests run this text and nothing else: no rule of history is written a second time in Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from orchestration.registry.indicators import POPULATIONS_FOLDER
from tests.empty_project import Build

# What the tests ask for; what these are made from is added.
ASKED_FOR = (
    "hist_adoption_chains", "hist_adoptions", "hist_assessments", "hist_covered_runs", "hist_covered_spans",
    "hist_cp_plans", "hist_episodes", "hist_incident_years", "hist_incidents", "hist_initial_conferences",
    "hist_looked_after_cohorts",
    "hist_month_ends", "hist_periods_of_care", "hist_referrals", "hist_section_47_enquiries",
    *sorted(path.stem for path in (POPULATIONS_FOLDER / "social_care").glob("pop_*.sql")),
)  # fmt: skip
RELATION = re.compile(r'"layers"\."(?P<schema>\w+)"\."(?P<name>\w+)"')
# How dbt-duckdb writes a source: one Parquet file of the run, or one per area.
RAW_FILE = re.compile(r"'raw/(?P<source>\w+)/(?P<table>\w+)(?:/\*)?\.parquet'")


@dataclass(frozen=True)
class Model:
    """One compiled model: its place, its text, and the models and seeds it reads."""

    schema: str
    name: str
    sql: str

    @property
    def relation(self) -> str:
        return f"{self.schema}.{self.name}"

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """Names of the relations in the text, in order, each once."""
        return tuple(dict.fromkeys(found["name"] for found in RELATION.finditer(self.sql)))

    @cached_property
    def raw_tables(self) -> tuple[tuple[str, str], ...]:
        """(source, table) of every raw file in the text."""
        return tuple((found["source"], found["table"]) for found in RAW_FILE.finditer(self.sql))

    def on_tables(self) -> str:
        """The text with raw files replaced by tables of the schema `raw`."""
        return RAW_FILE.sub(r'"raw"."\g<source>__\g<table>"', self.sql)


def compiled_models(project: Build) -> dict[str, Model]:
    """Every model the tests need, by name."""
    models = {
        path.stem: Model(path.relative_to(project.compiled).parts[0], path.stem, path.read_text())
        for path in sorted(project.compiled.rglob("*.sql"))
    }
    return {model.name: model for model in ancestors_of(models, ASKED_FOR)}


def ancestors_of(models: Mapping[str, Model], names: Iterable[str]) -> list[Model]:
    """The models named and all they are made from, each after those it reads; seeds are no models."""
    ordered: dict[str, Model] = {}

    def visit(name: str) -> None:
        if name in models and name not in ordered:
            for read in models[name].reads:
                visit(read)
            ordered[name] = models[name]

    for name in names:
        visit(name)
    return list(ordered.values())
