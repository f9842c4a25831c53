"""The data dictionary: every published table and column, in the words that the warehouse itself carries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.reports.content import wording
from orchestration.reports.content.committee import page_environment
from orchestration.reports.content.published import read_home, read_records, read_run
from orchestration.reports.content.relations import drawing_of
from orchestration.reports.media.interactive import allowed, page_script
from orchestration.warehouse.opening import opened
from orchestration.warehouse.schemas import allowed_values, joins


@dataclass(frozen=True)
class Column:
    """A column as an analyst queries it."""

    name: str
    data_type: str
    description: str
    leads_to: str
    """The column of another table that it is the key of; empty for most."""
    values: tuple[str, ...]
    """The only ones that it may have; empty where it may have any."""


@dataclass(frozen=True)
class Relation:
    """A published table or view."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class IndicatorEntry:
    """An indicator as the register has it."""

    indicator_id: str
    position: str
    title: str
    kind: str
    unit: str
    headline_basis: str
    population: str
    definition: str
    numerator_means: str
    denominator_means: str
    reports: str


RELATIONS = """
    select table_name, comment from duckdb_tables() where schema_name = 'marts'
    union all
    select view_name, comment from duckdb_views() where schema_name = 'marts'
    order by all
"""
COLUMNS = """
    select column_name, lower(data_type), comment from duckdb_columns()
    where schema_name = 'marts' and table_name = ?
    order by column_index
"""
KEYS = """
    select table_name, constraint_column_names from duckdb_constraints()
    where schema_name = 'marts' and constraint_type = 'PRIMARY KEY'
"""


def _relations(connection: duckdb.DuckDBPyConnection) -> list[Relation]:
    keys = {name: tuple(columns) for name, columns in connection.execute(KEYS).fetchall()}
    parents = {
        (one.table, one.columns[0]): f"{one.parent}.{one.field}"
        for one in joins()
        if len(one.columns) == 1
    }
    values = allowed_values()
    return [
        Relation(
            name,
            comment or "",
            keys.get(name, ()),
            tuple(
                Column(
                    column,
                    data_type,
                    said or "",
                    parents.get((name, column), ""),
                    values.get((name, column), ()),
                )
                for column, data_type, said in connection.execute(COLUMNS, [name]).fetchall()
            ),
        )
        for name, comment in connection.execute(RELATIONS).fetchall()
    ]


def render_dictionary(marts: Path, target: Path) -> None:
    """Write the page; it is for officers, as it names what only they may query."""
    script = page_script("dictionary")
    with opened(marts) as connection:
        page = page_environment().get_template("dictionary.html.j2").render(
            relations=_relations(connection), joins=joins(), drawing=drawing_of(joins()),
            indicators=read_records(
                connection, IndicatorEntry, "select {columns} from marts.dim_indicators as found order by plan_order"
            ),
            run=read_run(connection), home=read_home(connection),
            title="Data dictionary", is_public=False, in_words=wording.day,
            script=script, allowed=allowed(script),
        )  # fmt: skip
    target.write_text(page, encoding="utf-8")
