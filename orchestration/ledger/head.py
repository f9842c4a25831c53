"""Where the ledger ended last, kept next to it: a chain that was cut short at its end is whole in itself.

Written after the events themselves, so that a crash between leaves it behind them, never before.
"""

from __future__ import annotations

import hashlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path

HEAD_FILE = ".ledger_head"


@dataclass(frozen=True)
class Head:
    """The number and the hash of an event."""

    number: int
    hash: str


def head_file(ledger: Path) -> Path:
    """In the data folder: an older copy of the folder `ledger/` that is put back must not bring it along."""
    return ledger.parent / HEAD_FILE


def read_head(ledger: Path) -> Head | None:
    """The newest event as it was kept; None where none was, or what is there cannot be read."""
    path = head_file(ledger)
    try:
        number, found, check = path.read_text(encoding="ascii").split()
    except FileNotFoundError:
        return None
    except ValueError:
        number, found, check = "", "", ""
    if check != _check(number, found):
        logging.getLogger(__name__).warning(
            "%s cannot be read; it is made again from the ledger.", HEAD_FILE
        )
        return None
    return Head(int(number), found)


def write_head(ledger: Path, head: Head) -> None:
    """Keep the newest event, on the disk.

    In place: it is shorter than what a disk writes at once, and its own check tells one that is torn all the same.
    """
    text = f"{head.number} {head.hash} {_check(str(head.number), head.hash)}\n".encode()
    descriptor = os.open(head_file(ledger), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(descriptor, text, 0)
        os.ftruncate(descriptor, len(text))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check(number: str, found: str) -> str:
    return hashlib.sha256(f"{number} {found}".encode()).hexdigest()[:16]
