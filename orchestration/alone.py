"""Nobody else works in a data folder: the lock of its file, and of what keeps its ledger.

The file holds on one machine, and not between machines that mount the folder each in its own way; a schema of
PostgreSQL holds between all that reach it. Both go with the process, however it ends.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from filelock import FileLock

from orchestration.ledger.stores import store_of
from orchestration.settings import DataFolder


@contextmanager
def working_alone(folder: DataFolder, lock: FileLock) -> Generator[None]:
    """Hold a data folder by a lock of its file; raises filelock.Timeout, or as `store_of` does."""
    with lock:
        if lock.lock_counter > 1:
            yield
            return
        with store_of(folder.ledger).held(lock.timeout):
            yield
