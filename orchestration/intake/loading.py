"""The recognised blocks of one table -> typed columns and judged rows; what other tables of the version say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from expectations.contract import Contract, LookedUp
from orchestration.intake.cells import DTYPES, TypedColumn, is_wrong_upn, type_column
from orchestration.intake.findings import Finding
from orchestration.intake.recognise import RecognisedBlock, Recognition
from orchestration.intake.records import Judged, Place, RowPlaces, judge

Typed = dict[str, TypedColumn]


@dataclass(frozen=True)
class Loaded:
    """A table of one version: its cells typed, its rows judged, and the rows of its files that they were."""

    typed: dict[str, TypedColumn]
    judged: Judged
    source_rows: np.ndarray
    files: str
    findings: list[Finding]


def in_order(contract: Contract, names: Iterable[str]) -> list[str]:
    """Tables as they came, those that look something up in another after it."""
    waiting, ordered = list(names), list[str]()
    while waiting:
        free = [
            name for name in waiting
            if not contract.tables[name].takes_values_of.intersection(waiting)
        ] or waiting  # fmt: skip
        ordered += free
        waiting = [name for name in waiting if name not in free]
    return ordered


def typed_table(contract: Contract, name: str, blocks: list[RecognisedBlock]) -> Typed:
    """What the files of a table hold, typed."""
    return {
        column_name: _typed_column(contract, name, column_name, blocks)
        for column_name, column in contract.tables[name].stored_columns.items()
        if column.looked_up is None
    }


def _typed_column(
    contract: Contract, name: str, column: str, blocks: list[RecognisedBlock]
) -> TypedColumn:
    described = contract.tables[name].columns[column]
    cells = _cells(blocks, column)
    return type_column(cells, described, contract.code_lists, contract.no_value)


def looked_up(
    contract: Contract,
    name: str,
    own: Typed,
    recognition: Recognition,
    loaded: Mapping[str, Loaded],
) -> Typed:
    """What the other tables of the submission say about the rows of a table; null where they are not there."""
    found: Typed = {}
    for column_name, column in contract.tables[name].columns.items():
        place = column.looked_up
        if place is None:
            continue
        ids = own[place.by].values
        values = pd.Series(pd.array([None] * len(ids), dtype=DTYPES[column.type]))
        is_usable = place.table in recognition.blocks and place.table not in recognition.failed
        if place.column is None and is_usable:
            others = _typed_column(contract, place.table, place.by, recognition.blocks[place.table])
            is_upn = contract.tables[place.table].columns[place.by].type == "upn"
            n_wrong = int(is_wrong_upn(others.values).sum()) if is_upn else 0
            values = _stand_in(ids, others.values, n_wrong)
        elif place.column is not None and place.table in loaded:
            values = _values_by(place, ids, loaded[place.table])
        found[column_name] = TypedColumn(values, np.zeros(len(ids), dtype=bool))
    return found


def _stand_in(ids: pd.Series, others: pd.Series, n_wrong: int) -> pd.Series:
    """Whether another table has a row with the id; null where a row of it without a right id may be that row.

    The owner is asked about that row; those that belong to it are not another fault.
    """
    there = ids.isin(others.dropna()).astype("boolean").where(ids.notna())
    absent = ids[~there.fillna(True).astype(bool)]
    nameless = int(others.isna().sum()) + n_wrong
    return there.where(there.fillna(True) | (absent.nunique() > nameless))


def _values_by(place: LookedUp, ids: pd.Series, other: Loaded) -> pd.Series:
    """The value that another table's counting row with the same id holds."""
    kept = pd.DataFrame(
        {"id": other.typed[place.by].values, "value": other.typed[str(place.column)].values}
    )[other.judged.kept].drop_duplicates("id")
    places = pd.Index(kept["id"]).get_indexer(ids)
    places[ids.isna().to_numpy()] = -1
    return pd.Series(kept["value"].array.take(places, allow_fill=True))


def load_table(
    contract: Contract, name: str, typed: Typed, blocks: list[RecognisedBlock], as_at: date
) -> Loaded:
    """Judge the rows of a typed table, with the place that each has in its files."""
    source_rows = np.concatenate(
        [np.asarray(found.block.row_numbers, dtype=np.int64) for found in blocks]
    )
    named, places = (contract.source, name), _places(blocks, source_rows)
    judged = judge(named, contract.tables[name], typed, as_at, places)
    files = ", ".join(dict.fromkeys(found.file for found in blocks))
    return Loaded(typed, judged, source_rows, files, list(judged.findings))


def _places(blocks: list[RecognisedBlock], source_rows: np.ndarray) -> RowPlaces:
    """Each row's own file and sheet: a row number alone says nothing where a table comes in several."""
    overlong = [np.isin(found.block.row_numbers, found.block.overlong_rows) for found in blocks]
    lengths = [len(found.block.row_numbers) for found in blocks]
    return RowPlaces(
        source_rows,
        np.concatenate(overlong).astype(bool),
        np.repeat(np.arange(len(blocks)), lengths),
        tuple(
            Place(found.file, found.block.sheet, found.form.headings if found.form else {})
            for found in blocks
        ),
    )


def _cells(blocks: list[RecognisedBlock], column: str) -> list[object]:
    cells: list[object] = []
    for found in blocks:
        place = found.positions.get(column)
        cells += (
            [None] * len(found.block.row_numbers) if place is None else found.block.columns[place]
        )
    return cells
