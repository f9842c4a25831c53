"""The file of the ledger: one table of events, each with its number and the hash of the one before it.

Order is the number, never the clock. SQLite, so that a killed process leaves whole events only; triggers refuse to
change or delete one, and the chain shows where something else did. Its end is noted in a second file (`head.py`).
What events mean is `ledger.py`'s concern.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sqlite3
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.intake.damage import REMEDY, LedgerDamaged
from orchestration.intake.head import HEAD_FILE, Head, read_head, write_head
from orchestration.intake.unchained import LEGACY_TABLES, take_over

LEDGER_FILE = "ledger.sqlite3"
SCHEMA = """
begin immediate;
create table if not exists events (
    number integer primary key,
    happened_at text not null,
    kind text not null,
    content text not null,
    previous_hash text not null,
    hash text not null
);
create trigger if not exists events_no_update before update on events
begin select raise(abort, 'events is append-only'); end;
create trigger if not exists events_no_delete before delete on events
begin select raise(abort, 'events is append-only'); end;
commit;
"""
BEFORE_THE_FIRST = "0" * 64
SEPARATOR = b"\x1f"
# What says that the file itself is damaged; anything else (a full disk, a lock) is the system's.
OF_THE_FILE = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR", "SQLITE_FORMAT")
# Nothing of this can be there before the ledger's first event.
STATE = ("archive", "raw", "restricted/identifiers", "warehouse")


VersionName = tuple[str, str, str, str]
"""Which version of which submission an event is about: area, source, month and hash of the content."""


@dataclass(frozen=True)
class Event:
    """One thing that happened."""

    number: int
    happened_at: datetime
    kind: str
    content: dict[str, Any]


def is_begun(folder: Path) -> bool:
    """Whether a ledger is there; raises LedgerDamaged where one is lost."""
    path = folder / LEDGER_FILE
    if path.exists() and path.stat().st_size:
        return True
    _refuse_lost(folder)
    return False


def now() -> datetime:
    """The current moment, in UTC, to the microsecond."""
    return datetime.now(UTC)


class Chain:
    """Appends events and reads them back; to open it is to check all of it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LEDGER_FILE
        if not is_begun(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Before the events are read: what is written meanwhile only lies behind it.
        head = read_head(folder)
        with self._open() as connection:
            self._begin(connection)
            connection.text_factory = bytes
            last = _checked(connection, head)
        if not last.number:
            _refuse_lost(folder)
        elif last != head:
            write_head(folder, last)

    def _begin(self, connection: sqlite3.Connection) -> None:
        """Make the table, where this is a new ledger or one that had no chain."""
        tables = connection.execute("select name from sqlite_schema where type = 'table'")
        names = {name for (name,) in tables}
        unchained = [name for name in LEGACY_TABLES if name in names]
        if "events" not in names and not unchained:
            _refuse_lost(self._path.parent)
        if "events" not in names:
            connection.executescript(SCHEMA)
        if unchained:
            take_over(connection, self._path.parent, unchained, _insert)

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        try:
            connection.execute("pragma synchronous = full")
            yield connection
        except sqlite3.DatabaseError as error:
            raise _told(error, self._path) from None
        finally:
            connection.close()

    def append(self, kind: str, contents: Iterable[tuple[datetime, dict[str, Any]]]) -> None:
        """Append events of a kind, all or none."""
        self.append_all((kind, happened_at, content) for happened_at, content in contents)

    def append_all(self, events: Iterable[tuple[str, datetime, dict[str, Any]]]) -> None:
        """Append events of several kinds, all or none."""
        head = None
        with self._open() as connection:
            connection.execute("begin immediate")
            for kind, happened_at, content in events:
                head = _insert(connection, happened_at.isoformat(), kind, content)
            connection.execute("commit")
        if head is not None:
            write_head(self._path.parent, head)

    def copy_to(self, target: Path) -> None:
        """Copy the file as it is between two events, also while somebody appends some."""
        with self._open() as connection, closing(sqlite3.connect(target)) as copy:
            connection.backup(copy)

    def events(self, *kinds: str) -> list[Event]:
        """Every event of some kinds, in the order of their numbers."""
        marks = ", ".join("?" * len(kinds))
        with self._open() as connection:
            rows = connection.execute(
                f"select number, happened_at, kind, content from events where kind in ({marks})"  # noqa: S608 -- marks
                " order by number",
                kinds,
            ).fetchall()
        return [
            Event(number, datetime.fromisoformat(at), kind, json.loads(content))
            for number, at, kind, content in rows
        ]

    def count(self, kind: str) -> int:
        """How many events of a kind there are."""
        with self._open() as connection:
            [count] = connection.execute(
                "select count(*) from events where kind = ?", (kind,)
            ).fetchone()
        return count


def _insert(
    connection: sqlite3.Connection, happened_at: str, kind: str, content: dict[str, Any]
) -> Head:
    last = connection.execute("select number, hash from events order by number desc limit 1")
    number, previous = last.fetchone() or (0, BEFORE_THE_FIRST)
    texts = (happened_at, kind, json.dumps(content), previous)
    found = _hash(number + 1, *(text.encode() for text in texts))
    connection.execute("insert into events values (?, ?, ?, ?, ?, ?)", (number + 1, *texts, found))
    return Head(number + 1, found)


def _hash(number: int, *parts: bytes) -> str:
    return hashlib.sha256(SEPARATOR.join((str(number).encode(), *parts))).hexdigest()


def _checked(connection: sqlite3.Connection, head: Head | None) -> Head:
    """The last event; raises LedgerDamaged with the first that is not what was written, or is no longer there."""
    number, previous = 0, BEFORE_THE_FIRST.encode()
    try:
        for found, *parts, own in connection.execute("select * from events order by number"):
            is_text = all(isinstance(part, bytes) for part in parts)
            if not is_text or found != number + 1 or parts[-1] != previous:
                raise _damaged_after(number)
            if own != _hash(found, *parts).encode():
                raise _damaged_after(number)
            number, previous = found, own
            if head is not None and number == head.number and own.decode() != head.hash:
                raise _cut_short(number - 1, head)
        # Rows that a damaged page hides at the end break no chain; their room on the page is unaccounted for.
        [verdict] = connection.execute("pragma quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise (_damaged_after(number) if _is_of_the_file(error) else error) from None
    if verdict != b"ok":
        raise _damaged_after(number)
    if head is not None and number < head.number:
        raise _cut_short(number, head)
    return Head(number, previous.decode())


def _cut_short(number: int, head: Head) -> LedgerDamaged:
    return LedgerDamaged(
        f"the ledger is an older one: event {head.number} has been written, and it agrees with that up to event {number}"
        " at most: put back the newest copy of the folder ledger/, whole; where none goes further, remove"
        f" {HEAD_FILE} and what the later events said is lost"
    )


def _damaged_after(number: int) -> LedgerDamaged:
    return LedgerDamaged(
        f"the ledger is damaged: its event {number + 1} is not what was written, only those before it are whole; "
        f"{REMEDY}"
    )


def _is_of_the_file(error: sqlite3.DatabaseError) -> bool:
    # Errors that Python itself raises (text that is no UTF-8) have no name.
    return getattr(error, "sqlite_errorname", OF_THE_FILE[0]).startswith(OF_THE_FILE)


def _told(error: sqlite3.DatabaseError, path: Path) -> Exception:
    """What an error of SQLite means, without what it quotes."""
    if isinstance(error, sqlite3.IntegrityError):
        return error
    if _is_of_the_file(error):
        return LedgerDamaged(f"the ledger cannot be read: {REMEDY}")
    code = errno.ENOSPC if error.sqlite_errorname == "SQLITE_FULL" else errno.EIO
    return OSError(code, f"{os.strerror(code)} ({error.sqlite_errorname})", str(path))


def _refuse_lost(folder: Path) -> None:
    """Raise LedgerDamaged where there is state that only a ledger can explain."""
    places = {name: folder.parent / name for name in STATE}
    places |= {f"ledger/{child.name}": child for child in folder.glob("*/")}
    kept = [
        name for name, place in places.items() if any(path.is_file() for path in place.rglob("*"))
    ]
    head = read_head(folder)
    seen = [f"there are files in {', '.join(kept)}"] if kept else []
    seen += [f"it had {head.number} event(s)"] if head else []
    if seen:
        raise LedgerDamaged(f"the ledger is missing or empty, though {seen[0]}: {REMEDY}")
