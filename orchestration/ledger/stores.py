"""What keeps the ledger's events: its file, or the schema of PostgreSQL that `settings.toml` names.

To begin a second ledger where the first is kept elsewhere would be to lose it: what does not agree is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from orchestration.ledger.damage import LedgerDamaged
from orchestration.ledger.events_in_postgresql import EventsInPostgresql, is_moved
from orchestration.ledger.events_in_sqlite import LEDGER_FILE, EventsInSqlite
from orchestration.settings import ConfigurationError, load_ledger_settings

TO_BE_MOVED = f"settings.toml names PostgreSQL, but the ledger is in ledger/{LEDGER_FILE}: `cypp move-ledger` moves it"
TAKEN_AWAY = "the ledger is in PostgreSQL, which settings.toml does not name any more: put `[ledger] postgresql` back"


class Adding(Protocol):
    """A transaction in which nobody else adds events."""

    def last(self) -> tuple[int, str] | None:
        """Number and hash of the last event."""

    def add(self, row: tuple[Any, ...]) -> None:
        """Add an event: number, moment, kind, content, the hash before it and its own."""


class Store(Protocol):
    """A table of events. Raises Unreadable where it is damaged, OSError where the system cannot do it."""

    remedy: str
    """What mends it."""
    newest: str
    """What mends one that is older than it has been."""

    def is_there(self) -> bool:
        """Whether something is kept."""

    def begin(
        self,
        refuse_lost: Callable[[], None],
        append: Callable[[Adding, str, str, dict[str, Any]], object],
        /,
    ) -> None:
        """Make the table where there is none, unless one is lost."""

    def rows(self) -> Generator[tuple[Any, ...]]:
        """Every event as it is kept, in the order of the numbers; texts as bytes."""

    def adding(self) -> AbstractContextManager[Adding]:
        """Add events, all or none."""

    def events(self, kinds: tuple[str, ...]) -> list[tuple[int, str, str, str]]:
        """Number, moment, kind and content of the events of some kinds, in the order of the numbers."""

    def count(self, kind: str) -> int:
        """How many events of a kind there are."""

    def copy_to(self, target: Path) -> None:
        """Copy the events to a file of SQLite as they are at one moment, also while somebody adds some."""

    def held(self, seconds: float, /) -> AbstractContextManager[None]:
        """Hold it as the only one who works in the data folder; raises filelock.Timeout."""


def store_of(folder: Path) -> Store:
    """What keeps the events of a ledger.

    Raises LedgerDamaged where they are not where `settings.toml` says, ConfigurationError where that cannot be read.
    """
    in_file, moved = EventsInSqlite(folder), is_moved(folder)
    try:
        settings = load_ledger_settings(folder.parent)
    except ConfigurationError:
        # What is wrong with the settings must not hide what the ledger says.
        if in_file.is_there() and not moved:
            return in_file
        raise
    if settings.postgresql is None:
        if moved:
            raise LedgerDamaged(TAKEN_AWAY)
        return in_file
    if in_file.is_there():
        raise LedgerDamaged(TO_BE_MOVED)
    return EventsInPostgresql(folder, settings.postgresql, settings.schema_for(folder.parent))
