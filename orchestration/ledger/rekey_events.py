"""What the ledger's events of the kind rekey say: which key the identifiers of people are hashed with from here on.

key_check     the fingerprint of a new key
first_keys    the hash of the file of first keys that is current (`first_keys.py`)
replaced      files of the ledger that have been written anew under the key in force
"""

from __future__ import annotations

from collections.abc import Iterable

from orchestration.ledger.chain import Event

KIND = "rekey"


def key_checks(events: Iterable[Event]) -> list[str]:
    """The fingerprint of each key that took the place of another, the one in force last."""
    return [event.content["key_check"] for event in events if "key_check" in event.content]


def first_keys(events: Iterable[Event]) -> str | None:
    """The hash of the file of first keys; None where no key has been replaced."""
    named = [e.content["first_keys"] for e in events if "first_keys" in e.content]
    return named[-1] if named else None


def last_new_key(events: Iterable[Event]) -> int:
    """The number of the event by which the key in force took the place of another; 0 where it is the first."""
    return max((event.number for event in events if "key_check" in event.content), default=0)
