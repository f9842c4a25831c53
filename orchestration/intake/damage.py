"""How it is told that the ledger, which nothing can make again, is lost or damaged."""

from __future__ import annotations

REMEDY = "put back the folder ledger/ from a backup, whole"


class LedgerDamaged(Exception):
    """The ledger is lost, or not what was written; the message says what to do."""
