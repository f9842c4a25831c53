"""The tables that are made of a source's extracts: their names, which are their folders, and their schemas.

Which files hold them: `partitions.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from expectations.checks import SUBMISSION, UNMAPPED
from expectations.contract import Table, contract_for
from orchestration.checks.rows import ISSUES_SCHEMA, RESULTS_SCHEMA, issues_table, results_table
from orchestration.intake.kept.raw_tables import (
    IDENTIFIERS_SCHEMA,
    raw_schema,
    set_aside_schema,
    unit_schema,
    unit_table,
)

EXTRACTIONS_SCHEMA = pa.schema([(name, pa.string()) for name in (SUBMISSION, "said")])


def raw_table(source: str, table: str) -> str:
    """The table with the rows of a source's table that count."""
    return f"raw/{source}/{table}"


def set_aside_table(source: str, table: str) -> str:
    """The table with those that were quarantined or repeat a record."""
    return f"quality/set_aside/{source}/{table}"


def identifiers_table(source: str) -> str:
    """The table with the identifier of each key."""
    return f"restricted/identifiers/{source}"


def extractions_table(source: str) -> str:
    """The table with what became of each version: its counts and its messages, with the names that came with files."""
    return f"restricted/extractions/{source}"


def tables_dbt_reads(source: str) -> dict[str, pa.Schema]:
    """By name the tables of a source that dbt reads, whether or not anybody has sent them."""
    found = {results_table(source): RESULTS_SCHEMA, issues_table(source): ISSUES_SCHEMA}
    for name, table in contract_for(source).tables.items():
        if not table.recognised_only:
            found[raw_table(source, name)] = raw_schema(table)
        if table.unit:
            found[raw_table(source, unit_table(name))] = unit_schema(table)
    return found


def tables_of_source(source: str) -> dict[str, pa.Schema]:
    """By name every table of a source."""
    aside = {
        set_aside_table(source, name): set_aside_schema(table)
        for name, table in contract_for(source).tables.items()
    }
    return {
        **tables_dbt_reads(source), **aside, identifiers_table(source): IDENTIFIERS_SCHEMA,
        extractions_table(source): EXTRACTIONS_SCHEMA,
    }  # fmt: skip


def tables_of_rows(
    source: str, name: str, table: Table, rows: pa.Table, outcomes: Mapping[str, np.ndarray]
) -> dict[str, pa.Table]:
    """The judged rows of a table of one version, those that count and those set aside apart, and the units it names.

    `outcomes`: by row whether it is `kept` and `quarantined`, and for each record `has_<record>`. Rows set aside are
    kept for their owner, never counted.
    """
    made = {raw_table(source, unit_table(name)): _units(rows, table)} if table.unit else {}
    for record in table.records:
        rows = rows.append_column(f"has_{record}", pa.array(outcomes[f"has_{record}"]))
    kept = outcomes["kept"]
    rows = rows.append_column(
        "outcome", pa.array(np.where(outcomes["quarantined"], "quarantined", "deduplicated"))
    )
    made[raw_table(source, name)] = _chosen(rows, kept, raw_schema(table))
    if not kept.all():
        made[set_aside_table(source, name)] = _chosen(rows, ~kept, set_aside_schema(table))
    return made


def _chosen(rows: pa.Table, which: np.ndarray, schema: pa.Schema) -> pa.Table:
    return rows.filter(pa.array(which)).select(schema.names).cast(schema)


def _units(rows: pa.Table, table: Table) -> pa.Table:
    """The units that the table names, those of rows set aside too: it replaces each of them whole."""
    units = rows.select([SUBMISSION, *table.unit]).to_pandas(integer_object_nulls=True)
    units = units.dropna().drop_duplicates()
    named = units[(units != UNMAPPED).all(axis=1)]
    return pa.Table.from_pandas(named, schema=unit_schema(table), preserve_index=False)
