"""The cases of a warehouse by authority and owner: what several rules say about one field of one record is one.

Reads the marts and, for the restricted pages and worklists only, the look-up that puts the local id back.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from expectations.contract import contract_for
from orchestration.ledger.ledger import Ledger
from orchestration.owners.files import said_of_files
from orchestration.owners.local_ids import local_ids
from orchestration.owners.moves import Move, in_words, moved_by, read_moves
from orchestration.owners.records import About, Holds, read_holds
from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened

NATIONAL = "national"
# How the validators call the register of homes, and the tables of the return before, that some rules read.
PROVIDERS, YEAR_BEFORE = "provider", "_last"


@dataclass(frozen=True)
class Case:
    """One field of one record, with everything that is said about it."""

    case_key: str
    issue_keys: tuple[str, ...]
    area_code: str
    owner: str
    source: str
    table: str
    place: str
    local_id: str
    row: int
    message: str
    is_quarantined: bool
    status: str
    first_seen: date
    last_seen: date
    times_reopened: int
    due_date: date | None
    reason: str
    note: str
    explained_by: str
    approver: str
    until: date | None
    is_left_out: bool
    """What the field holds cannot be read, and decides what counts (dbt_project/docs/gate.md)."""
    moves: tuple[Move, ...]
    """The figures of the plan that the record can move, the one that moves most first."""
    holds: Holds
    """What the record holds, for officers."""

    @property
    def moves_says(self) -> str:
        """Those figures in words."""
        return in_words(self.moves)

    @property
    def counts(self) -> str:
        """Whether the record counts, in words."""
        if self.is_quarantined:
            return "not counted"
        return "left out of what reads the cell" if self.is_left_out else "counted"


@dataclass(frozen=True)
class Held:
    """A table check of the newest submission that failed and may hold indicators."""

    area_code: str
    source: str
    check_id: str
    as_at_date: date
    rows_checked: int
    indicators: tuple[str, ...]
    """What it holds, by number in the plan or by name."""


@dataclass(frozen=True)
class Unusual:
    """A number of rows outside its limits in the newest extract."""

    area_code: str
    source: str
    table: str
    period_end: date
    observed: float
    lower: float
    upper: float


@dataclass(frozen=True)
class SourceGrade:
    """How many of a source's rows have an open case, in its newest submission."""

    source: str
    title: str
    as_at_date: date
    rows: int
    open_cases: int
    failed_checks: int

    @property
    def per_thousand(self) -> float:
        return 1000 * self.open_cases / self.rows if self.rows else 0.0

    @property
    def grade(self) -> str:
        """A to D; the page states the bounds."""
        if self.failed_checks:
            return "D"
        bounds = ((1.0, "A"), (5.0, "B"), (20.0, "C"))
        return next((letter for bound, letter in bounds if self.per_thousand < bound), "D")


@dataclass(frozen=True)
class Unjudged:
    """DfE's rules that say nothing about the newest submission: a rule that did not run has not passed."""

    area_code: str
    source: str
    as_at_date: date
    why: str
    rules: int
    of_rules: int


@dataclass(frozen=True)
class Desk:
    """Everything for one owner in one authority."""

    area_code: str
    area_name: str
    owner: str
    cases: tuple[Case, ...]
    grades: tuple[SourceGrade, ...]
    held: tuple[Held, ...]
    unusual: tuple[Unusual, ...]
    unjudged: tuple[Unjudged, ...]
    months: tuple[date, ...]
    extracts: dict[str, tuple[date, ...]]
    """Days of the desk's own extracts by source, newest first: a yearly file is not news every month."""
    as_at: date
    of_files: tuple[str, ...] = ()
    """What was said about the files of the newest extracts."""

    @property
    def slug(self) -> str:
        """A file name of its own, safe everywhere."""
        return slug_of(self.owner)

    @property
    def asked(self) -> list[Case]:
        """Cases that wait for the owner: what moves a figure most comes first, then what is due first."""
        waiting = [case for case in self.cases if case.status == "open"]
        return sorted(
            waiting,
            key=lambda c: (
                -c.moves[0].part if c.moves else 0,
                c.due_date or date.max,
                c.source,
                c.table,
                c.row,
            ),
        )


def slug_of(owner: str) -> str:
    """Make a file name of an owner's title, safe everywhere."""
    return re.sub(r"[^a-z0-9]+", "_", owner.lower()).strip("_") or "owner"


def place_of(source: str, table: str, field: str | None) -> str:
    """Where to look in the source system, in the supplier's words."""
    found = contract_for(source).tables.get(table)
    # A table without a sheet is named with its source: an owner may have two with pupils.
    parts = [found.sheet or source, found.title] if found else [source, table]
    title = ", ".join(dict.fromkeys(parts))
    heading = found.columns[field].heading if found and field in found.columns else None
    return f"{title}: {heading}" if heading else title


CASES = """
    select
        coalesce(case_key, issue_key) as case_key, array_agg(issue_key order by issue_key), area_code,
        owner, source, table_name, any_value(field), min(child_key), min(source_row),
        string_agg(distinct message, ' ' order by message), bool_or(is_quarantined),
        case when bool_or(status = 'open') then 'open' else min(status) end,
        min(first_seen), max(last_seen), max(times_reopened), min(due_date), max(reason),
        max(explained_by), max(approver), max(until), bool_or(check_id like '%.unreadable.%')
    from marts.fct_dq_issues
    where owner is not null
    group by coalesce(case_key, issue_key), area_code, owner, source, table_name
"""


def _notes(folder: DataFolder | None) -> dict[tuple[str, str], str]:
    """What owners added to their newest answers, by area and issue: it is in the ledger and never published."""
    answers = Ledger(folder.ledger).issue_answers() if folder else []
    return {(one.area_code, one.issue_key): one.note for one in answers}


def _cases(connection: duckdb.DuckDBPyConnection, folder: DataFolder | None) -> list[Case]:
    rows, notes = connection.execute(CASES).fetchall(), _notes(folder)
    # What a worklist lists: what is open, and what has been answered and may be answered anew.
    listed = [row for row in rows if row[11] != "fixed"]
    ids = local_ids(folder, {row[7] for row in listed if row[7]})
    places: dict[tuple[str, str, str | None], str] = {}
    moves = read_moves(connection)
    holds = read_holds(connection, folder, [_about(row) for row in listed if row[8]])
    found = []
    for row in rows:
        about = (row[4], row[5], row[6])
        if about not in places:
            places[about] = place_of(*about)
        reason, *by = (text or "" for text in row[16:19])
        note = max(notes.get((row[2], key), "") for key in row[1])
        is_left_out = row[20] and _is_decisive(*about)
        moved = moved_by(
            moves, (row[2], row[4], row[5]), row[6],
            is_left_out=is_left_out, is_out=row[10] or is_left_out,
        )  # fmt: skip
        found.append(
            Case(row[0], tuple(row[1]), row[2], row[3], row[4], row[5], places[about],
                 ids.get(row[7] or "", ""), row[8], row[9], *row[10:16], reason, note, *by, row[19],
                 is_left_out, moved, holds.get(_about(row), Holds()))
        )  # fmt: skip
    return found


def _about(row: tuple) -> About:
    """Which field of which record a row of `CASES` is about."""
    return (row[2], row[4], row[5], row[6], row[13], row[8])


def _is_decisive(source: str, table: str, field: str | None) -> bool:
    contract = contract_for(source)
    return table in contract.tables and field in contract.tables[table].decisive_columns


def _newest_results(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    """(area, source, as-at date, rows, failed table checks) of the newest submission of each source."""
    return connection.execute(
        "with newest as (select area_code, source, max(as_at_date) as as_at_date from marts.fct_dq_results"
        " group by all), tables as (select area_code, source, as_at_date, table_name,"
        " max(rows_checked) as rows, count(*) filter (severity = 'error' and not passed) as failed"
        " from marts.fct_dq_results inner join newest using (area_code, source, as_at_date) group by all)"
        " select area_code, source, as_at_date, sum(rows), sum(failed) from tables group by all order by all"
    ).fetchall()


def _held(connection: duckdb.DuckDBPyConnection) -> list[Held]:
    rows = connection.execute(
        "select area_code, source, check_id, as_at_date, rows_checked from marts.fct_dq_results"
        " where severity = 'error' and not passed qualify as_at_date = max(as_at_date) over"
        " (partition by area_code, source) order by all"
    ).fetchall()
    held = dict(connection.execute(
        "select (area_code, check_id), array_agg(distinct coalesce(nullif(position, ''), indicator_id)"
        " order by coalesce(nullif(position, ''), indicator_id)) from marts.fct_holds"
        " inner join marts.dim_indicators using (indicator_id) group by all"
    ).fetchall())  # fmt: skip
    newest = {(area, source): as_at for area, source, as_at, *_ in _newest_results(connection)}
    return [
        Held(*row, tuple(held.get((row[0], row[2]), ())))
        for row in rows
        if newest[row[0], row[1]] == row[3]
    ]


def _why(status: str, reason: str) -> str:
    """What became of a rule that did not run, and what it means."""
    if status == "crashed":
        return f"broke off ({reason}), which is a fault of the rule"
    if reason.lower().startswith(PROVIDERS):
        return "not judged: the list of providers that they read is DfE's own and not published"
    if YEAR_BEFORE in reason:
        return "not judged: the return of the year before, which they read, is not there"
    return f"not judged: {reason}"


def _unjudged(connection: duckdb.DuckDBPyConnection) -> list[Unjudged]:
    rows = connection.execute(
        "select area_code, source, as_at_date, status, coalesce(status_reason, '') from marts.fct_dq_results"
        " where check_id like '%.statutory.%'"
        " qualify as_at_date = max(as_at_date) over (partition by area_code, source)"
    ).fetchall()
    of_rules = Counter(row[:3] for row in rows)
    not_run = [(row[:3], _why(*row[3:])) for row in rows if row[3] != "run"]
    return [
        Unjudged(*about, why, n_rules, of_rules[about])
        for (about, why), n_rules in sorted(
            Counter(not_run).items(), key=lambda item: (item[0][0], -item[1])
        )
    ]


def _unusual(connection: duckdb.DuckDBPyConnection) -> list[Unusual]:
    rows = connection.execute(
        "select area_code, split_part(series_id, '.', 2), split_part(series_id, '.', 3), period_end,"
        " observed, lower, upper from marts.fct_anomalies"
        " where status = 'new' and series_id like 'rows.%' order by all"
    ).fetchall()
    return [Unusual(*row) for row in rows]


def _home_area(connection: duckdb.DuckDBPyConnection) -> str:
    """The authority that the warehouse is for."""
    found = connection.execute("select area_code from marts.dim_areas where is_home").fetchone()
    return found[0] if found else NATIONAL


def _desk_of(area_code: str, home: str) -> str:
    """Where a case is answered: a national file is nobody's but the authority's that took it in."""
    return home if area_code == NATIONAL else area_code


def read_desks(marts: Path, owners: dict[str, str], folder: DataFolder | None = None) -> list[Desk]:
    """One desk per authority and owner of a source that it sends or has a case in.

    `owners` by source; with `folder` the cases carry the local id, and files are named.
    """
    with opened(marts) as connection:
        cases, results = _cases(connection, folder), _newest_results(connection)
        held, unusual, unjudged = _held(connection), _unusual(connection), _unjudged(connection)
        names = dict(
            connection.execute("select area_code, area_name from marts.dim_areas").fetchall()
        )
        months = [row[0] for row in connection.execute(
            "select distinct as_at_date from marts.fct_submissions where status = 'accepted'"
            " and area_code <> 'national' order by 1 desc limit 12").fetchall()]  # fmt: skip
        as_at = connection.execute(
            "select max(as_at) from marts.dim_runs where run_id = (select max(run_id) from marts.fct_submissions)"
        ).fetchall()[0][0]
        extracts = connection.execute(
            "select area_code, source, array_agg(distinct as_at_date order by as_at_date desc)"
            " from marts.fct_submissions where status = 'accepted' group by area_code, source").fetchall()  # fmt: skip
        home = _home_area(connection)
        of_files = said_of_files(connection, folder) if folder else {}
    by_desk: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        by_desk[_desk_of(case.area_code, home), case.owner].append(case)
    for area_code, source in [*(row[:2] for row in results), *of_files]:
        if source in owners and area_code != NATIONAL:
            by_desk.setdefault((area_code, owners[source]), [])
    open_cases: dict[tuple[str, str], int] = defaultdict(int)
    for case in cases:
        open_cases[case.area_code, case.source] += case.status == "open"
    return [
        Desk(
            area_code, names.get(area_code, area_code), owner, tuple(found),
            tuple(
                SourceGrade(source, contract_for(source).title, day, int(rows), open_cases[area, source], int(failed))
                for area, source, day, rows, failed in results
                if _desk_of(area, home) == area_code and owners.get(source) == owner
            ),
            tuple(h for h in held if _desk_of(h.area_code, home) == area_code and owners.get(h.source) == owner),
            tuple(u for u in unusual if _desk_of(u.area_code, home) == area_code and owners.get(u.source) == owner),
            tuple(u for u in unjudged if u.area_code == area_code and owners.get(u.source) == owner),
            tuple(reversed(months)),
            {source: tuple(days) for area, source, days in extracts if _desk_of(area, home) == area_code}, as_at,
            tuple(
                said for (area, source), told in of_files.items() for said in told
                if _desk_of(area, home) == area_code and owners.get(source) == owner
            ),
        )
        for (area_code, owner), found in sorted(by_desk.items())
    ]  # fmt: skip
