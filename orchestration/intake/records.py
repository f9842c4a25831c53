"""What becomes of each row as it is taken in, for every table alike: loaded, de-duplicated or quarantined
(expectations/README.md, 'Quarantine' and 'Duplicates').

A row carries one or more kinds of record (its contract says which). Quarantine and duplicates are judged
per record; the row is quarantined only when none of its records survives. Which values keep a record out is
declared once, by the checks that quarantine (`expectations/suites.py`); here are only the rules about whole rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from expectations.checks import AS_AT, SUBMISSION, Check
from expectations.contract import Record, Table
from expectations.rules.derived import UNREAD
from expectations.suites import cell_checks, keeping_out
from orchestration.intake.cells import DTYPES, TypedColumn
from orchestration.intake.findings import SHOWN_ROWS, Finding, Severity


@dataclass(frozen=True)
class Place:
    """A file or sheet that rows stand in, as their owner knows it; `headings` where they are not the contract's."""

    file: str | None = None
    sheet: str | None = None
    headings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RowPlaces:
    """Where each row stands: its number in its place, and whether it has more cells than there are headings."""

    numbers: np.ndarray
    overlong: np.ndarray
    place_of: np.ndarray
    """By row: which of `places`."""
    places: tuple[Place, ...]

    def shown(self, rows: np.ndarray) -> Iterator[tuple[Place, tuple[int, ...], int]]:
        """Marked rows by place: a few of their numbers, and how many there are."""
        for index, place in enumerate(self.places):
            here = self.numbers[rows & (self.place_of == index)]
            if len(here):
                yield place, tuple(int(number) for number in here[:SHOWN_ROWS]), len(here)


@dataclass(frozen=True)
class Judged:
    """What became of the rows of one table."""

    kept: np.ndarray
    deduplicated: np.ndarray
    quarantined: np.ndarray
    carries: dict[str, np.ndarray]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Fault:
    """Rows that break a rule; `words`: what is wrong, and what to do."""

    rule: str
    column: str | None
    rows: np.ndarray
    words: tuple[str, str]


def _too_long(rows: np.ndarray) -> _Fault:
    return _Fault(
        "ROW_TOO_LONG", None, rows,
        ("the row has more values than there are headings, so they may have shifted",
         "Check for a stray delimiter in the row and export again"),
    )  # fmt: skip


def _of_nothing(rows: np.ndarray) -> _Fault:
    words = ("none of the dates that its records count by is there", "Enter the date")
    return _Fault("key_date_missing", None, rows, words)


def _differs(table: Table, rows: np.ndarray) -> _Fault:
    keeps_last = any(record.keep == "last" for record in table.records.values())
    which = "newest, else the last," if keeps_last else "first"
    return _Fault(
        "DUPLICATE_DIFFERS", None, rows,
        (f"the same record is there more than once with different details; the {which} row counts",
         f"Keep the right row in the {'source' if keeps_last else 'case'} system"),
    )  # fmt: skip


def _broken(check: Check, rows: np.ndarray) -> _Fault:
    return _Fault(check.rule, check.column, rows, (check.message, check.remedy))


def typed_frame(table: Table, typed: Mapping[str, TypedColumn], as_at: date) -> pd.DataFrame:
    """The rows of one submission as checks read them: an identifier stands for the key that it becomes."""
    columns = {table.columns[name].stored_name(name): one.values for name, one in typed.items()}
    frame = pd.DataFrame(columns)
    frame[SUBMISSION] = ""
    frame[AS_AT] = pd.Series(as_at, index=frame.index, dtype=DTYPES["date"])
    unreadable = {name: column.is_unreadable for name, column in typed.items()}
    frame[UNREAD] = named_columns(unreadable, len(frame))
    return frame


def named_columns(marked: Mapping[str, np.ndarray], n_rows: int) -> pd.Series:
    """Per row the columns that are marked there, as ' name name '; null for none."""
    found = pd.Series([None] * n_rows, dtype="string")
    for name, rows in marked.items():
        if rows.any():
            found[rows] = found[rows].fillna(" ") + f"{name} "
    return found


def _exists(record: Record, typed: dict[str, TypedColumn], n_rows: int) -> np.ndarray:
    exists = np.ones(n_rows, dtype=bool)
    if record.exists_when is not None:
        column = typed[record.exists_when]
        exists &= column.values.notna().to_numpy() | column.is_unreadable
    if record.except_when is not None:
        exists &= ~typed[record.except_when].values.fillna(False).to_numpy(dtype=bool)
    return exists


def _repeats(frame: pd.DataFrame, record: Record, eligible: np.ndarray) -> np.ndarray:
    """The rows whose key another row stands for: the first, or the last in the record's own order."""
    rows = frame[eligible]
    if record.latest_before is not None:
        rows = rows.iloc[_latest_before_first(rows, record.latest_before, str(record.key_date))]
    if record.newest_by:
        rows = rows.sort_values(list(record.newest_by), kind="stable", na_position="first")
    repeated = rows.duplicated(subset=list(record.key), keep=record.keep)
    repeats = np.zeros(len(frame), dtype=bool)
    repeats[repeated.index[repeated]] = True
    return repeats


def _latest_before_first(rows: pd.DataFrame, column: str, key_date: str) -> np.ndarray:
    """The order in which a row with the latest date on or before the key date precedes the others."""
    dates = pd.to_datetime(rows[column])
    is_after = (dates > pd.to_datetime(rows[key_date])).to_numpy()
    rank = np.where(dates.isna(), 2, np.where(is_after, 1, 0))
    # Later dates count only where they lie before the conference; the others keep the order of the file.
    recency = np.where(rank == 0, -dates.astype("int64").to_numpy(), 0)
    return np.lexsort((np.arange(len(rows)), recency, rank))


def _differing(frame: pd.DataFrame, record: Record, repeats: np.ndarray) -> np.ndarray:
    if not repeats.any():
        return repeats
    same = frame.duplicated(keep=record.keep).to_numpy()
    return repeats & ~same


def judge(
    named: tuple[str, str],
    table: Table,
    typed: dict[str, TypedColumn],
    as_at: date,
    rows: RowPlaces,
) -> Judged:
    """Decide for each row whether it is loaded, de-duplicated or quarantined, and say why.

    `named`: source and table. `typed` holds the stored columns by name, all as long as `rows`.
    """
    n_rows = len(rows.numbers)
    frame = pd.DataFrame({name: column.values for name, column in typed.items()})
    checked = typed_frame(table, typed, as_at)
    kept, repeated = np.zeros(n_rows, dtype=bool), np.zeros(n_rows, dtype=bool)
    has_record, differing = np.zeros(n_rows, dtype=bool), np.zeros(n_rows, dtype=bool)
    carries: dict[str, np.ndarray] = {}
    faults: list[_Fault] = []
    for name, record in table.records.items():
        exists = _exists(record, typed, n_rows)
        has_record |= exists
        bad = np.zeros(n_rows, dtype=bool)
        broken = (
            _broken(c, c.breaks(checked).to_numpy()) for c in keeping_out(*named, table, name)
        )
        for fault in (_too_long(rows.overlong), *broken):
            faults.append(replace(fault, rows=fault.rows & exists & ~bad))
            bad |= fault.rows
        repeats = _repeats(frame, record, exists & ~bad)
        carries[name] = exists & ~bad & ~repeats
        kept |= carries[name]
        repeated |= repeats
        differing |= _differing(frame, record, repeats)
    if table.records:
        faults.append(_of_nothing(~has_record))
    else:
        kept = ~rows.overlong
        faults.append(_too_long(rows.overlong))
    deduplicated = repeated & ~kept
    quarantined = ~kept & ~deduplicated
    flags = [_differs(table, differing), *_flags(named, table, checked, ~quarantined)]
    findings = [
        *_findings(named[1], table, faults, rows, "quarantine"),
        *_findings(named[1], table, flags, rows, "flag"),
    ]
    return Judged(kept, deduplicated, quarantined, carries, tuple(findings))


def _flags(
    named: tuple[str, str], table: Table, checked: pd.DataFrame, judged: np.ndarray
) -> Iterator[_Fault]:
    """Cells of the judged rows that are not as they should be; a row kept out has been named already."""
    key_dates = {record.key_date for record in table.records.values()}
    for check in cell_checks(*named, table):
        if check.rule == "code_unknown" or check.column not in key_dates:
            yield _broken(check, check.breaks(checked).to_numpy() & judged)


def _merged(faults: Iterable[_Fault]) -> Iterator[_Fault]:
    """One fault per rule and column: two records of a row with the same fault are one message."""
    merged: dict[tuple[str, str | None], _Fault] = {}
    for fault in faults:
        found = merged.setdefault((fault.rule, fault.column), fault)
        merged[fault.rule, fault.column] = replace(found, rows=found.rows | fault.rows)
    yield from merged.values()


def _findings(
    table_name: str, table: Table, faults: Iterable[_Fault], rows: RowPlaces, severity: Severity
) -> Iterator[Finding]:
    for fault in _merged(faults):
        message, remedy = fault.words
        name = fault.column
        for place, numbers, n_rows in rows.shown(fault.rows):
            heading = name and (place.headings.get(name) or table.columns[name].heading)
            yield Finding(
                rule=fault.rule,
                severity=severity,
                message=message,
                remedy=remedy,
                file=place.file,
                sheet=place.sheet,
                table=table_name,
                column=heading,
                rows=numbers,
                n_rows=n_rows,
            )
