"""The data dictionary: every published table and column, in the words that the warehouse itself carries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.reports.content import wording
from orchestration.reports.content.committee import page_environment
from orchestration.reports.content.published import read_home, read_run
from orchestration.warehouse.opening import opened


@dataclass(frozen=True)
class Column:
    """A column as an analyst queries it."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class Relation:
    """A published table or view."""

    name: str
    description: str
    columns: tuple[Column, ...]


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


def _relations(connection: duckdb.DuckDBPyConnection) -> list[Relation]:
    return [
        Relation(
            name,
            comment or "",
            tuple(
                Column(column, data_type, said or "")
                for column, data_type, said in connection.execute(COLUMNS, [name]).fetchall()
            ),
        )
        for name, comment in connection.execute(RELATIONS).fetchall()
    ]


def render_dictionary(marts: Path, target: Path) -> None:
    """Write the page; it is for officers, as it names what only they may query."""
    with opened(marts) as connection:
        page = page_environment().get_template("dictionary.html.j2").render(
            relations=_relations(connection), run=read_run(connection), home=read_home(connection),
            title="Data dictionary", is_public=False, in_words=wording.day,
        )  # fmt: skip
    target.write_text(page, encoding="utf-8")
