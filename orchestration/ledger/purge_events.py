"""What the ledger's events of the kind purge say: which extracts were removed for good, and by which rule.

planned    from here on these versions count for nothing; files of the ledger have been written anew without rows of theirs
done       nothing is left of them; the certificate
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from orchestration.ledger.chain import Event, VersionName

KIND = "purge"
PLANNED, DONE = "planned", "done"
Replaced = Mapping[str, tuple[str, str]]
"""By the name of a file that was written anew: its name now, and its hash."""


def purged(events: Iterable[Event]) -> frozenset[VersionName]:
    """The versions that are removed, or about to be."""
    names = (name for event in events for name in event.content.get("versions", ()))
    return frozenset((a, s, m, v) for a, s, m, v in names)


def under_way(events: list[Event]) -> dict[str, Any] | None:
    """What is planned and not done."""
    done = {event.content["purge_id"] for event in events if event.content["event"] == DONE}
    return next((e.content for e in events if e.content["purge_id"] not in done), None)


def replaced(events: Iterable[Event]) -> Replaced:
    """The files that were written anew."""
    return {
        old: (name, digest)
        for event in events
        for old, (name, digest) in event.content.get("replaced", {}).items()
    }


def certificates(events: Iterable[Event]) -> dict[str, str]:
    """The certificates, with their hashes."""
    return {
        name: digest for e in events for name, digest in e.content.get("certificate", {}).items()
    }


def named_now(files: Mapping[str, str], anew: Replaced) -> dict[str, str]:
    """Files that a run keeps, with their hashes, by the names that they have now."""
    found = {}
    for name, digest in files.items():
        now, its_digest = name, digest
        while now in anew:
            now, its_digest = anew[now]
        found[now] = its_digest
    return found
