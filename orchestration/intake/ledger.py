"""The append-only state that no rebuild can derive: versions received, runs, the key's fingerprint.

SQLite, so that a killed process leaves whole events only; triggers refuse to change or delete a row.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

SCHEMA = """
create table if not exists submission_events (
    event_number integer primary key,
    happened_at text not null,
    event text not null check (event in ('received', 'reread')),
    area_code text not null,
    source text not null,
    folder_month text not null,
    version text not null,
    as_at_date text not null,
    verdict text not null check (verdict in ('accepted', 'rejected')),
    reason text not null
);
create table if not exists run_events (
    event_number integer primary key,
    happened_at text not null,
    event text not null check (event in ('started', 'published', 'failed')),
    run_id text not null,
    detail text not null
);
create table if not exists acceptances (
    event_number integer primary key,
    accepted_at text not null,
    check_id text not null,
    area_code text not null,
    accepted_by text not null check (accepted_by <> ''),
    reason text not null check (reason <> ''),
    until text not null
);
create table if not exists issue_answers (
    event_number integer primary key,
    answered_at text not null,
    area_code text not null,
    issue_key text not null,
    answer text not null check (answer in ('explained', 'accepted')),
    reason text not null check (reason <> ''),
    note text not null,
    answered_by text not null check (answered_by <> ''),
    approver text not null check (answer = 'explained' or approver <> ''),
    until text not null
);
create table if not exists facts (name text primary key, value text not null);
"""
APPEND_ONLY = """
create trigger if not exists {table}_no_{verb} before {verb} on {table}
begin select raise(abort, '{table} is append-only'); end;
"""
TABLES = ("submission_events", "run_events", "acceptances", "issue_answers", "facts")


@dataclass(frozen=True)
class SubmissionVersion:
    """One version of one submission, with the newest verdict about it."""

    area_code: str
    source: str
    folder_month: str
    version: str
    as_at_date: date
    received_at: datetime
    """When the job first saw this content."""
    current_from: datetime
    """When it last became the content of its folder (later than `received_at` after a return to it)."""
    verdict: str
    reason: str


@dataclass(frozen=True)
class Receipt:
    """A moment at which a version became the content of its folder."""

    version: SubmissionVersion
    happened_at: datetime


@dataclass(frozen=True)
class Acceptance:
    """A named person's release of a failed table check of an area, with a reason and an end."""

    check_id: str
    area_code: str
    accepted_by: str
    reason: str
    until: date
    accepted_at: datetime


@dataclass(frozen=True)
class IssueAnswer:
    """What an owner says about an issue: the record is right (explained), or cannot be put right (accepted)."""

    area_code: str
    issue_key: str
    answer: str
    reason: str
    note: str
    answered_by: str
    approver: str
    until: date
    answered_at: datetime


@dataclass(frozen=True)
class PublishedRun:
    """A run that published, as `dim_runs` shows it."""

    run_id: str
    as_at: date
    received_by: datetime | None
    started_at: datetime
    finished_at: datetime
    code_version: str
    status: str
    is_synthetic: bool


def now() -> datetime:
    """The current moment, in UTC, to the microsecond."""
    return datetime.now(UTC)


class Ledger:
    """Appends events and reads them back."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "ledger.sqlite3"
        with self._open() as connection:
            connection.executescript(SCHEMA)
            for table in TABLES:
                for verb in ("update", "delete"):
                    connection.executescript(APPEND_ONLY.format(table=table, verb=verb))

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=30)
        try:
            connection.execute("pragma synchronous = full")
            with connection:
                yield connection
        finally:
            connection.close()

    def counts(self) -> tuple[int, ...]:
        """How many events there are of extracts, releases and answers; runs do not count."""
        with self._open() as connection:
            return tuple(
                connection.execute(f"select count(*) from {table}").fetchone()[0]  # noqa: S608
                for table in ("submission_events", "acceptances", "issue_answers")
            )

    def fact(self, name: str) -> str | None:
        """A value that was set once for this data folder."""
        with self._open() as connection:
            row = connection.execute("select value from facts where name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set_fact(self, name: str, value: str) -> None:
        """Set a value once; a second time raises sqlite3.IntegrityError."""
        with self._open() as connection:
            connection.execute("insert into facts values (?, ?)", (name, value))

    def record_version(self, event: str, version: SubmissionVersion) -> None:
        """Append that a version was received, or read again by newer code."""
        row = (
            version.current_from.isoformat(), event, version.area_code, version.source,
            version.folder_month, version.version, version.as_at_date.isoformat(),
            version.verdict, version.reason,
        )  # fmt: skip
        with self._open() as connection:
            connection.execute(
                "insert into submission_events (happened_at, event, area_code, source, folder_month,"
                " version, as_at_date, verdict, reason) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )

    def versions(self) -> list[SubmissionVersion]:
        """Every version ever received, in order of first receipt, with its newest verdict."""
        with self._open() as connection:
            rows = connection.execute(
                "select area_code, source, folder_month, version, as_at_date, happened_at, event, verdict,"
                " reason from submission_events order by event_number"
            ).fetchall()
        found: dict[tuple[str, ...], SubmissionVersion] = {}
        for area, source, folder, version, as_at, at, event, verdict, reason in rows:
            moment = datetime.fromisoformat(at)
            known = found.get((area, source, folder, version))
            current_from = moment if event == "received" or known is None else known.current_from
            found[area, source, folder, version] = SubmissionVersion(
                area, source, folder, version, date.fromisoformat(as_at),
                known.received_at if known else moment, current_from, verdict, reason,
            )  # fmt: skip
        return list(found.values())

    def receipts(self) -> list[Receipt]:
        """Every receipt, oldest first; a version that came back to its folder has several."""
        versions = {(v.area_code, v.source, v.folder_month, v.version): v for v in self.versions()}
        with self._open() as connection:
            rows = connection.execute(
                "select area_code, source, folder_month, version, happened_at from submission_events"
                " where event = 'received' order by event_number"
            ).fetchall()
        return [Receipt(versions[tuple(name)], datetime.fromisoformat(at)) for *name, at in rows]

    def accept(self, acceptance: Acceptance) -> None:
        """Append a release; it is never taken back, it ends on its day."""
        row = (
            acceptance.accepted_at.isoformat(), acceptance.check_id, acceptance.area_code,
            acceptance.accepted_by, acceptance.reason, acceptance.until.isoformat(),
        )  # fmt: skip
        with self._open() as connection:
            connection.execute(
                "insert into acceptances (accepted_at, check_id, area_code, accepted_by, reason, until)"
                " values (?, ?, ?, ?, ?, ?)",
                row,
            )

    def acceptances(self) -> list[Acceptance]:
        """Every release ever given, oldest first."""
        with self._open() as connection:
            rows = connection.execute(
                "select check_id, area_code, accepted_by, reason, until, accepted_at from acceptances"
                " order by event_number"
            ).fetchall()
        return [
            Acceptance(
                check, area, by, reason, date.fromisoformat(until), datetime.fromisoformat(at)
            )
            for check, area, by, reason, until, at in rows
        ]

    def answer_issues(self, answers: list[IssueAnswer]) -> None:
        """Append answers, all or none; they are never taken back, a later one stands above an earlier one."""
        rows = [
            (
                one.answered_at.isoformat(), one.area_code, one.issue_key, one.answer, one.reason, one.note,
                one.answered_by, one.approver, one.until.isoformat(),
            )
            for one in answers
        ]  # fmt: skip
        with self._open() as connection:
            connection.executemany(
                "insert into issue_answers (answered_at, area_code, issue_key, answer, reason, note,"
                " answered_by, approver, until) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def issue_answers(self) -> list[IssueAnswer]:
        """Every answer ever given, oldest first."""
        with self._open() as connection:
            rows = connection.execute(
                "select area_code, issue_key, answer, reason, note, answered_by, approver, until, answered_at"
                " from issue_answers order by event_number"
            ).fetchall()
        return [
            IssueAnswer(*said, date.fromisoformat(until), datetime.fromisoformat(at))
            for *said, until, at in rows
        ]

    def record_run(self, event: str, run_id: str, detail: dict[str, str | None]) -> None:
        """Append that a run started, published or failed."""
        with self._open() as connection:
            connection.execute(
                "insert into run_events (happened_at, event, run_id, detail) values (?, ?, ?, ?)",
                (now().isoformat(), event, run_id, json.dumps(detail)),
            )

    def runs(self) -> list[tuple[str, str, datetime, dict[str, str | None]]]:
        """(run id, event, moment, detail) of every run event, oldest first."""
        with self._open() as connection:
            rows = connection.execute(
                "select run_id, event, happened_at, detail from run_events order by event_number"
            ).fetchall()
        return [
            (run, event, datetime.fromisoformat(at), json.loads(detail))
            for run, event, at, detail in rows
        ]

    def published_runs(self) -> list[PublishedRun]:
        """Every run that published, oldest first."""
        started = {
            run: (at, detail) for run, event, at, detail in self.runs() if event == "started"
        }
        published = []
        for run_id, event, finished_at, _ in self.runs():
            if event != "published" or run_id not in started:
                continue
            started_at, detail = started[run_id]
            received_by = detail["received_by"]
            published.append(
                PublishedRun(
                    run_id, date.fromisoformat(str(detail["as_at"])),
                    datetime.fromisoformat(received_by) if received_by else None,
                    started_at, finished_at, str(detail["code_version"]), "published",
                    detail.get("is_synthetic") == "yes",
                )
            )  # fmt: skip
        return published
