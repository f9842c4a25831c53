"""One warehouse of what the areas of a region have published.

A row about an area is taken from the area's own warehouse. What all of them hold (indicators, periods, national
figures) is taken once, by the grain that its model declares, from whichever published last. Reports are each area's:
the tables that they print are not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration import durable
from orchestration.intake.keys import KeyFileError
from orchestration.region.folders import key_of, refuse_other_key, working_in
from orchestration.settings import DataFolder, load_settings
from orchestration.warehouse.access import make_passable, open_to_group
from orchestration.warehouse.opening import attach, copying
from orchestration.warehouse.publish import run_of
from orchestration.warehouse.schemas import grain_of, printed_tables


@dataclass(frozen=True)
class United:
    """What the warehouse of a region holds."""

    counts: dict[str, int]
    """The rows of each table."""
    left_out: dict[str, str]
    """By area why its tables are not in it."""


def unite(warehouses: Mapping[str, Path], region: DataFolder) -> United:
    """Put the tables of every area's warehouse into the region's, at once, but for areas under another key.

    `warehouses`: by area the file that serves; one at least. Raises duckdb.Error where one cannot be read, KeyFileError
    where none can be put there.
    """
    left_out = _under_other_keys(region, warehouses)
    whose = {area: file for area, file in warehouses.items() if area not in left_out}
    if not whose:
        raise KeyFileError("; ".join(left_out.values()))
    region.create()
    with working_in(region):
        return United(_put_together(whose, region), left_out)


def _under_other_keys(region: DataFolder, areas: Iterable[str]) -> dict[str, str]:
    found, secret = {}, key_of(region)
    for area in areas:
        try:
            refuse_other_key(region, area, secret)
        except KeyFileError as error:
            found[area] = str(error)
    return found


def _put_together(warehouses: Mapping[str, Path], region: DataFolder) -> dict[str, int]:
    """Put the tables into one file and that in place; returns the rows of each table."""
    newest_first = sorted(warehouses, key=lambda area: run_of(warehouses[area]) or "", reverse=True)
    build = region.work / "region.duckdb"
    with copying(warehouses[newest_first[0]], build) as connection:
        connection.execute("copy from database whole to fresh (schema)")
        for printed in printed_tables():
            connection.execute(f"drop table fresh.marts.{printed}")
        tables = _tables(connection)
        for place, area in enumerate(newest_first):
            # DuckDB attaches a file once: the newest is there already.
            source = "area" if place else "whole"
            if place:
                attach(connection, warehouses[area], source)
            for table, columns in tables.items():
                _add(connection, f"{source}.marts.{table}", f"fresh.marts.{table}", columns, area)
                _add_shared(connection, source, table, columns, newest_first)
            if place:
                connection.execute("detach area")
        counts = {table: _count(connection, f"fresh.marts.{table}") for table in tables}
    _put(build, region)
    return counts


def _put(build: Path, region: DataFolder) -> None:
    """Put the file in place, open to whom the settings say."""
    group_id = load_settings(region.root).access.group_id
    open_to_group(build, group_id)
    open_to_group(region.warehouse, group_id)
    if group_id is not None:
        make_passable(region.root)
    durable.put(build, region.warehouse_file)


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The columns of each published table; views come with the schema."""
    rows = connection.execute(
        "select table_name, list(column_name order by column_index) from duckdb_columns()"
        " where database_name = 'fresh' and table_name in"
        " (select table_name from duckdb_tables() where database_name = 'fresh') group by table_name order by all"
    ).fetchall()
    return dict(rows)


def _add(
    connection: duckdb.DuckDBPyConnection, of: str, to: str, columns: list[str], area: str
) -> None:
    """Add an area's own rows."""
    if "area_code" in columns:
        listed = ", ".join(columns)
        connection.execute(
            f"insert into {to} ({listed}) select {listed} from {of} where area_code = ?",  # noqa: S608 -- own names
            [area],
        )


def _add_shared(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    table: str,
    columns: list[str],
    areas: list[str],
) -> None:
    """Add the rows about no area of the region that are not there yet."""
    listed, grain = ", ".join(columns), grain_of(table)
    names = ", ".join(f"'{area}'" for area in areas)
    about = f"coalesce(area_code, '') not in ({names})" if "area_code" in columns else "true"
    same = " and ".join(f"kept.{name} is not distinct from own.{name}" for name in grain)
    connection.execute(
        f"insert into fresh.marts.{table} ({listed}) select {listed} from {source}.marts.{table} as own"  # noqa: S608
        f" where {about} and not exists (select 1 from fresh.marts.{table} as kept where {same})"
    )


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    [[count]] = connection.execute(f"select count(*) from {table}").fetchall()  # noqa: S608 -- own names
    return int(count)
