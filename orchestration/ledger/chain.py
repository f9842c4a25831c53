"""The chain of the ledger: one table of events, each with its number and the hash of the one before it.

Order is the number, never the clock. What keeps the table (`stores.py`) leaves whole events only and refuses to change
or delete one; the chain shows where something else did. Its end is noted in a second file (`head.py`). What events
mean is `ledger.py`'s concern.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from orchestration.ledger.damage import LedgerDamaged, Unreadable
from orchestration.ledger.events_in_postgresql import EventsInPostgresql
from orchestration.ledger.events_in_sqlite import LEDGER_FILE, EventsInSqlite
from orchestration.ledger.head import HEAD_FILE, Head, read_head, write_head
from orchestration.ledger.stores import Adding, Store, store_of

BEFORE_THE_FIRST = "0" * 64
SEPARATOR = b"\x1f"
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
    store = store_of(folder)
    if store.is_there():
        return True
    _refuse_lost(folder, store)
    return False


def now() -> datetime:
    """The current moment, in UTC, to the microsecond."""
    return datetime.now(UTC)


class Chain:
    """Appends events and reads them back; to open it is to check all of it."""

    def __init__(self, folder: Path, store: Store | None = None) -> None:
        self._folder = folder
        self._store = store or store_of(folder)
        refuse_lost = partial(_refuse_lost, folder, self._store)
        # Before the events are read: what is written meanwhile only lies behind it.
        head = read_head(folder)
        self._store.begin(refuse_lost, _append)
        last = _checked(self._store, head)
        if not last.number:
            refuse_lost()
        elif last != head:
            write_head(folder, last)

    def append(self, kind: str, contents: Iterable[tuple[datetime, dict[str, Any]]]) -> None:
        """Append events of a kind, all or none."""
        self.append_all((kind, happened_at, content) for happened_at, content in contents)

    def append_all(self, events: Iterable[tuple[str, datetime, dict[str, Any]]]) -> None:
        """Append events of several kinds, all or none."""
        head = None
        with self._store.adding() as adding:
            for kind, happened_at, content in events:
                head = _append(adding, happened_at.isoformat(), kind, content)
        if head is not None:
            write_head(self._folder, head)

    def copy_to(self, target: Path) -> None:
        """Copy the events to a file of SQLite, as they are between two of them, also while somebody appends some."""
        self._store.copy_to(target)

    def events(self, *kinds: str) -> list[Event]:
        """Every event of some kinds, in the order of their numbers."""
        return [
            Event(number, datetime.fromisoformat(at), kind, json.loads(content))
            for number, at, kind, content in self._store.events(kinds)
        ]

    def count(self, kind: str) -> int:
        """How many events of a kind there are."""
        return self._store.count(kind)


def move(source: EventsInSqlite, target: EventsInPostgresql) -> int:
    """Put every event as it is into an empty schema, and remove the file once all are proved to be there; how many.

    One that was killed is finished by the next. Raises LedgerDamaged.
    """
    target.take(source.rows())
    last = _checked(source, None)
    if _checked(target, None) != last:
        raise LedgerDamaged(
            f"{target.place} holds other events than ledger/{LEDGER_FILE}: take that file out of ledger/ where it is an"
            " older copy"
        )
    source.remove()
    return last.number


def _append(adding: Adding, happened_at: str, kind: str, content: dict[str, Any]) -> Head:
    number, previous = adding.last() or (0, BEFORE_THE_FIRST)
    texts = (happened_at, kind, json.dumps(content), previous)
    found = _hash(number + 1, *(text.encode() for text in texts))
    adding.add((number + 1, *texts, found))
    return Head(number + 1, found)


def _hash(number: int, *parts: bytes) -> str:
    return hashlib.sha256(SEPARATOR.join((str(number).encode(), *parts))).hexdigest()


def _checked(store: Store, head: Head | None) -> Head:
    """The last event; raises LedgerDamaged with the first that is not what was written, or is no longer there."""
    number, previous = 0, BEFORE_THE_FIRST.encode()
    try:
        with closing(store.rows()) as rows:
            for found, *parts, own in rows:
                is_text = all(isinstance(part, bytes) for part in parts)
                if not is_text or found != number + 1 or parts[-1] != previous:
                    raise _damaged_after(number, store)
                if own != _hash(found, *parts).encode():
                    raise _damaged_after(number, store)
                number, previous = found, own
                if head is not None and number == head.number and own.decode() != head.hash:
                    raise _cut_short(number - 1, head, store)
    except Unreadable:
        raise _damaged_after(number, store) from None
    if head is not None and number < head.number:
        raise _cut_short(number, head, store)
    return Head(number, previous.decode())


def _cut_short(number: int, head: Head, store: Store) -> LedgerDamaged:
    return LedgerDamaged(
        f"the ledger is an older copy: event {head.number} has been written, but this copy agrees only up to event"
        f" {number} at most: {store.newest}. If no copy goes further, remove {HEAD_FILE}; what the later events recorded is then lost"
    )


def _damaged_after(number: int, store: Store) -> LedgerDamaged:
    return LedgerDamaged(
        f"the ledger is damaged: its event {number + 1} is not what was written, only those before it are whole; "
        f"{store.remedy}"
    )


def _refuse_lost(folder: Path, store: Store) -> None:
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
        raise LedgerDamaged(f"the ledger is missing or empty, though {seen[0]}: {store.remedy}")
