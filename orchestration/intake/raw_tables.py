"""A loaded table -> Parquet in `raw/`, with keys in place of identifiers; those go to the restricted folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.contract import IDENTIFIER_TYPES, Table
from orchestration.intake.cells import UNMAPPED, is_wrong_upn
from orchestration.intake.keys import hash_column
from orchestration.intake.loading import Loaded
from orchestration.intake.records import named_columns

ARROW_TYPES = {
    "date": pa.date32(), "integer": pa.int64(), "decimal": pa.float64(), "flag": pa.bool_(),
    "academic_year": pa.int64(), "week": pa.date32(),
}  # fmt: skip
ROW_COLUMNS = {
    "submission_id": pa.string(), "row_id": pa.int64(), "source_row": pa.int64(),
    "unreadable_columns": pa.string(), "doubted_columns": pa.string(),
}  # fmt: skip
SET_ASIDE_FOLDER = "set_aside"
# What an identifier of a type is scoped by, so that ids of two systems never meet (data/README.md, 'Keys').
KEY_KINDS = {
    "child_id": "child", "person_id": "person", "young_person_id": "yp", "applicant_id": "applicant",
    "record_id": "record",
}  # fmt: skip


def raw_schema(table: Table) -> pa.Schema:
    """The Parquet schema of a table in `raw/`."""
    columns = {
        column.stored_name(name): ARROW_TYPES.get(column.type, pa.string())
        for name, column in table.stored_columns.items()
    }
    carries = {f"has_{record}": pa.bool_() for record in table.records}
    return pa.schema([*ROW_COLUMNS.items(), *columns.items(), *carries.items()])


def unit_table(table_name: str) -> str:
    """The name of the table in `raw/` with the units of replacement that a table names."""
    return f"{table_name}_units"


def unit_schema(table: Table) -> pa.Schema:
    """The Parquet schema of the units of replacement."""
    columns = {name: ARROW_TYPES.get(table.columns[name].type, pa.string()) for name in table.unit}
    return pa.schema([("submission_id", pa.string()), *columns.items()])


@dataclass(frozen=True)
class RawTables:
    """The tables of one version as they are written to `target`."""

    submission_id: str
    area_code: str
    secret: bytes
    target: Path

    def write(self, name: str, table: Table, loaded: Loaded) -> list[pd.DataFrame]:
        """Write the rows with keys in place of identifiers, loaded and set aside apart; return the identifiers.

        Rows set aside (quarantined or repeated) are kept for the checks and for their owner, never counted.
        """
        frame, identifiers = self._keyed(table, loaded)
        kept = loaded.judged.kept
        if table.unit:
            _write_units(frame, table, self.target / f"{unit_table(name)}.parquet")
        schema = raw_schema(table)
        arrow = pa.Table.from_pandas(frame[kept], schema=schema, preserve_index=False)
        pq.write_table(arrow, self.target / f"{name}.parquet", compression="zstd")
        if not kept.all():
            frame["outcome"] = np.where(loaded.judged.quarantined, "quarantined", "deduplicated")
            schema = schema.append(pa.field("outcome", pa.string()))
            arrow = pa.Table.from_pandas(frame[~kept], schema=schema, preserve_index=False)
            (self.target / SET_ASIDE_FOLDER).mkdir(exist_ok=True)
            pq.write_table(
                arrow, self.target / SET_ASIDE_FOLDER / f"{name}.parquet", compression="zstd"
            )
        return identifiers

    def _keyed(self, table: Table, loaded: Loaded) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
        n_rows = len(loaded.source_rows)
        frame: dict[str, Any] = {
            "submission_id": self.submission_id,
            "row_id": np.arange(1, n_rows + 1), "source_row": loaded.source_rows,
        }  # fmt: skip
        unreadable = {name: column.is_unreadable for name, column in loaded.typed.items()}
        frame["unreadable_columns"] = named_columns(unreadable, n_rows)
        numbers = {
            name: loaded.typed[name].values for name, c in table.columns.items() if c.type == "upn"
        }
        doubted = {name: is_wrong_upn(values) for name, values in numbers.items()}
        frame["doubted_columns"] = named_columns(doubted, n_rows)
        identifiers: list[pd.DataFrame] = []
        for column_name, column in table.stored_columns.items():
            values = loaded.typed[column_name].values
            if column.type in (*IDENTIFIER_TYPES, "upn"):
                prefix = (
                    ("upn",) if column.type == "upn" else (KEY_KINDS[column.type], self.area_code)
                )
                keys = hash_column(self.secret, values, *prefix)
                identifiers.append(
                    pd.DataFrame({"kind": column.type, "key": keys, "identifier": values})
                    .drop_duplicates()
                    .dropna()
                )
                values = keys
            frame[column.stored_name(column_name)] = values
        for record, carried in loaded.judged.carries.items():
            frame[f"has_{record}"] = carried
        return pd.DataFrame(frame, index=range(n_rows)), identifiers


def _write_units(frame: pd.DataFrame, table: Table, path: Path) -> None:
    """The units that the table names, those of rows set aside too: it speaks for them, whole."""
    units = frame[["submission_id", *table.unit]].dropna().drop_duplicates()
    named = units[(units != UNMAPPED).all(axis=1)]
    pq.write_table(
        pa.Table.from_pandas(named, schema=unit_schema(table), preserve_index=False), path
    )


def write_identifiers(
    identifiers: list[pd.DataFrame], restricted: Path, submission_id: str
) -> None:
    """Write what the keys of a version stand for, beside which nothing else of it stands."""
    if not identifiers:
        return
    restricted.mkdir(mode=0o700, parents=True, exist_ok=True)
    whole = pd.concat(identifiers, ignore_index=True).drop_duplicates()
    partial = restricted / f"{submission_id}.parquet.partial"
    whole.to_parquet(partial, index=False, compression="zstd")
    partial.chmod(0o600)
    partial.replace(restricted / f"{submission_id}.parquet")
