"""One warehouse of what the areas of a region have published.

A row about an area is taken from the area's own warehouse. What all of them hold (indicators, periods, national
figures) is taken once, by the grain that its model declares, from whichever published last. Reports are each area's:
the tables that they print are not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration import durable
from orchestration.intake.keys import KeyFileError
from orchestration.night.errors import NothingPublished
from orchestration.region.folders import (
    begun_areas,
    folder_of,
    key_of,
    refuse_other_key,
    working_in,
)
from orchestration.settings import ConfigurationError, DataFolder, load_settings
from orchestration.warehouse.access import make_passable, open_to_group
from orchestration.warehouse.opening import attach, copying, opened
from orchestration.warehouse.publish import run_of
from orchestration.warehouse.schemas import grain_of, printed_tables, published_tables

UNITED = frozenset(published_tables()) - frozenset(printed_tables())


@dataclass(frozen=True)
class United:
    """What the warehouse of a region holds."""

    areas: tuple[str, ...]
    """Those whose tables are in it."""
    counts: dict[str, int]
    """The rows of each table."""
    left_out: dict[str, str]
    """By area why its tables are not in it."""


def unite_published(region: DataFolder) -> United:
    """Put together what the areas of a region have published, whatever is in landing.

    Raises NothingPublished where none has, and as `unite` does.
    """
    files = {area: folder_of(region, area).warehouse_file for area in begun_areas(region)}
    there = {area: file for area, file in files.items() if file.exists()}
    if not there:
        raise NothingPublished("no area has published yet")
    return unite(there, region)


def said_of_older(region: DataFolder) -> list[str]:
    """What is to be said where the region's warehouse is older than that of an area; nothing else is compared."""
    newest = _newest_runs(region)
    if not newest:
        return []
    if not region.warehouse_file.exists():
        return [
            "there is no warehouse of the region yet, though areas have published: run `cypp region`"
        ]
    try:
        with opened(region.warehouse_file) as connection:
            united = dict(
                connection.execute(
                    "select area_code, max(run_id) from marts.fct_submissions group by all"
                ).fetchall()
            )
    except (duckdb.Error, ConfigurationError):
        return [f"{region.warehouse_file} cannot be read: run `cypp region`, which makes it again"]
    return [
        f"{area}: the region's warehouse has its run {united.get(area, 'of no night')}, and it has published {run}"
        " since: run `cypp region`"
        for area, run in newest.items()
        if united.get(area) != run
    ]


def _newest_runs(region: DataFolder) -> dict[str, str]:
    """The run that each area published last, as far as its warehouse can be opened."""
    found = {}
    for area in begun_areas(region):
        # Its own status says so.
        with suppress(ConfigurationError):
            if run := run_of(folder_of(region, area).warehouse_file):
                found[area] = run
    return found


def unite(warehouses: Mapping[str, Path], region: DataFolder) -> United:
    """Put the tables of every area's warehouse into the region's, at once, but for those that cannot be put there.

    `warehouses`: by area the file that serves; one at least. Raises KeyFileError or NothingPublished where none can be.
    """
    left_out = _under_other_keys(region, warehouses)
    whose = {area: file for area, file in warehouses.items() if area not in left_out}
    if not whose:
        raise KeyFileError("; ".join(left_out.values()))
    region.create()
    with working_in(region):
        united = _put_together(whose, region)
    return United(united.areas, united.counts, left_out | united.left_out)


def _under_other_keys(region: DataFolder, areas: Iterable[str]) -> dict[str, str]:
    found, secret = {}, key_of(region)
    for area in areas:
        try:
            refuse_other_key(region, area, secret)
        except KeyFileError as error:
            found[area] = str(error)
    return found


def _put_together(warehouses: Mapping[str, Path], region: DataFolder) -> United:
    """Put the tables into one file and that in place."""
    left_out: dict[str, str] = {}
    newest_first = _newest_first(warehouses, region, left_out)
    build = region.work / "region.duckdb"
    if newest_first:
        with copying(warehouses[newest_first[0]], build) as connection:
            connection.execute("copy from database whole to fresh (schema)")
            # Of a version of the code that had others, nobody knows their grain.
            for table in _tables(connection, "fresh").keys() - UNITED:
                connection.execute(f"drop table fresh.marts.{table}")
            # DuckDB attaches a file once: the newest is there already.
            for source, area in (
                ("whole" if not n else "area", a) for n, a in enumerate(newest_first)
            ):
                try:
                    if source == "area":
                        attach(connection, warehouses[area], source)
                    _add_area(connection, source, area, newest_first)
                except (duckdb.Error, ConfigurationError) as error:
                    _refuse_own(error, build)
                    left_out[area] = _not_united(region, area, type(error).__name__)
                if source == "area":
                    connection.execute("detach database if exists area")
            counts = {
                table: _count(connection, f"fresh.marts.{table}")
                for table in _tables(connection, "fresh")
            }
    if len(left_out) == len(warehouses):
        build.unlink(missing_ok=True)
        raise NothingPublished("; ".join(left_out.values()))
    _put(build, region)
    areas = tuple(sorted(warehouses.keys() - left_out.keys()))
    return United(areas, counts, left_out)


def _newest_first(
    warehouses: Mapping[str, Path], region: DataFolder, left_out: dict[str, str]
) -> list[str]:
    """The areas whose warehouse can be opened, the last published first; enters the others."""
    runs = {}
    for area, file in warehouses.items():
        # No key of the settings opens it, or it is damaged.
        with suppress(ConfigurationError):
            runs[area] = run_of(file)
        if runs.get(area) is None:
            left_out[area] = _not_united(region, area, "it cannot be opened")
    return sorted(runs.keys() - left_out.keys(), key=lambda area: str(runs[area]), reverse=True)


def _not_united(region: DataFolder, area: str, why: str) -> str:
    own = folder_of(region, area).root
    return (
        f"{area} is not in the region's warehouse: its own cannot be put together with the others' ({why}). The next"
        f" `cypp region` makes it again if it is damaged; `cypp verify --data-dir {own}` says whether it is"
    )


def _refuse_own(error: Exception, build: Path) -> None:
    """Raise an error again that no area's warehouse can help: of memory, or of the file that is being written."""
    if isinstance(error, duckdb.OutOfMemoryException | duckdb.FatalException) or str(build) in str(
        error
    ):
        raise error


def _put(build: Path, region: DataFolder) -> None:
    """Put the file in place, open to whom the settings say."""
    group_id = load_settings(region.root).access.group_id
    open_to_group(build, group_id)
    open_to_group(region.warehouse, group_id)
    if group_id is not None:
        make_passable(region.root)
    durable.put(build, region.warehouse_file)


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, dict[str, str]]:
    """The columns of each table of a file, with their types; views come with the schema."""
    rows = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() join duckdb_tables()"
        " using (database_name, schema_name, table_name)"
        " where database_name = ? and schema_name = 'marts' order by table_name, column_index",
        [database],
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        tables.setdefault(table, {})[column] = kind
    return tables


def _add_area(
    connection: duckdb.DuckDBPyConnection, source: str, area: str, areas: list[str]
) -> None:
    """Add the rows of an area's warehouse, all or none.

    One of an earlier version of the code lacks what has been added since: its rows are null there.
    """
    there = _tables(connection, source)
    connection.execute("begin")
    try:
        for table, columns in _tables(connection, "fresh").items():
            if table in there:
                lacking = columns.keys() - there[table].keys()
                for name in sorted(lacking - set(grain_of(table))):
                    connection.execute(
                        f"alter table fresh.marts.{table} alter column {name} drop not null"
                    )
                listed = (
                    f"null::{kind} as {name}" if name in lacking else name
                    for name, kind in columns.items()
                )
                rows = f"(select {', '.join(listed)} from {source}.marts.{table})"  # noqa: S608 -- own names
                _add_own(connection, rows, table, columns, area)
                _add_shared(connection, rows, table, columns, areas)
        connection.execute("commit")
    except duckdb.Error:
        # After some errors DuckDB has rolled back itself.
        with suppress(duckdb.TransactionException):
            connection.execute("rollback")
        raise


def _add_own(
    connection: duckdb.DuckDBPyConnection, rows: str, table: str, columns: Iterable[str], area: str
) -> None:
    """Add an area's own rows."""
    if "area_code" in columns:
        listed = ", ".join(columns)
        connection.execute(
            f"insert into fresh.marts.{table} ({listed}) select {listed} from {rows} where area_code = ?",  # noqa: S608 -- own names
            [area],
        )


def _add_shared(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    table: str,
    columns: Iterable[str],
    areas: list[str],
) -> None:
    """Add the rows about no area of the region that are not there yet."""
    listed, grain = ", ".join(columns), grain_of(table)
    names = ", ".join(f"'{area}'" for area in areas)
    about = f"coalesce(area_code, '') not in ({names})" if "area_code" in columns else "true"
    same = " and ".join(
        f"kept.{name} is not distinct from own.{name}" for name in grain if name in columns
    )
    connection.execute(
        f"insert into fresh.marts.{table} ({listed}) select {listed} from {rows} as own"  # noqa: S608
        f" where {about} and not exists (select 1 from fresh.marts.{table} as kept where {same})"
    )


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    [[count]] = connection.execute(f"select count(*) from {table}").fetchall()  # noqa: S608 -- own names
    return int(count)
