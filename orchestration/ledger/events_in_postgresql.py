"""The ledger's events in PostgreSQL, a schema for each data folder.

The schema names the data folder that it belongs to, by an id which is kept there, too: two folders whose settings name
one schema do not mix. A password is libpq's concern (~/.pgpass, a service file), never that of `settings.toml`.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from filelock import Timeout
from psycopg2 import extensions
from psycopg2.extras import execute_values

from orchestration.durable import write
from orchestration.ledger.damage import LedgerDamaged, LedgerUnreachable, Unreadable
from orchestration.ledger.events_in_sqlite import write_file

# In the data folder, as the note of the newest event is: an older copy of `ledger/` must not bring another along.
ID_FILE = ".ledger_in_postgresql"
TABLES = """
create table data_folder (id text not null);
create table events (
    number bigint primary key,
    happened_at text not null,
    kind text not null,
    content text not null,
    previous_hash text not null,
    hash text not null
);
create function refuse_change() returns trigger language plpgsql
as 'begin raise exception ''events is append-only''; end';
create trigger events_no_change before update or delete on events for each row execute function refuse_change();
create trigger events_no_truncate before truncate on events for each statement execute function refuse_change();
"""
# A peer that is gone is noticed within a minute or two, not after hours; what the setting says goes before it.
DEFAULTS = {
    "connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
    "tcp_user_timeout": 60_000, "client_encoding": "UTF8", "application_name": "cypp",
}  # fmt: skip
# The same for the server, which must let go of the lock of a machine that is gone; a lock that waits is not idle.
KEPT_ALIVE = """
set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3;
set idle_session_timeout = 0
"""
LOCK_WAIT = "30s"
SECONDS_BETWEEN_TRIES = 0.5
ROWS_AT_ONCE = 2_000
NOT_ALLOWED = "42501"
# A table or column that is not there any more, data or index that PostgreSQL itself finds damaged.
OF_THE_TABLE = ("42P01", "42703", "XX001", "XX002")

_held: dict[tuple[str, str], extensions.connection] = {}
"""By address and schema the connection by which this process works alone there."""


def is_moved(folder: Path) -> bool:
    """Whether PostgreSQL has the events of a ledger, or was about to get them."""
    return (folder.parent / ID_FILE).exists()


class EventsInPostgresql:
    """A schema of a database of PostgreSQL."""

    def __init__(self, folder: Path, address: str, schema: str) -> None:
        self._id_file = folder.parent / ID_FILE
        is_known = self._id_file.exists()
        self._id = self._id_file.read_text("ascii").strip() if is_known else secrets.token_hex(16)
        self._folder, self._address, self._schema = folder, address, schema
        self.place = f"schema {schema} of PostgreSQL"
        self.remedy = f"put {self.place} back from a backup of the database, or let `[ledger]` in settings.toml name the right one"
        self.newest = f"put back the newest backup of {self.place}"

    # ---------------------------------------------------------------- what `Store` asks for

    def is_there(self) -> bool:
        """Whether the schema holds a ledger."""
        with self._transaction() as cursor:
            return self._owner(cursor) is not None

    def begin(self, refuse_lost: Callable[[], None], _append: Callable[..., object]) -> None:
        """Make the table in a schema that has none."""
        with self._transaction() as cursor:
            if self._owner(cursor) is None:
                refuse_lost()
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._make(cursor)
                self._note_id()
            self._refuse_other(cursor)

    def rows(self) -> Generator[tuple[Any, ...]]:
        """Every event."""
        with self._transaction(name="events") as cursor:
            cursor.itersize = ROWS_AT_ONCE
            cursor.execute("select * from events order by number")
            for row in cursor:
                yield tuple(part.encode() if isinstance(part, str) else part for part in row)

    @contextmanager
    def adding(self) -> Generator[_Adding]:
        """Add events while nobody else does; who holds the schema alone adds nothing once that is over."""
        with self._transaction() as cursor:
            cursor.execute(
                f"set local lock_timeout = '{LOCK_WAIT}'; set local synchronous_commit = on"
            )
            cursor.execute("lock table events in exclusive mode")
            self._refuse_if_lost()
            yield _Adding(cursor)

    def events(self, kinds: tuple[str, ...]) -> list[tuple[int, str, str, str]]:
        """The events of some kinds."""
        with self._transaction() as cursor:
            cursor.execute(
                "select number, happened_at, kind, content from events where kind = any(%s) order by number",
                (list(kinds),),
            )
            return cursor.fetchall()

    def count(self, kind: str) -> int:
        """How many events of a kind there are."""
        with self._transaction() as cursor:
            cursor.execute("select count(*) from events where kind = %s", (kind,))
            [count] = cursor.fetchone()
            return count

    def copy_to(self, target: Path) -> None:
        """Copy the events to a file of SQLite; one statement sees them as they are at one moment."""
        write_file(target, self.rows())

    @contextmanager
    def held(self, seconds: float) -> Generator[None]:
        """Hold the schema alone while this process lives; raises filelock.Timeout."""
        name, ends = (self._address, self._schema), time.monotonic() + seconds
        connection = self._connected()
        try:
            while not self._is_locked(connection):
                if time.monotonic() >= ends:
                    raise Timeout(self.place)
                time.sleep(SECONDS_BETWEEN_TRIES)
            _held[name] = connection
            yield
        finally:
            _held.pop(name, None)
            connection.close()

    # ---------------------------------------------------------------- events that come from a file

    def take(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take over events as they are, all or none; nothing where this data folder's are here."""
        with self._transaction() as cursor:
            if self._owner(cursor) is None:
                self._make(cursor)
                texts = (tuple(map(_as_text, row)) for row in rows)
                execute_values(
                    cursor, "insert into events values %s", texts, page_size=ROWS_AT_ONCE
                )
                self._note_id()
            self._refuse_other(cursor)

    # ---------------------------------------------------------------- whose it is

    def _owner(self, cursor: Any) -> str | None:
        """The id of the data folder that the schema belongs to; None where it holds no ledger."""
        cursor.execute("select to_regclass('data_folder')")
        if cursor.fetchone() == (None,):
            return None
        cursor.execute("select id from data_folder")
        return (cursor.fetchone() or ("",))[0]

    def _make(self, cursor: Any) -> None:
        """Make the tables of this data folder."""
        cursor.execute("select 1 from pg_namespace where nspname = %s", (self._schema,))
        # Asked for first: an account that may not make schemas can be given one.
        if cursor.fetchone() is None:
            cursor.execute(f"create schema {self._schema}")
        cursor.execute(TABLES)
        cursor.execute("insert into data_folder values (%s)", (self._id,))

    def _note_id(self) -> None:
        """Keep the id in the data folder, before the schema has it for good: there, nobody else could say whose it is."""
        write(self._id_file, f"{self._id}\n".encode())

    def _refuse_other(self, cursor: Any) -> None:
        if self._owner(cursor) != self._id:
            raise LedgerDamaged(
                f"{self.place} holds the ledger of another data folder: name another one in settings.toml, with"
                " `[ledger] schema`"
            )

    # ---------------------------------------------------------------- connections

    @contextmanager
    def _transaction(self, name: str | None = None) -> Generator[Any]:
        """One transaction on a connection of its own: who opens a ledger may be any thread of any process."""
        connection = self._connected()
        try:
            connection.set_session(isolation_level="READ COMMITTED")
            with connection:
                with connection.cursor() as cursor:
                    # Names of schemas are words by settings.py, and need no quotes.
                    cursor.execute(f"set local search_path = {self._schema}")
                with connection.cursor(name) as cursor:
                    yield cursor
        except psycopg2.Error as error:
            raise self._told(error) from None
        except UnicodeError:
            raise Unreadable(f"the ledger cannot be read: {self.remedy}") from None
        finally:
            connection.close()

    def _connected(self) -> extensions.connection:
        said = extensions.parse_dsn(self._address)
        try:
            return psycopg2.connect(**{**DEFAULTS, **said})
        except psycopg2.OperationalError as error:
            # Of host, port, account and database; libpq never says a password.
            why = str(error).strip().splitlines()[0]
            raise LedgerUnreachable(
                f"PostgreSQL, which keeps the ledger, cannot be reached ({why})", self.place
            ) from None

    def _is_locked(self, connection: extensions.connection) -> bool:
        digest = hashlib.sha256(f"cypp {self._schema}".encode()).digest()
        key = int.from_bytes(digest[:8], signed=True)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(KEPT_ALIVE)
                cursor.execute("select pg_try_advisory_lock(%s)", (key,))
                return cursor.fetchone() == (True,)
        except psycopg2.Error as error:
            raise self._told(error) from None

    def _refuse_if_lost(self) -> None:
        """Raise LedgerUnreachable where this process held the schema and the server has let go of it since."""
        connection = _held.get((self._address, self._schema))
        if connection is None:
            return
        try:
            with connection.cursor() as cursor:
                cursor.execute("select 1")
        except psycopg2.Error:
            raise LedgerUnreachable(
                "PostgreSQL, which keeps the ledger, was started again or has cut the connection, so that another run"
                " may be at work", self.place
            ) from None  # fmt: skip

    def _told(self, error: psycopg2.Error) -> Exception:
        """What an error of PostgreSQL means, without what it quotes."""
        if error.pgcode in OF_THE_TABLE:
            return Unreadable(f"the ledger cannot be read: {self.remedy}")
        if error.pgcode == NOT_ALLOWED:
            # Names an object of the database.
            why = f"does not allow it ({error.diag.message_primary})"
        else:
            why = f"failed ({error.pgcode or 'the connection was lost'})"
        return LedgerUnreachable(f"PostgreSQL, which keeps the ledger, {why}", self.place)


class _Adding:
    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def last(self) -> tuple[int, str] | None:
        """Number and hash of the last event."""
        self._cursor.execute("select number, hash from events order by number desc limit 1")
        return self._cursor.fetchone()

    def add(self, row: tuple[Any, ...]) -> None:
        """Add an event."""
        self._cursor.execute("insert into events values (%s, %s, %s, %s, %s, %s)", row)


def _as_text(part: Any) -> Any:
    return part.decode() if isinstance(part, bytes) else part
