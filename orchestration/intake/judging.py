"""What becomes of each row of what was read: loaded, de-duplicated or quarantined (expectations/README.md, 'Quarantine'
and 'Duplicates'), and what is reported to its owner.

A table is judged once for all versions that come together, by Great Expectations (`checks/judge.py`). A row carries
one or more kinds of record (its contract says which). Quarantine and duplicates are judged per record; the row is
quarantined only when none of its records survives. Which values keep a record out is declared once, by the checks that
quarantine (`expectations/suites.py`); here are only the rules about whole rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import feather

from expectations.checks import AS_AT, OUTCOME, SUBMISSION, Check
from expectations.contract import Contract, LookedUp, Record, Table, contract_for
from expectations.rules.derived import DOUBTED, UNREAD
from expectations.rules.shapes import names
from expectations.suites import TableChecks, checks_of
from orchestration.checks.judge import failing_rows
from orchestration.checks.rows import Told, tables_of_told, told_about, told_of_tables
from orchestration.intake.extract import Extraction, TableCounts, as_received_file
from orchestration.intake.findings import SHOWN_ROWS, Finding, Severity
from orchestration.intake.kept.made_tables import tables_of_rows
from orchestration.intake.kept.raw_tables import arrow_type

# National files whose rows have an owner here; published statistics have none.
SCHOOL_REGISTERS = frozenset({"gias", "ofsted_mi"})


def is_asked_about(source: str) -> bool:
    """Whether somebody here answers for the rows of a source."""
    return contract_for(source).level == "la" or source in SCHOOL_REGISTERS


@dataclass(frozen=True)
class ReadVersion:
    """A version whose files have been read to `target`, and the tables that are made of its rows."""

    source: str
    target: Path
    extraction: Extraction
    made: dict[str, pa.Table] = field(default_factory=dict)
    """By name the judged tables, and what the checks of their rows found."""

    @property
    def submission_id(self) -> str:
        return self.extraction.submission_id

    def counts_of(self, table: str) -> TableCounts | None:
        """What is known of a table that can be used; None where it did not come, or failed."""
        counts = self.extraction.tables.get(table)
        return None if counts is None or counts.failed else counts

    def rows(self, table: str) -> pa.Table:
        """The rows of a table as they were received."""
        return feather.read_table(as_received_file(self.target, table), memory_map=False)


@dataclass(frozen=True)
class Fault:
    """Rows that break a rule; `words`: what is wrong, and what to do."""

    rule: str
    column: str | None
    rows: np.ndarray
    words: tuple[str, str]
    severity: Severity = "quarantine"


@dataclass(frozen=True)
class Judged:
    """What became of the rows of one table, and the rows that fail each check."""

    kept: np.ndarray
    deduplicated: np.ndarray
    quarantined: np.ndarray
    carries: dict[str, np.ndarray]
    """By record, which rows carry one that counts."""
    faults: tuple[Fault, ...]
    failing: dict[str, list[Any]]


def judge_versions(read: Sequence[ReadVersion], first_keys: Mapping[str, str]) -> list[ReadVersion]:
    """The same versions of one source with their rows judged: what became of them, their tables, results and issues.

    `first_keys`: what a record that has been asked about was first known by (`first_keys.py`). A rejected version stays as it is. Raises ChecksFailed where a check cannot be evaluated.
    """
    versions = [replace(one, extraction=deepcopy(one.extraction), made={}) for one in read]
    accepted = [one for one in versions if one.extraction.verdict == "accepted"]
    _judge_accepted(accepted, first_keys)
    return versions


def _judge_accepted(versions: Sequence[ReadVersion], first_keys: Mapping[str, str]) -> None:
    if not versions:
        return
    source = versions[0].source
    contract = contract_for(source)
    told: dict[str, list[Told]] = defaultdict(list)
    counted: dict[tuple[str, str], pa.Table] = {}
    wanted = {
        name for name, table in contract.tables.items()
        if not table.recognised_only and any(one.counts_of(name) for one in versions)
    }  # fmt: skip
    for name in in_order(contract, wanted):
        holding = [version for version in versions if version.counts_of(name)]
        for version, one in _judge_table(contract, name, holding, counted, first_keys):
            told[version.submission_id].append(one)
    for version in versions:
        if is_asked_about(source):
            of_tables = told_of_tables(source, version.submission_id, version.extraction.findings)
            version.made.update(tables_of_told(source, [*told[version.submission_id], of_tables]))


def in_order(contract: Contract, wanted: Iterable[str]) -> list[str]:
    """Tables in the contract's order, those that look something up in another after it."""
    waiting, ordered = [name for name in contract.tables if name in set(wanted)], list[str]()
    while waiting:
        free = [
            name for name in waiting
            if not contract.tables[name].takes_values_of.intersection(waiting)
        ] or waiting  # fmt: skip
        ordered += free
        waiting = [name for name in waiting if name not in free]
    return ordered


def _judge_table(
    contract: Contract,
    name: str,
    versions: Sequence[ReadVersion],
    counted: dict[tuple[str, str], pa.Table],
    first_keys: Mapping[str, str],
) -> Iterator[tuple[ReadVersion, Told]]:
    """Judge one table of all versions; `counted` holds the counting rows that other tables look values up in."""
    table, checks = contract.tables[name], checks_of(contract.source, name)
    pieces = [_with_looked_up(contract, name, version, counted) for version in versions]
    frame = _frame(pieces, [version.extraction.as_at_date for version in versions])
    judged = judge_rows(table, checks, frame)
    told = told_about(name, frame, checks.told, judged.failing, first_keys)
    start = 0
    for version, piece in zip(versions, pieces, strict=True):
        rows = slice(start, start + len(piece))
        start += len(piece)
        _settle_table(version, name, table, piece, _part(judged, rows))
        if any(name in other.takes_values_of for other in contract.tables.values()):
            counted[version.submission_id, name] = piece.filter(pa.array(judged.kept[rows]))
        if table.records:
            yield version, told.of(version.submission_id, len(piece))


def _frame(pieces: Sequence[pa.Table], as_at_dates: Sequence[date]) -> pd.DataFrame:
    """The rows of several versions as checks read them."""
    dated = [
        piece.append_column(AS_AT, pa.repeat(pa.scalar(day), len(piece)))
        for piece, day in zip(pieces, as_at_dates, strict=True)
    ]
    # All rows become one frame at once: piece by piece it takes longer than the checks.
    return pa.concat_tables(dated).replace_schema_metadata(None).to_pandas(date_as_object=False)


def _part(judged: Judged, rows: slice) -> Judged:
    """What became of some of the rows."""
    return Judged(
        judged.kept[rows],
        judged.deduplicated[rows],
        judged.quarantined[rows],
        {name: carried[rows] for name, carried in judged.carries.items()},
        tuple(replace(fault, rows=fault.rows[rows]) for fault in judged.faults),
        {},
    )


def _settle_table(
    version: ReadVersion, name: str, table: Table, rows: pa.Table, judged: Judged
) -> None:
    """Make the tables of the rows of a table of one version; count and say what became of them."""
    counts = version.extraction.tables[name]
    counts.loaded = int(judged.kept.sum())
    counts.deduplicated = int(judged.deduplicated.sum())
    counts.quarantined = int(judged.quarantined.sum())
    version.extraction.findings += [
        *_findings(name, table, judged.faults, rows, counts),
        *_outside_cover(table, rows, judged, counts),
    ]
    outcomes = {"kept": judged.kept, "quarantined": judged.quarantined}
    outcomes |= {f"has_{record}": carried for record, carried in judged.carries.items()}
    version.made.update(tables_of_rows(version.source, name, table, rows, outcomes))


# ---------------------------------------------------------------- rows


def judge_rows(table: Table, checks: TableChecks, frame: pd.DataFrame) -> Judged:
    """Decide for each row of a table whether it is loaded, de-duplicated or quarantined, and say why.

    `frame`: one or more submissions' rows as received, numbered from 0. It is given a column with the outcome.
    """
    keeping_out = [check for checks in checks.keeping_out.values() for check in checks]
    failing = _failing(frame, keeping_out)
    overlong = frame["is_overlong"].to_numpy(dtype=bool)
    kept, repeated = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    has_record, differing = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    carries: dict[str, np.ndarray] = {}
    faults: list[Fault] = []
    for name, record in table.records.items():
        exists = _exists(table, record, frame)
        has_record |= exists
        bad = np.zeros(len(frame), dtype=bool)
        broken = (_broken(check, frame, failing) for check in checks.keeping_out[name])
        for fault in (_too_long(overlong), *broken):
            faults.append(replace(fault, rows=fault.rows & exists & ~bad))
            bad |= fault.rows
        repeats = _repeats(table, record, frame, exists & ~bad)
        carries[name] = exists & ~bad & ~repeats
        kept |= carries[name]
        repeated |= repeats
        differing |= _differing(table, record, frame, repeats)
    if table.records:
        faults.append(_of_nothing(~has_record))
    else:
        kept = ~overlong
        faults.append(_too_long(overlong))
    deduplicated = repeated & ~kept
    quarantined = ~kept & ~deduplicated
    frame[OUTCOME] = np.select([kept, quarantined], ["loaded", "quarantined"], "deduplicated")
    failing |= _failing(
        frame,
        (check for check in (*checks.told, *checks.of_cells) if check.check_id not in failing),
    )
    faults.append(_differs(table, differing))
    faults += _flags(table, checks, frame, failing, ~quarantined)
    return Judged(kept, deduplicated, quarantined, carries, _merged(faults), failing)


def _failing(frame: pd.DataFrame, checks: Iterable[Check]) -> dict[str, list[Any]]:
    """The rows that fail each of some checks; nothing is asked of a table without rows."""
    distinct = {check.check_id: check for check in checks}
    return failing_rows(frame, [*distinct.values()] if len(frame) else []) or {
        check_id: [] for check_id in distinct
    }


def _broken(check: Check, frame: pd.DataFrame, failing: Mapping[str, list[Any]]) -> Fault:
    rows = np.zeros(len(frame), dtype=bool)
    rows[failing[check.check_id]] = True
    return Fault(check.rule, check.column, rows, (check.message, check.remedy))


def _too_long(rows: np.ndarray) -> Fault:
    return Fault(
        "ROW_TOO_LONG", None, rows,
        ("the row has more values than there are headings, so they may have shifted",
         "Check for a stray delimiter in the row and export again"),
    )  # fmt: skip


def _of_nothing(rows: np.ndarray) -> Fault:
    words = ("none of the dates that its records count by is there", "Enter the date")
    return Fault("key_date_missing", None, rows, words)


def _differs(table: Table, rows: np.ndarray) -> Fault:
    keeps_last = any(record.keep == "last" for record in table.records.values())
    which = "newest, else the last," if keeps_last else "first"
    return Fault(
        "DUPLICATE_DIFFERS", None, rows,
        (f"the same record is there more than once with different details; the {which} row counts",
         f"Keep the right row in the {'source' if keeps_last else 'case'} system"),
        "flag",
    )  # fmt: skip


def _flags(
    table: Table,
    checks: TableChecks,
    frame: pd.DataFrame,
    failing: Mapping[str, list[Any]],
    judged: np.ndarray,
) -> Iterator[Fault]:
    """Cells of the judged rows that are not as they should be; a row kept out has been named already."""
    key_dates = {record.key_date for record in table.records.values()}
    for check in checks.of_cells:
        if check.rule == "code_unknown" or check.column not in key_dates:
            fault = _broken(check, frame, failing)
            yield replace(fault, rows=fault.rows & judged, severity="flag")


def _merged(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """One fault per rule and column: two records of a row with the same fault are one message."""
    merged: dict[tuple[str, str | None, str], Fault] = {}
    for fault in faults:
        found = merged.setdefault((fault.rule, fault.column, fault.severity), fault)
        merged[fault.rule, fault.column, fault.severity] = replace(
            found, rows=found.rows | fault.rows
        )
    return tuple(merged.values())


def _stored(table: Table, *columns: str) -> list[str]:
    return [table.columns[name].stored_name(name) for name in columns]


def _exists(table: Table, record: Record, frame: pd.DataFrame) -> np.ndarray:
    exists = np.ones(len(frame), dtype=bool)
    if record.exists_when is not None:
        [stored] = _stored(table, record.exists_when)
        exists &= (frame[stored].notna() | names(frame[UNREAD], record.exists_when)).to_numpy()
    if record.except_when is not None:
        [stored] = _stored(table, record.except_when)
        exists &= ~frame[stored].eq(True).fillna(False).to_numpy(dtype=bool)
    return exists


def _repeats(table: Table, record: Record, frame: pd.DataFrame, eligible: np.ndarray) -> np.ndarray:
    """The rows whose record another row of their submission gives: the first, or the last in the record's order."""
    rows = frame[eligible]
    if record.latest_before is not None:
        rows = rows.iloc[_latest_before_first(rows, record.latest_before, str(record.key_date))]
    if record.newest_by:
        order = _stored(table, *record.newest_by)
        rows = rows.sort_values(order, kind="stable", na_position="first")
    repeated = rows.duplicated([SUBMISSION, *_stored(table, *record.key)], keep=record.keep)
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


def _differing(
    table: Table, record: Record, frame: pd.DataFrame, repeats: np.ndarray
) -> np.ndarray:
    if not repeats.any():
        return repeats
    columns = [SUBMISSION, *_stored(table, *table.stored_columns)]
    return repeats & ~frame.duplicated(columns, keep=record.keep).to_numpy()


# ---------------------------------------------------------------- messages


def _findings(
    name: str, table: Table, faults: Iterable[Fault], rows: pa.Table, counts: TableCounts
) -> Iterator[Finding]:
    """One message per fault and place."""
    numbers, place_of = rows["source_row"].to_numpy(), rows["place"].to_numpy()
    for fault in faults:
        message, remedy = fault.words
        for index in np.unique(place_of[fault.rows]):
            place, here = counts.places[index], numbers[fault.rows & (place_of == index)]
            heading = fault.column and (
                place.headings.get(fault.column) or table.columns[fault.column].heading
            )
            yield Finding(
                rule=fault.rule,
                severity=fault.severity,
                message=message,
                remedy=remedy,
                file=place.file,
                sheet=place.sheet,
                table=name,
                column=heading,
                rows=tuple(int(number) for number in here[:SHOWN_ROWS]),
                n_rows=len(here),
            )


def _outside_cover(
    table: Table, rows: pa.Table, judged: Judged, counts: TableCounts
) -> Iterator[Finding]:
    """A warning about rows none of whose records lies in the days that the table covers."""
    dated_by = [record.end_column or record.key_date for record in table.records.values()]
    cover_from = counts.cover_from
    if cover_from is None or table.cover == "state" or not dated_by or None in dated_by:
        return
    early = judged.kept.copy()
    for (name, _), column in zip(table.records.items(), dated_by, strict=True):
        days = pd.to_datetime(rows[str(column)].to_pandas())
        early &= (days < pd.Timestamp(cover_from)).to_numpy() | ~judged.carries[name]
    if early.any():
        reaches_back = (
            "If the extract reaches further back, set [annex_a] look_back_months in settings.toml"
        )
        yield Finding(
            rule="BEFORE_COVER",
            severity="warn",
            message=f"dated before {cover_from}, the first day that the table covers: loaded, not used",
            remedy=reaches_back
            if table.cover == "look_back"
            else "Nothing, if the return lists older records",
            file=counts.files,
            sheet=table.sheet,
            rows=tuple(rows["source_row"].to_numpy()[early][:SHOWN_ROWS].tolist()),
            n_rows=int(early.sum()),
        )


# ---------------------------------------------------------------- what another table says


def _with_looked_up(
    contract: Contract, name: str, version: ReadVersion, counted: Mapping[tuple[str, str], pa.Table]
) -> pa.Table:
    """The rows of a table with what other tables of the submission say of them; null where these did not come."""
    table, rows = contract.tables[name], version.rows(name)
    for column_name, column in table.columns.items():
        place = column.looked_up
        if place is None:
            continue
        ids = rows[_stored(table, place.by)[0]].to_pandas()
        kind = arrow_type(column)
        values = pa.nulls(len(rows), kind)
        if place.column is None and version.counts_of(place.table):
            values = pa.array(_is_there(contract, place, ids, version), kind, from_pandas=True)
        elif place.column is not None and (version.submission_id, place.table) in counted:
            other = counted[version.submission_id, place.table]
            values = _value_of(contract.tables[place.table], place, ids, other)
        rows = rows.append_column(pa.field(column.stored_name(column_name), kind), values)
    return rows


def _is_there(
    contract: Contract, place: LookedUp, ids: pd.Series, version: ReadVersion
) -> pd.Series:
    """Whether another table has a row with the id; null where a row of it without a right id may be that row.

    The owner is asked about that row; those that belong to it are not another fault.
    """
    rows = version.rows(place.table)
    others = rows[_stored(contract.tables[place.table], place.by)[0]].to_pandas()
    there = ids.isin(others.dropna()).astype("boolean").where(ids.notna())
    absent = ids[~there.fillna(True).astype(bool)]
    doubted = names(rows[DOUBTED].to_pandas(), place.by)
    nameless = int(others.isna().sum()) + int(doubted.sum())
    return there.where(there.fillna(True) | (absent.nunique() > nameless))


def _value_of(table: Table, place: LookedUp, ids: pd.Series, counted: pa.Table) -> pa.ChunkedArray:
    """The value that another table's counting row with the same id holds."""
    by, value = _stored(table, place.by, str(place.column))
    firsts = counted[by].to_pandas().drop_duplicates()
    places = pd.Index(firsts).get_indexer(ids)
    places[ids.isna().to_numpy()] = -1
    rows = firsts.index.to_numpy().take(places) if len(firsts) else places
    return counted[value].take(pa.array(rows, mask=places < 0))
