"""What the published tables say, as one hash: equal when the same code makes them again from the same knowledge."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

from orchestration.warehouse.opening import opened

# What a clean rebuild cannot give again (data/README.md, 'Rebuilding'): runs, moments, and what was first said when.
NOT_CONTENT = (
    "run_id", "received_at", "first_reported_value", "first_seen", "last_seen", "times_seen", "due_date",
    "since", "published_at",
)  # fmt: skip
# They say when each run was and what it said, and nothing of now.
NOT_CONTENT_TABLES = ("dim_runs", "fct_vintages")


def content_by_table(marts: Path) -> dict[str, tuple[int, int | None]]:
    """The number of rows of each published table and a hash of them, whatever their order."""
    with opened(marts) as connection:
        tables = connection.execute(
            "select table_name, string_agg('\"' || column_name || '\"', ', ' order by ordinal_position)"
            " from information_schema.columns where table_schema = 'marts' and not list_contains(?, table_name)"
            " and not list_contains(?, column_name) group by all",
            [list(NOT_CONTENT_TABLES), list(NOT_CONTENT)],
        ).fetchall()
        return {
            table: _content_of(connection, f"select {columns} from marts.{table}")  # noqa: S608 -- names of our models
            for table, columns in tables
        }


def content_hash(marts: Path) -> str:
    """One hash over all published tables."""
    return hashlib.sha256(repr(sorted(content_by_table(marts).items())).encode()).hexdigest()[:32]


def _content_of(connection: duckdb.DuckDBPyConnection, rows: str) -> tuple[int, int | None]:
    [(count, digest)] = connection.execute(
        f"select count(*), sum(cast(hash(content) as hugeint)) from ({rows}) as content"  # noqa: S608
    ).fetchall()
    return count, digest
