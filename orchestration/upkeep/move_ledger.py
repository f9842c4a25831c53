"""`cypp move-ledger`: the ledger's events from their file into PostgreSQL, as they are.

The other way is `cypp backup`, which writes a file, and `cypp restore`, which leaves it one.
"""

from __future__ import annotations

from filelock import FileLock

from orchestration.ledger.chain import move
from orchestration.ledger.events_in_postgresql import EventsInPostgresql
from orchestration.ledger.events_in_sqlite import LEDGER_FILE, EventsInSqlite
from orchestration.ledger.ledger import Ledger
from orchestration.settings import ConfigurationError, DataFolder, load_ledger_settings

LOCK_SECONDS = 60


def move_ledger(folder: DataFolder, by: str) -> tuple[int, str]:
    """Move the events while nobody works in the folder; how many, and where they are.

    Raises ConfigurationError (nothing touched), LedgerDamaged, OSError or filelock.Timeout.
    """
    settings, source = load_ledger_settings(folder.root), EventsInSqlite(folder.ledger)
    if settings.postgresql is None:
        raise ConfigurationError("settings.toml does not say where to: write `[ledger] postgresql`")
    if not source.is_there():
        raise ConfigurationError(f"there is no ledger/{LEDGER_FILE} in {folder.root}")
    schema = settings.schema_for(folder.root)
    target = EventsInPostgresql(folder.ledger, settings.postgresql, schema)
    with FileLock(folder.lock_file, timeout=LOCK_SECONDS), target.held(LOCK_SECONDS):
        ledger = Ledger(folder.ledger, source)
        # Of one that was killed the events may be there already, to which none may be added here.
        if not target.is_there():
            ledger.record_act(by, "move-ledger", {"to": target.place})
        return move(source, target), target.place
