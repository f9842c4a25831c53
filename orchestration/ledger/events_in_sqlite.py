"""The ledger's events in a file of SQLite: a killed process leaves whole events only."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from orchestration.durable import sync
from orchestration.ledger.damage import REMEDY, Unreadable
from orchestration.ledger.unchained import LEGACY_TABLES, take_over

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
# What says that the file itself is damaged; anything else (a full disk, a lock) is the system's.
OF_THE_FILE = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR", "SQLITE_FORMAT")


class EventsInSqlite:
    """The file `ledger.sqlite3` of a ledger's folder."""

    remedy = REMEDY
    newest = "put back the newest copy of the folder ledger/, whole"

    def __init__(self, folder: Path) -> None:
        self._path = folder / LEDGER_FILE

    def is_there(self) -> bool:
        """Whether there is a file with something in it."""
        return self._path.exists() and self._path.stat().st_size > 0

    def begin(self, refuse_lost: Callable[[], None], append: Callable[..., object]) -> None:
        """Make the table, where this is a new ledger or one that had no chain."""
        if not self.is_there():
            refuse_lost()
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._open() as connection:
            tables = connection.execute("select name from sqlite_schema where type = 'table'")
            names = {name for (name,) in tables}
            unchained = [name for name in LEGACY_TABLES if name in names]
            if "events" not in names and not unchained:
                refuse_lost()
            if "events" not in names:
                connection.executescript(SCHEMA)
            if unchained:
                insert = partial(append, _Adding(connection))
                take_over(connection, self._path.parent, unchained, insert)

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

    def rows(self) -> Generator[tuple[Any, ...]]:
        """Every event; raises Unreadable behind the last that can be read."""
        with self._open() as connection:
            connection.text_factory = bytes
            yield from connection.execute("select * from events order by number")
            # Rows that a damaged page hides at the end break no chain; their room on the page is unaccounted for.
            [verdict] = connection.execute("pragma quick_check(1)").fetchone()
        if verdict != b"ok":
            raise Unreadable(f"the ledger cannot be read: {REMEDY}")

    @contextmanager
    def adding(self) -> Generator[_Adding]:
        """Add events while nobody else does."""
        with self._open() as connection:
            connection.execute("begin immediate")
            yield _Adding(connection)
            connection.execute("commit")

    def events(self, kinds: tuple[str, ...]) -> list[tuple[int, str, str, str]]:
        """The events of some kinds."""
        marks = ", ".join("?" * len(kinds))
        with self._open() as connection:
            return connection.execute(
                f"select number, happened_at, kind, content from events where kind in ({marks})"  # noqa: S608 -- marks
                " order by number",
                kinds,
            ).fetchall()

    def count(self, kind: str) -> int:
        """How many events of a kind there are."""
        with self._open() as connection:
            [count] = connection.execute(
                "select count(*) from events where kind = ?", (kind,)
            ).fetchone()
        return count

    def copy_to(self, target: Path) -> None:
        """Copy the file as it is between two events."""
        with self._open() as connection, closing(sqlite3.connect(target)) as copy:
            connection.backup(copy)

    def held(self, _seconds: float) -> nullcontext[None]:
        """Nothing more: the lock of the data folder holds wherever a file of SQLite may be kept."""
        return nullcontext()

    def remove(self) -> None:
        """Remove the file, whose events are kept elsewhere."""
        self._path.unlink()
        sync(self._path.parent)


class _Adding:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def last(self) -> tuple[int, str] | None:
        """Number and hash of the last event."""
        return self._connection.execute(
            "select number, hash from events order by number desc limit 1"
        ).fetchone()

    def add(self, row: tuple[Any, ...]) -> None:
        """Add an event."""
        self._connection.execute("insert into events values (?, ?, ?, ?, ?, ?)", row)


def write_file(target: Path, rows: Iterable[tuple[Any, ...]]) -> None:
    """Write events as they are to a new file."""
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        copy.executescript(SCHEMA)
        copy.execute("begin")
        copy.executemany("insert into events values (?, ?, ?, ?, ?, ?)", map(_as_text, rows))
        copy.execute("commit")


def _as_text(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(part.decode() if isinstance(part, bytes) else part for part in row)


def _is_of_the_file(error: sqlite3.DatabaseError) -> bool:
    # Errors that Python itself raises (text that is no UTF-8) have no name.
    return getattr(error, "sqlite_errorname", OF_THE_FILE[0]).startswith(OF_THE_FILE)


def _told(error: sqlite3.DatabaseError, path: Path) -> Exception:
    """What an error of SQLite means, without what it quotes."""
    if isinstance(error, sqlite3.IntegrityError):
        return error
    if _is_of_the_file(error):
        return Unreadable(f"the ledger cannot be read: {REMEDY}")
    code = errno.ENOSPC if error.sqlite_errorname == "SQLITE_FULL" else errno.EIO
    return OSError(code, f"{os.strerror(code)} ({error.sqlite_errorname})", str(path))
