"""The printed tables (`rpt_*`) of a small warehouse, made by the SQL that dbt compiles from the models.

So a page is tested on rows of the published marts, and no rule of the printed tables is written twice.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

# In the order in which they read each other.
PRINTED = (
    "rpt_figures",
    "rpt_comparisons",
    "rpt_committee",
    "rpt_standards",
    "rpt_board",
    "rpt_board_outcomes",
    "rpt_groups",
    "rpt_cohorts",
)


def printed_tables(compiled: Path) -> dict[str, str]:
    """The text of each compiled model, reading the schema `marts` of the database it runs in."""
    return {
        name: (compiled / "reports" / f"{name}.sql")
        .read_text(encoding="utf-8")
        .replace('"warehouse".', "")
        for name in PRINTED
    }


def fill(connection: duckdb.DuckDBPyConnection, models: dict[str, str]) -> None:
    """Run every model into its table."""
    for name, sql in models.items():
        connection.execute(f"insert into marts.{name} by name ({sql})")
