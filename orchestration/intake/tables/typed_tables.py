"""The recognised blocks of a table -> its rows as they were received: typed, with keys in place of identifiers.

Nothing here decides what becomes of a row (`judging.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from expectations.contract import IDENTIFIER_TYPES, Contract, Table
from orchestration.intake.kept.raw_tables import IDENTIFIERS_SCHEMA, ROW_COLUMNS, arrow_type
from orchestration.intake.keys import hash_column
from orchestration.intake.names import Name
from orchestration.intake.tables.cells import TypedColumn, is_wrong_upn, type_column
from orchestration.intake.tables.recognise import RecognisedBlock

Typed = dict[str, TypedColumn]
DAYS_TO_1904 = 1462
# Where each row was in its files; `raw/` keeps the row number only.
PLACE_COLUMNS = {"place": pa.int32(), "is_overlong": pa.bool_()}
# What an identifier of a type is scoped by, so that ids of two systems never meet (data/README.md, 'Keys').
KEY_KINDS = {
    "child_id": "child", "person_id": "person", "young_person_id": "yp", "applicant_id": "applicant",
    "record_id": "record", "compared": "text",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A file or sheet that rows are in, as their owner knows it; `headings` where they are not the contract's."""

    file: Name | None = None
    sheet: Name | None = None
    headings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sender:
    """Whose rows a table holds: the submission, its area, and the secret that its keys are made with."""

    submission_id: str
    area_code: str
    secret: bytes


def scope_of(kind: str, area_code: str) -> tuple[str, ...]:
    """What an identifier of a type is hashed with: pupils cross borders, other ids are an area's."""
    return ("upn",) if kind == "upn" else (KEY_KINDS[kind], area_code)


def typed_table(
    contract: Contract, name: str, blocks: list[RecognisedBlock], newest_year: int
) -> Typed:
    """What the files of a table hold, typed; without what is looked up in other tables.

    `newest_year`: that years of two digits can mean.
    """
    return {
        column_name: type_column(
            _cells(blocks, column_name, is_date=column.type == "date"),
            column,
            contract.code_lists,
            contract.no_value,
            newest_year,
        )
        for column_name, column in contract.tables[name].stored_columns.items()
        if column.looked_up is None
    }


def places_of(blocks: list[RecognisedBlock]) -> list[Place]:
    """Each block's file and sheet: a row number alone says nothing where a table comes in several."""
    return [
        Place(found.file, found.sheet, dict(found.form.headings) if found.form else {})
        for found in blocks
    ]


def as_received(
    table: Table, typed: Typed, blocks: list[RecognisedBlock], sender: Sender
) -> tuple[pa.Table, list[pd.DataFrame]]:
    """The rows of a table with keys in place of identifiers, and the identifier of each key."""
    lengths = [len(found.block.row_numbers) for found in blocks]
    n_rows = sum(lengths)
    frame: dict[str, Any] = {
        "submission_id": sender.submission_id,
        "row_id": np.arange(1, n_rows + 1),
        "source_row": _joined([found.block.row_numbers for found in blocks], np.int64),
        "unreadable_columns": named_columns(
            {name: column.is_unreadable for name, column in typed.items()}, n_rows
        ),
        "doubted_columns": named_columns(
            {
                name: is_wrong_upn(column.values)
                for name, column in typed.items()
                if table.columns[name].type == "upn"
            },
            n_rows,
        ),
        "place": np.repeat(np.arange(len(blocks)), lengths),
        "is_overlong": _joined(
            [np.isin(found.block.row_numbers, found.block.overlong_rows) for found in blocks], bool
        ),
    }
    fields = [*ROW_COLUMNS.items(), *PLACE_COLUMNS.items()]
    identifiers: list[pd.DataFrame] = []
    for name, one in typed.items():
        column, values = table.columns[name], one.values
        if column.type in (*IDENTIFIER_TYPES, "upn"):
            keys = hash_column(sender.secret, values, *scope_of(column.type, sender.area_code))
            named = pd.DataFrame({"kind": column.type, "key": keys, "identifier": values})
            identifiers.append(named.drop_duplicates().dropna())
            values = keys
        frame[column.stored_name(name)] = values
        fields.append((column.stored_name(name), arrow_type(column)))
    whole = pd.DataFrame(frame, index=range(n_rows))
    return pa.Table.from_pandas(whole, schema=pa.schema(fields), preserve_index=False), identifiers


def identifiers_of(identifiers: list[pd.DataFrame], sender: Sender) -> pa.Table:
    """The identifier of each key of a version."""
    frames = [pd.DataFrame(columns=IDENTIFIERS_SCHEMA.names), *identifiers]
    whole = pd.concat(frames, ignore_index=True).drop_duplicates()
    whole["submission_id"] = sender.submission_id
    return pa.Table.from_pandas(whole, schema=IDENTIFIERS_SCHEMA, preserve_index=False)


def named_columns(marked: Mapping[str, np.ndarray], n_rows: int) -> pd.Series:
    """Per row the columns that are marked there, as ' name name '; null for none."""
    found = pd.Series([None] * n_rows, dtype="string")
    for name, rows in marked.items():
        if rows.any():
            found[rows] = found[rows].fillna(" ") + f"{name} "
    return found


def _joined(parts: list[Any], kind: Any) -> np.ndarray:
    return np.concatenate([np.asarray(part, dtype=kind) for part in parts])


def _cells(blocks: list[RecognisedBlock], column: str, *, is_date: bool) -> list[object]:
    cells: list[object] = []
    for found in blocks:
        place = found.positions.get(column)
        if place is None:
            cells += [None] * len(found.block.row_numbers)
        elif is_date and found.block.counts_from_1904:
            cells += map(_counted_from_1900, found.block.columns[place])
        else:
            cells += found.block.columns[place]
    return cells


def _counted_from_1900(cell: object) -> object:
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return cell + DAYS_TO_1904 if is_number else cell
