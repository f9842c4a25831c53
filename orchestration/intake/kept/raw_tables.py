"""How rows are stored: the schemas of a contract's table, of its rows set aside, of the units it names; of identifiers."""

from __future__ import annotations

import pyarrow as pa

from expectations.checks import SUBMISSION
from expectations.contract import Column, Table

ARROW_TYPES = {
    "date": pa.date32(), "integer": pa.int64(), "decimal": pa.float64(), "flag": pa.bool_(),
    "academic_year": pa.int64(), "week": pa.date32(),
}  # fmt: skip
ROW_COLUMNS = {
    SUBMISSION: pa.string(), "row_id": pa.int64(), "source_row": pa.int64(),
    "unreadable_columns": pa.string(), "doubted_columns": pa.string(),
}  # fmt: skip
IDENTIFIERS_SCHEMA = pa.schema(
    [(name, pa.string()) for name in (SUBMISSION, "kind", "key", "identifier")]
)


def arrow_type(column: Column) -> pa.DataType:
    """How a column is stored; an identifier as its key."""
    return ARROW_TYPES.get(column.type, pa.string())


def raw_schema(table: Table) -> pa.Schema:
    """The schema of a table in `raw/`."""
    columns = {
        column.stored_name(name): arrow_type(column)
        for name, column in table.stored_columns.items()
    }
    carries = {f"has_{record}": pa.bool_() for record in table.records}
    return pa.schema([*ROW_COLUMNS.items(), *columns.items(), *carries.items()])


def set_aside_schema(table: Table) -> pa.Schema:
    """The same of rows that were quarantined or repeat a record."""
    return raw_schema(table).append(pa.field("outcome", pa.string()))


def unit_table(table_name: str) -> str:
    """The name of the table in `raw/` with the units of replacement that a table names."""
    return f"{table_name}_units"


def unit_schema(table: Table) -> pa.Schema:
    """The schema of the units of replacement."""
    columns = {name: arrow_type(table.columns[name]) for name in table.unit}
    return pa.schema([(SUBMISSION, pa.string()), *columns.items()])
