"""From a finished private build to what readers see: verify, then replace whole surfaces atomically."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.ledger.ledger import now
from orchestration.warehouse.opening import copying, opened
from orchestration.warehouse.schemas import published_tables, tables_of_figures

MARTS = published_tables()
PARTITIONED = {"fct_indicator_evidence": "period_end"}
# Their rows name earlier runs, too.
OF_MANY_RUNS = frozenset({"dim_runs", "fct_vintages"})
NEVER_EMPTY = ("dim_areas", "dim_indicators", "dim_runs", "fct_indicator_values", "fct_submissions")


class NotPublishable(Exception):
    """The build is not what may be published; the last good warehouse keeps serving."""


def _relations(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    found = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
        " union all select schema_name, view_name from duckdb_views()"
        " where database_name = current_database() and not internal"
    ).fetchall()
    return set(found)


def month_of(connection: duckdb.DuckDBPyConnection) -> str:
    """The month that the reports of a warehouse are filed under: its newest as-at month (data/README.md, 'Outputs').

    Raises NotPublishable when no submission is in use.
    """
    row = connection.execute(
        "select strftime(max(as_at_date), '%Y-%m') from marts.fct_submissions"
        " where area_code <> 'national' and status = 'accepted'"
        " and as_at_date <= (select max(as_at) from marts.dim_runs where run_id ="
        " (select max(run_id) from marts.fct_submissions))"
    ).fetchone()
    if row is None or row[0] is None:
        raise NotPublishable("no submission of a local authority is in use at the knowledge date")
    return str(row[0])


def run_of(marts: Path) -> str | None:
    """The run that built a file of marts; None where it holds no run, or only a part of a build."""
    try:
        with opened(marts) as connection:
            row = connection.execute("select max(run_id) from marts.fct_submissions").fetchone()
    except duckdb.Error:
        return None
    return row[0] if row else None


def enter_end(marts: Path, run_id: str, finished_at: datetime) -> None:
    """Enter when the run finished: every page says it."""
    with opened(marts, read_only=False) as connection:
        connection.execute(
            "update marts.dim_runs set finished_at = ? where run_id = ?", [finished_at, run_id]
        )
        connection.execute(
            "update marts.fct_vintages set published_at = ? where run_id = ?", [finished_at, run_id]
        )


def verify(marts: Path, run_id: str) -> None:
    """Check that the build is whole and of one run, and checkpoint it.

    Raises NotPublishable naming what is wrong.
    """
    with opened(marts, read_only=False) as connection:
        expected = {("marts", name) for name in MARTS}
        found = _relations(connection)
        if found != expected:
            raise NotPublishable(
                f"the build holds other tables than the published ones: {sorted(found ^ expected)}"
            )
        for name in sorted(set(MARTS) - OF_MANY_RUNS):
            runs = connection.execute(f"select distinct run_id from marts.{name}").fetchall()  # noqa: S608
            if runs not in ([(run_id,)], []) or (not runs and name in NEVER_EMPTY):
                raise NotPublishable(f"{name} is empty or not of this run")
        connection.execute("checkpoint")
    if Path(f"{marts}.wal").exists():
        raise NotPublishable("the build left a write-ahead log behind")


def write_parquet(marts: Path, target: Path, run_id: str) -> None:
    """Copy every published table to Parquet; each file carries the run id."""
    target.mkdir(parents=True)
    with opened(marts) as connection:
        for name in MARTS:
            options = f"format parquet, compression zstd, kv_metadata {{run_id: '{run_id}'}}"
            if name in PARTITIONED:
                options += f", partition_by ({PARTITIONED[name]}), write_partition_columns true"
                path = target / name
            else:
                path = target / f"{name}.parquet"
            connection.execute(
                f"copy (select * from marts.{name}) to '{_quoted(path)}' ({options})"  # noqa: S608
            )


def write_figures(marts: Path, target: Path) -> None:
    """Copy a warehouse without the tables that have rows about children.

    They are never in the copy: from a file in which they were deleted they could be read.
    """
    with copying(marts, target) as connection:
        connection.execute("copy from database whole to fresh (schema)")
        views = {
            name
            for (name,) in connection.execute(
                "select view_name from duckdb_views() where database_name = 'whole' and not internal"
            ).fetchall()
        }
        left_out = set(MARTS) - set(tables_of_figures())
        for name in sorted(left_out, key=lambda name: name not in views):
            kind = "view" if name in views else "table"
            connection.execute(f"drop {kind} fresh.marts.{name}")
        for name in set(tables_of_figures()) - views:
            connection.execute(f"insert into fresh.marts.{name} from whole.marts.{name}")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def new_folder(link: Path, run_id: str) -> Path:
    """The name of a folder that a link will point at; later ones sort after it."""
    return link.with_name(f".{link.name}-{now():%Y%m%dT%H%M%S%f}-{run_id}")


def switch(link: Path, target: Path) -> None:
    """Point a symlink at a new folder next to it, atomically.

    What it pointed at before stays until the next time, for whoever is in the middle of reading it; older
    folders, and those that killed runs left, are removed.
    """
    before = link.resolve() if link.is_symlink() else None
    if before is None and link.exists():
        raise NotPublishable(
            f"{link.name} is a folder, not the link that a run makes: move it away"
        )
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target.name)
    fresh.replace(link)
    for folder in link.parent.glob(f".{link.name}-*"):
        if folder.resolve() not in (target.resolve(), before):
            shutil.rmtree(folder, ignore_errors=True)


def take_away(link: Path) -> None:
    """Remove a link and every folder that was made for it; whoever has a file open reads it to its end."""
    link.unlink(missing_ok=True)
    for folder in link.parent.glob(f".{link.name}-*"):
        shutil.rmtree(folder, ignore_errors=True)


def remove_unfinished(link: Path) -> None:
    """Remove the folders that killed runs made for a link and did not bring into place: newer than what it points at."""
    serving = link.resolve().name if link.is_symlink() else ""
    for folder in link.parent.glob(f".{link.name}-*"):
        if folder.name > serving:
            shutil.rmtree(folder, ignore_errors=True)


def carry_forward(previous: Path, target: Path) -> None:
    """Begin a new outputs folder with the months that are there already."""
    if previous.exists():
        shutil.copytree(previous, target, copy_function=os.link)
    else:
        target.mkdir(mode=0o700, parents=True)
