"""Ledgers made before events were chained (version 0.2): taken over once, when one is opened."""

from __future__ import annotations

import heapq
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.ledger.kept_files import ISSUED, files_of_pack, files_of_run

# By table: the kind of its events, and the column with their moment.
LEGACY_TABLES = {
    "submission_events": ("submission", "happened_at"), "run_events": ("run", "happened_at"),
    "acceptances": ("acceptance", "accepted_at"), "issue_answers": ("answer", "answered_at"),
    "facts": ("fact", None),
}  # fmt: skip
# Of facts nobody knew the moment; they come first.
BEFORE_ALL = "0001-01-01T00:00:00+00:00"
# An earlier program would begin these tables anew, empty; it stops at a view of the name.
STOP = "create view submission_events as select 'this ledger is of a later version' as told"
Insert = Callable[[str, str, dict[str, Any]], object]


def take_over(
    connection: sqlite3.Connection, folder: Path, tables: list[str], insert: Insert
) -> None:
    """Begin the chain with the events that are there, all or none; each table's own order stays."""
    connection.execute("begin immediate")
    found = [list(_events(connection, name)) for name in tables]
    n_events = 0
    for moment, kind, content in heapq.merge(*found, key=lambda event: event[0]):
        insert(moment, kind, _run(content, folder) if kind == "run" else content)
        n_events += 1
    for pack in sorted((folder / ISSUED).glob("*/")):
        content = {"pack": pack.name, "files": files_of_pack(folder, pack)}
        insert(datetime.now(UTC).isoformat(), "issued", content)
    for name in tables:
        connection.execute(f"drop table {name}")
    connection.execute(STOP)
    connection.execute("commit")
    logging.getLogger(__name__).warning(
        "The ledger had no chain of hashes: one was begun with its %d events as they are.", n_events
    )


def _events(
    connection: sqlite3.Connection, table: str
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    kind, moment_column = LEGACY_TABLES[table]
    rows = connection.execute(f"select * from {table} order by rowid")  # noqa: S608 -- fixed names
    names = [column[0] for column in rows.description]
    for row in rows.fetchall():
        content = dict(zip(names, row, strict=True))
        content.pop("event_number", None)
        yield content.pop(moment_column) if moment_column else BEFORE_ALL, kind, content


def _run(content: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A run's event as it is now: with its detail, and where it published the files that it left."""
    files = files_of_run(folder, content["run_id"]) if content["event"] == "published" else {}
    return {**content, "detail": json.loads(content["detail"]), "files": files}
