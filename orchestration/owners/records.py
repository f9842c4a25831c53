"""What the records hold that cases are about: the date of each, the value of the field, and what it may be.

For officers' pages and worklists only: the values are read from where the rows are kept, and are in no mart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pyarrow.compute as pc

from expectations.checks import SUBMISSION, UNMAPPED
from expectations.contract import IDENTIFIER_TYPES, Column, Contract, Table, contract_for
from orchestration.intake.kept.made_tables import raw_table, set_aside_table
from orchestration.intake.kept.partitions import Partition, partition_of
from orchestration.ledger.ledger import Ledger
from orchestration.reports.content import wording
from orchestration.settings import DataFolder

ROW, UNREADABLE = "source_row", "unreadable_columns"
# Codes that a person takes in at a glance; the contract has all.
MOST_NAMED = 12
# Of these a key is kept, which says nothing to anybody.
HIDDEN = IDENTIFIER_TYPES | {"upn", "dropped"}

About = tuple[str, str, str, str | None, date, int]
"""Area, source, table, field, the as-at date of the extract that holds it, row in the file."""

SUBMISSIONS = """
    select (area_code, source, as_at_date), any_value(submission_id)
    from marts.fct_submissions
    where status = 'accepted'
    group by all
"""


@dataclass(frozen=True)
class Holds:
    """What one record holds, in words; empty where there is nothing to say."""

    day: date | None = None
    """The date of the record: of a referral the day of the referral."""
    value: str = ""
    allowed: str = ""


def read_holds(
    connection: duckdb.DuckDBPyConnection, folder: DataFolder | None, wanted: Iterable[About]
) -> Mapping[About, Holds]:
    """What each record holds that is asked about; of one that is not kept any more, what the field may be."""
    ledger = Ledger(folder.ledger) if folder else None
    serving = dict(connection.execute(SUBMISSIONS).fetchall())
    tables: dict[tuple[str, str, str], list[About]] = defaultdict(list)
    for about in wanted:
        tables[about[:3]].append(about)
    found: dict[About, Holds] = {}
    for (area, source, name), asked in tables.items():
        contract = contract_for(source)
        table = contract.tables.get(name)
        if table is None or folder is None or ledger is None:
            continue
        of = {about: serving.get((area, source, about[4]), "") for about in asked}
        partition = partition_of(folder, ledger, source, area)
        rows = _rows(partition, name, {(of[about], about[5]) for about in asked})
        for about in asked:
            found[about] = _holds(contract, table, about[3], rows.get((of[about], about[5])))
    return found


def _rows(
    partition: Partition, name: str, wanted: set[tuple[str, int]]
) -> dict[tuple[str, int], dict[str, Any]]:
    """By submission and row in the file the rows that are wanted, whether they count or were set aside."""
    versions, numbers = {version for version, _ in wanted}, {number for _, number in wanted}
    found = {}
    for kept in (set_aside_table, raw_table):
        rows = partition.rows(kept(partition.source, name), versions)
        if rows is not None:
            for row in rows.filter(pc.field(ROW).isin(sorted(numbers))).to_pylist():
                found[row[SUBMISSION], row[ROW]] = row
    return found


def _holds(
    contract: Contract, table: Table, field: str | None, row: Mapping[str, Any] | None
) -> Holds:
    column = table.columns.get(field) if field else None
    allowed = _allowed(contract, column) if column else ""
    if row is None:
        return Holds(allowed=allowed)
    days = (row.get(record.key_date) for record in table.records.values() if record.key_date)
    day = next((day for day in days if isinstance(day, date)), None)
    if column is None or field is None or column.type in HIDDEN:
        return Holds(day)
    return Holds(day, _value(field, row), allowed)


def _value(field: str, row: Mapping[str, Any]) -> str:
    value = row.get(field)
    if f" {field} " in (row[UNREADABLE] or ""):
        return "something that cannot be read"
    if value is None:
        return "nothing"
    if value == UNMAPPED:
        return "none of the codes"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return wording.day(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _allowed(contract: Contract, column: Column) -> str:
    """What a column may hold, in words; empty where the contract says no more than its type."""
    if column.code_list:
        codes = [code for code in contract.code_lists[column.code_list] if code]
        named = ", ".join(codes[:MOST_NAMED])
        return f"{named} and {len(codes) - MOST_NAMED} more" if len(codes) > MOST_NAMED else named
    bounds = (column.lowest, column.highest)
    if bounds != (None, None):
        low, high = ("" if one is None else f"{one:g}" for one in bounds)
        return f"{low} to {high}" if low and high else f"{low} and more" if low else f"up to {high}"
    return "yes or no" if column.type == "flag" else ""
