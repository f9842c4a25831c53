"""The errors of a ledger, which nothing can make again: lost, damaged, or out of reach."""

from __future__ import annotations

import errno

from orchestration.settings import ConfigurationError

REMEDY = "put back the folder ledger/ from a backup, whole"


class LedgerDamaged(Exception):
    """The ledger is lost, or not what was written; the message says what to do."""


class Unreadable(LedgerDamaged):
    """What keeps the events gives no more of them than it has given."""


class LedgerUnreachable(OSError):
    """The server that keeps the ledger cannot be used now; nothing is known to be damaged."""

    def __init__(self, why: str, where: str) -> None:
        super().__init__(errno.EIO, why, where)

    def __str__(self) -> str:
        """As a sentence: an error of the system begins with its number."""
        return f"{self.strerror}: {self.filename}"


# Where the ledger itself is what failed, it cannot say so.
FAILURES = (LedgerDamaged, ConfigurationError, OSError)
