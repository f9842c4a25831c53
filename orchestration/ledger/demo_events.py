"""What the ledger's events of the kind demo say: which versions a demo wrote, and which were removed with all it led to.

marked     versions of a data folder of version 0.2, where one mark was about everything in landing
removing   a removal has begun: these versions, and what runs and people said before, count no more
removed    and has ended
"""

from __future__ import annotations

from collections.abc import Iterable

from orchestration.ledger.chain import Event, VersionName

KIND = "demo"
MARKED, REMOVING, REMOVED = "marked", "removing", "removed"


def content_of(event: str, versions: Iterable[VersionName] = ()) -> dict[str, object]:
    """What an event says."""
    return {"event": event, "versions": [list(name) for name in versions]}


def marked(events: Iterable[Event]) -> set[VersionName]:
    """The versions that are invented, though their own events do not say so."""
    return {name for event in events for name in _names(event, MARKED)}


def removed(events: Iterable[Event]) -> dict[VersionName, int]:
    """By version the number of the event that removed it last."""
    return {name: event.number for event in events for name in _names(event, REMOVING)}


def last_removal(events: Iterable[Event]) -> int:
    """The number of the event by which the last removal began; 0 where there was none."""
    numbers = (event.number for event in events if event.content["event"] == REMOVING)
    return max(numbers, default=0)


def under_way(events: list[Event]) -> list[VersionName] | None:
    """The versions of a removal that has not ended; None where there is none."""
    of_removals = [event for event in events if event.content["event"] != MARKED]
    if not of_removals or of_removals[-1].content["event"] == REMOVED:
        return None
    return _names(of_removals[-1], REMOVING)


def _names(event: Event, kind: str) -> list[VersionName]:
    said = event.content
    return [(a, s, m, v) for a, s, m, v in said["versions"]] if said["event"] == kind else []
