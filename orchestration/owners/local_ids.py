"""The local ids of children, from the restricted look-up: for officers' pages and worklists only."""

from __future__ import annotations

import duckdb

from orchestration.settings import DataFolder


def local_ids(folder: DataFolder | None, keys: set[str]) -> dict[str, str]:
    """Local ids by key; none without the folder."""
    files = sorted(folder.identifiers.glob("*/*.parquet")) if folder else []
    if not files or not keys:
        return {}
    with duckdb.connect() as connection:
        wanted = connection.execute(
            "select key, min(identifier) from read_parquet($1) where key in (select unnest($2)) group by key",
            [[str(path) for path in files], sorted(keys)],
        ).fetchall()
    return dict(wanted)
