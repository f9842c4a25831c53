"""Quarantine and duplicates, for every table alike (expectations/README.md, 'Quarantine' and 'Duplicates').

A row carries one or more kinds of record (its contract says which). Quarantine and duplicates are judged
per record; the row is quarantined only when none of its records survives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from expectations.contract import Record, Table
from orchestration.intake.cells import UNMAPPED, TypedColumn
from orchestration.intake.findings import SHOWN_ROWS, Finding, Severity


@dataclass(frozen=True)
class RowRule:
    """A rule's owner message and remedy; `{column}` names the column as the supplier does."""

    message: str
    remedy: str


RULES = {
    "CHILD_ID_MISSING": RowRule(
        "no usable child id", "Give the child's id in the case system, as text"
    ),
    "KEY_DATE_MISSING": RowRule("the date that the record counts by is missing", "Enter the date"),
    "KEY_DATE_UNREADABLE": RowRule(
        "the date that the record counts by cannot be read", "Use dd/mm/yyyy"
    ),
    "KEY_DATE_AFTER_AS_AT": RowRule(
        "the date lies after the as-at date of the extract",
        "Check the date, or the month of the folder",
    ),
    "END_BEFORE_START": RowRule("ends before it starts", "Check both dates of this record"),
    "ABOVE_LIMIT": RowRule(
        "the number is larger than the one it is a part of", "Check both numbers of this row"
    ),
    "VALUE_MISSING": RowRule("a value that every row needs is missing", "Enter the value"),
    "VALUE_NOT_USABLE": RowRule(
        "a value cannot be read, or is not in the list: the row is not counted",
        "Correct the value",
    ),
    "NOT_PLACED": RowRule(
        "what another table of the submission must say about the row is not there: the row is not counted",
        "Complete the other table",
    ),
    "AGE_REACHED": RowRule(
        "the person is too old for such a record: the row is not counted",
        "Check the date and the date of birth",
    ),
    "ENDS_ON_START_DAY": RowRule("ends on the day it starts", "Check both dates of this record"),
    "ROW_TOO_LONG": RowRule(
        "the row has more values than there are headings, so they may have shifted",
        "Check for a stray delimiter in the row and export again",
    ),
    "DUPLICATE_DIFFERS": RowRule(
        "the same record stands more than once with different details; the first row counts",
        "Keep the right row in the case system",
    ),
    "DUPLICATE_DIFFERS_LAST": RowRule(
        "the same record stands more than once with different details; the newest, else the last, row counts",
        "Keep the right row in the source system",
    ),
    "VALUE_UNREADABLE": RowRule(
        "a value cannot be read and counts as missing", "Correct the value"
    ),
    "CODE_UNKNOWN": RowRule(
        "a code is not in the list and counts as none of its codes", "Use a listed code"
    ),
}


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
    rule: str
    column: str | None
    rows: np.ndarray


def _record_faults(record: Record, typed: dict[str, TypedColumn], as_at: date) -> Iterator[_Fault]:
    if record.key_date is not None:
        dates = typed[record.key_date]
        missing = dates.values.isna().to_numpy() & ~dates.is_unreadable
        yield _Fault("KEY_DATE_UNREADABLE", record.key_date, dates.is_unreadable)
        if not record.key_date_optional:
            yield _Fault("KEY_DATE_MISSING", record.key_date, missing)
        late = (dates.values > as_at).fillna(False).to_numpy(dtype=bool)
        yield _Fault("KEY_DATE_AFTER_AS_AT", record.key_date, late)
    for later, earlier in record.not_before:
        before = (typed[later].values < typed[earlier].values).fillna(False).to_numpy(dtype=bool)
        yield _Fault("END_BEFORE_START", later, before)
    for end, start in record.after:
        before = (typed[end].values < typed[start].values).fillna(False).to_numpy(dtype=bool)
        same = (typed[end].values == typed[start].values).fillna(False).to_numpy(dtype=bool)
        yield _Fault("END_BEFORE_START", end, before)
        yield _Fault("ENDS_ON_START_DAY", end, same)
    yield from _faults_of_values(record, typed)


def _faults_of_values(record: Record, typed: dict[str, TypedColumn]) -> Iterator[_Fault]:
    """What several columns together rule out, dates in order apart."""
    for part, whole in record.at_most:
        above = (typed[part].values > typed[whole].values).fillna(False).to_numpy(dtype=bool)
        yield _Fault("ABOVE_LIMIT", part, above)
    for name in record.needs:
        yield _Fault("NOT_PLACED", name, typed[name].values.isna().to_numpy())
    for day, birth, years in record.younger_than:
        yield _Fault("AGE_REACHED", day, reached_age(typed[day].values, typed[birth].values, years))
    for needed, other, code in record.needed_when:
        asked = (typed[other].values == code).fillna(False).to_numpy(dtype=bool)
        yield _Fault("VALUE_MISSING", needed, asked & typed[needed].values.isna().to_numpy())


def reached_age(days: pd.Series, births: pd.Series, years: int) -> np.ndarray:
    """Whether a person has had the birthday of an age on a day; not where either date is missing."""
    day, birth = pd.to_datetime(days), pd.to_datetime(births)
    birthday_to_come = (day.dt.month * 100 + day.dt.day) < (birth.dt.month * 100 + birth.dt.day)
    age = day.dt.year - birth.dt.year - birthday_to_come
    return (age >= years).to_numpy() & day.notna().to_numpy() & birth.notna().to_numpy()


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
    table_name: str,
    table: Table,
    typed: dict[str, TypedColumn],
    as_at: date,
    rows: RowPlaces,
) -> Judged:
    """Decide for each row whether it is loaded, de-duplicated or quarantined, and say why.

    `typed` holds the stored columns by name, all as long as `rows`.
    """
    n_rows = len(rows.numbers)
    overlong = rows.overlong
    frame = pd.DataFrame({name: column.values for name, column in typed.items()})
    kept, repeated = np.zeros(n_rows, dtype=bool), np.zeros(n_rows, dtype=bool)
    has_record = np.zeros(n_rows, dtype=bool)
    carries: dict[str, np.ndarray] = {}
    faults: list[tuple[_Fault, str]] = []
    differing = np.zeros(n_rows, dtype=bool)
    for name, record in table.records.items():
        exists = _exists(record, typed, n_rows)
        has_record |= exists
        found = [*_row_faults(table, typed, overlong), *_record_faults(record, typed, as_at)]
        bad = np.zeros(n_rows, dtype=bool)
        for fault in found:
            faults.append((_Fault(fault.rule, fault.column, fault.rows & exists & ~bad), name))
            bad |= fault.rows
        eligible = exists & ~bad
        repeats = _repeats(frame, record, eligible)
        carries[name] = eligible & ~repeats
        kept |= carries[name]
        repeated |= repeats
        differing |= _differing(frame, record, repeats)
    if not table.records:
        kept = ~overlong
    else:
        faults.append((_Fault("KEY_DATE_MISSING", None, ~has_record), ""))
    deduplicated = repeated & ~kept
    quarantined = ~kept & ~deduplicated
    if not table.records:
        faults.append((_Fault("ROW_TOO_LONG", None, overlong), ""))
    findings = [
        *_findings(table_name, table, faults, rows, "quarantine"),
        *_findings(
            table_name,
            table,
            [(_Fault(_duplicate_rule(table), None, differing), "")],
            rows,
            "flag",
        ),
        *_findings(table_name, table, _flag_faults(table, typed, ~quarantined), rows, "flag"),
    ]
    return Judged(kept, deduplicated, quarantined, carries, tuple(findings))


def _duplicate_rule(table: Table) -> str:
    keeps_last = any(record.keep == "last" for record in table.records.values())
    return "DUPLICATE_DIFFERS_LAST" if keeps_last else "DUPLICATE_DIFFERS"


def _row_faults(
    table: Table, typed: dict[str, TypedColumn], overlong: np.ndarray
) -> Iterator[_Fault]:
    yield _Fault("ROW_TOO_LONG", None, overlong)
    if "child_id" in typed:
        yield _Fault("CHILD_ID_MISSING", "child_id", typed["child_id"].values.isna().to_numpy())
    for name, column in typed.items():
        rule = table.columns[name].value
        if rule == "free" or name == "child_id":
            continue
        unusable = column.is_unreadable | _unmapped(table, name, column)
        yield _Fault("VALUE_NOT_USABLE", name, unusable)
        if rule == "needed":
            yield _Fault("VALUE_MISSING", name, column.values.isna().to_numpy() & ~unusable)


def _unmapped(table: Table, name: str, column: TypedColumn) -> np.ndarray:
    if table.columns[name].type != "code":
        return np.zeros(len(column.values), dtype=bool)
    return (column.values == UNMAPPED).fillna(False).to_numpy(dtype=bool)


def _flag_faults(
    table: Table, typed: dict[str, TypedColumn], judged: np.ndarray
) -> list[tuple[_Fault, str]]:
    """Values of the judged rows that are not as they should be; a row kept out has been named already."""
    key_dates = {record.key_date for record in table.records.values()}
    faults: list[tuple[_Fault, str]] = []
    for name, column in typed.items():
        if table.columns[name].type == "code":
            unmapped = _unmapped(table, name, column)
            faults.append((_Fault("CODE_UNKNOWN", name, unmapped & judged), ""))
        elif name not in key_dates and name != "child_id":
            faults.append((_Fault("VALUE_UNREADABLE", name, column.is_unreadable & judged), ""))
    return faults


def _merged(faults: Iterable[_Fault]) -> list[_Fault]:
    """One fault per rule and column: two records of a row with the same fault are one message."""
    merged: dict[tuple[str, str | None], _Fault] = {}
    for fault in faults:
        place = (fault.rule, fault.column)
        rows = fault.rows | merged[place].rows if place in merged else fault.rows
        merged[place] = _Fault(fault.rule, fault.column, rows)
    return list(merged.values())


def _findings(
    table_name: str,
    table: Table,
    faults: list[tuple[_Fault, str]],
    rows: RowPlaces,
    severity: Severity,
) -> Iterator[Finding]:
    for fault in _merged(fault for fault, _ in faults):
        rule, name = RULES[fault.rule], fault.column
        for place, numbers, n_rows in rows.shown(fault.rows):
            heading = name and (place.headings.get(name) or table.columns[name].heading)
            yield Finding(
                rule=fault.rule,
                severity=severity,
                message=rule.message,
                remedy=rule.remedy,
                file=place.file,
                sheet=place.sheet,
                table=table_name,
                column=heading,
                rows=numbers,
                n_rows=n_rows,
            )
