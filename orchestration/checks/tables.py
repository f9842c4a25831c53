"""Table checks, the ones that can hold indicators: is a table usable, how much of it was quarantined or could not be
read, has its size jumped (dbt_project/docs/gate.md, 'What fails a table'); and warnings, which hold nothing. Pure
functions of counts; every run judges all submissions anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from expectations.contract import contract_for
from orchestration.intake.cover import collection_year
from orchestration.settings import GateSettings

Rule = Literal[
    "structure", "quarantined_share", "unread_share", "volume", "fewer_rows", "lost_zeros", "lost"
]  # fmt: skip
# Such a check is reported and holds nothing.
WARNINGS = frozenset({"fewer_rows", "lost_zeros"})
# The same month a year earlier (dbt_project/docs/gate.md, 'What fails a table'); any other source: the newest earlier
# one that passed.
YEARLY = frozenset({"ssda903", "cin_census", "sen2", "attendance"})
# Of these, those that restate their year so far: they grow from month to month.
RESTATING = frozenset({"ssda903", "cin_census"})
# An earlier submission of the same rounds: a file of one term is not measured by one of three.
BY_UNIT = frozenset({"admissions", "ks2", "ks4", "epep"})
FEWEST, MOST = 0.5, 2.0
# Fewer than this share of the comparable rows may be a copy that stalled.
ENOUGH = 0.8
# One cell may be a slip; two are a habit of the system that wrote the file (dbt_project/docs/gate.md).
FEWEST_UNREAD = 2
SHOWN_CODES = 6


@dataclass(frozen=True)
class CellCount:
    """The cells of a column that decides what counts: how many hold anything, and how many of those say nothing."""

    filled: int
    unread: int
    """Those that could not be read, or hold a code of no list."""
    unlisted: Mapping[str, int] = field(default_factory=dict)
    """How often each code of no list is there."""


@dataclass(frozen=True)
class TableCount:
    """One table of the newest version of one submission folder."""

    submission_id: str
    area_code: str
    source: str
    as_at_date: date
    table_name: str
    rows: int
    quarantined: int
    is_usable: bool
    fault: str = ""
    """Why the table cannot be used."""
    units: tuple[str, ...] = ()
    """The units of replacement that the table names."""
    cells: Mapping[str, CellCount] = field(default_factory=dict)
    """Each column that decides what counts and holds cells that say nothing."""
    is_lost: bool = False
    """Whether it was accepted once, and nothing of it is left that could be read."""


@dataclass(frozen=True)
class TableCheck:
    """The outcome of one table check."""

    rule: Rule
    count: TableCount
    passed: bool
    rows_failed: int
    message: str
    column: str | None = None
    populations: tuple[str, ...] | None = None
    """Those that read the column; None: all that read the table."""
    rows_checked: int | None = None
    """How many cells, where it is no check of all rows."""

    @property
    def check_id(self) -> str:
        named = (self.count.source, self.count.table_name, self.rule, self.column)
        return ".".join(part for part in named if part)

    @property
    def severity(self) -> Literal["error", "warn"]:
        return "warn" if self.rule in WARNINGS else "error"


def _structure(count: TableCount) -> TableCheck:
    message = "" if count.is_usable else count.fault or "the table cannot be used as it was sent"
    return TableCheck("structure", count, count.is_usable, 0 if count.is_usable else 1, message)


def _quarantined_share(count: TableCount, settings: GateSettings) -> TableCheck:
    share = count.quarantined / count.rows if count.rows else 0.0
    too_many = count.rows >= settings.quarantine_min_rows and share > settings.max_quarantined_share
    message = (
        f"{count.quarantined} of {count.rows} rows ({share:.1%}) were quarantined, more than "
        f"{settings.max_quarantined_share:.1%}"
        if too_many
        else ""
    )
    return TableCheck("quarantined_share", count, not too_many, count.quarantined, message)


def _unread_shares(count: TableCount, settings: GateSettings) -> Iterator[TableCheck]:
    columns = contract_for(count.source).tables[count.table_name].columns
    for name, cells in count.cells.items():
        share = cells.unread / cells.filled
        too_many = cells.unread >= FEWEST_UNREAD and share > settings.max_quarantined_share
        message = (
            f"{cells.unread} of {cells.filled} values of {columns[name].heading} ({share:.1%}) could not be read or are "
            f"codes of no list, more than {settings.max_quarantined_share:.1%}{_named(cells.unlisted)}"
        )
        yield TableCheck(
            "unread_share", count, not too_many, cells.unread, message if too_many else "", name,
            columns[name].decides or None, cells.filled,
        )  # fmt: skip


def _named(codes: Mapping[str, int]) -> str:
    """The codes of no list, the most frequent first."""
    often = sorted(codes.items(), key=lambda item: (-item[1], item[0]))
    said = (f"{code!r} {number} times" for code, number in often[:SHOWN_CODES])
    return f": {', '.join(said)}" if codes else ""


def _size(count: TableCount, before: TableCount, settings: GateSettings) -> Iterator[TableCheck]:
    """Its rows against the comparable ones; a fall that fails the volume check is not told twice."""
    can_tell = settings.volume_check and max(count.rows, before.rows) >= settings.volume_min_rows
    jumped = can_tell and not FEWEST * before.rows <= count.rows <= MOST * before.rows
    message = f"{_both(count, before)}: less than half or more than double" if jumped else ""
    if settings.volume_check:
        yield _sized("volume", count, before, message)
    if not jumped:
        yield _fewer(count, before)


def _both(count: TableCount, before: TableCount) -> str:
    return f"{count.rows} rows against {before.rows} at {before.as_at_date}"


def _fewer(count: TableCount, before: TableCount) -> TableCheck:
    fell = count.rows < ENOUGH * before.rows
    words = "fewer by more than a fifth. Send it again unless it is whole"
    return _sized("fewer_rows", count, before, f"{_both(count, before)}: {words}" if fell else "")


def _shrunk(count: TableCount, last: TableCount | None) -> Iterator[TableCheck]:
    """A return of which nothing is comparable, against the one before it: an empty file tells, and within a year a shorter
    one, as a return restates its year so far.
    """
    if last is not None and count.source in RESTATING:
        same_year = collection_year(last.as_at_date) == collection_year(count.as_at_date)
        if same_year or not count.rows:
            yield _fewer(count, last)


def _sized(rule: Rule, count: TableCount, before: TableCount, message: str) -> TableCheck:
    rows_failed = abs(count.rows - before.rows) if message else 0
    return TableCheck(rule, count, not message, rows_failed, message)


def _comparable(
    count: TableCount, earlier: list[tuple[TableCount, bool]], by_date: dict[date, TableCount]
) -> TableCount | None:
    if count.source in YEARLY:
        # The same month: a census is of the day in its header, and February does not always end on the 28th.
        months = {(day.year, day.month): one for day, one in by_date.items()}
        return months.get((count.as_at_date.year - 1, count.as_at_date.month))
    passed = [
        candidate
        for candidate, good in earlier
        if good and (count.source not in BY_UNIT or candidate.units == count.units)
    ]
    return passed[-1] if passed else None


def _judge_series(
    counts: list[TableCount], settings: GateSettings, is_accepted: Callable[[TableCheck], bool]
) -> Iterator[TableCheck]:
    """All checks of one table of one area, oldest submission first.

    An accepted failure counts as passed when a later submission looks for what to compare with.
    """
    earlier: list[tuple[TableCount, bool]] = []
    by_date: dict[date, TableCount] = {}
    for count in sorted(counts, key=lambda item: item.as_at_date):
        if count.is_lost:
            yield TableCheck("lost", count, False, 1, count.fault)
            continue
        found = [_structure(count)]
        if count.is_usable:
            found += [_quarantined_share(count, settings), *_unread_shares(count, settings)]
            before = _comparable(count, earlier, by_date)
            last = next((one for one, good in reversed(earlier) if good), None)
            found += _size(count, before, settings) if before else _shrunk(count, last)
            errors = [check for check in found if check.severity == "error"]
            earlier.append((count, all(check.passed or is_accepted(check) for check in errors)))
            by_date[count.as_at_date] = count
        yield from found


def judge_tables(
    counts: Iterable[TableCount],
    settings: GateSettings,
    is_accepted: Callable[[TableCheck], bool] = lambda _: False,
) -> list[TableCheck]:
    """Every table check of every submission, series by series."""
    series: dict[tuple[str, str, str], list[TableCount]] = {}
    for count in counts:
        series.setdefault((count.area_code, count.source, count.table_name), []).append(count)
    return [
        check
        for name in sorted(series)
        for check in _judge_series(series[name], settings, is_accepted)
    ]


def tables_of_rejected(source: str) -> list[str]:
    """The tables that a rejected submission fails: all of a source that is rejected whole, else none."""
    return tables_of(source) if contract_for(source).on_failed_table == "reject_submission" else []


def tables_of(source: str) -> list[str]:
    """The tables of a source that are taken in."""
    tables = contract_for(source).tables
    return [name for name, table in tables.items() if not table.recognised_only]
