"""What an alert is about: a failed night, new holds, stale sources, no success in time, what is in the way.

A message leaves the building, so it is written in our own words and quotes nothing from a file.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from orchestration.checks.holds import Hold
from orchestration.operator.nights import LONDON, local
from orchestration.operator.status import SourceStatus, Status
from orchestration.settings import DataFolder

# What each rule of a table check found (dbt_project/docs/gate.md, 'What fails a table'); the codes that it names stay here.
FOUND = {
    "structure": "the table cannot be used as it was sent",
    "quarantined_share": "too many of its rows were quarantined",
    "unread_share": "too many cells that decide a figure could not be read or are codes of no list",
    "volume": "its rows are less than half or more than double of the comparable extract's",
    "lost": "what was read of it is lost or damaged",
}
RULE = 2


@dataclass(frozen=True)
class Matter:
    """One thing to be sent."""

    key: str
    """Under which it is not sent again."""
    title: str
    text: str


def matters_of(status: Status, failure: str | None) -> list[Matter]:
    """What a status gives cause to send; `failure`: why a night has just failed, where the ledger may not know it."""
    day = f"{status.now.astimezone(LONDON):%Y-%m-%d}"
    failed = list(_failed(status, failure))
    # What a night has just failed by is not said once more.
    in_the_way = (text for text in status.obstacles if not any(text in one.text for one in failed))
    return [
        *failed,
        *(_missed(status, deadline) for deadline in (status.missed_deadline,) if deadline),
        *(_in_the_way(day, text) for text in in_the_way),
        *map(_held, status.holds),
        *(_stale(source) for source in status.sources if source.freshness == "stale"),
    ]  # fmt: skip


def _failed(status: Status, failure: str | None) -> Iterator[Matter]:
    """The same cause is sent once a day."""
    run, moment = status.last_run, status.now
    if failure is None and run is not None and run["status"] == "failed":
        failure, moment = run["reason"] or "no reason given", run["ended_at"] or run["started_at"]
    if failure is not None:
        day = f"{moment.astimezone(LONDON):%Y-%m-%d}"
        text = f"The night of {day} failed, nothing was published: {failure}."
        yield Matter(f"{day} failed: {failure}", f"the night of {day} failed", text)


def _in_the_way(day: str, obstacle: str) -> Matter:
    text = f"In the way of the next night: {obstacle}."
    return Matter(f"{day} {obstacle}", "the next night cannot begin", text)


def _missed(status: Status, deadline: datetime) -> Matter:
    last = (
        f"The last success was at {local(status.last_success)}, {status.hours_since_success} hours ago"
        if status.last_success
        else "None ever has"
    )
    title = f"no run has succeeded by {local(deadline)}"
    return Matter(f"late {deadline.isoformat()}", title, f"N{title[1:]}. {last}.")


def _held(hold: Hold) -> Matter:
    checks = "; ".join(f"{check}: {_found(check)}" for check in hold.checks)
    n = len(hold.indicators)
    what = (
        f"{n} indicator{'s are' if n != 1 else ' is'} held"
        if n
        else "No figure is held, but a check failed"
    )
    title = f"{hold.area_code}: {what}"
    text = f"{title} since the extract of {hold.since} ({checks}), until {hold.released_by}."
    return Matter(f"hold {hold.area_code} {hold.since} {' '.join(hold.checks)}", title, text)


def _found(check_id: str) -> str:
    return FOUND.get(check_id.split(".")[RULE], "it failed")


def _stale(source: SourceStatus) -> Matter:
    title = f"{source.area_code}: {source.source} is stale"
    text = f"{title}; its newest extract is of {source.as_at_date} ({source.age_days} days ago)."
    return Matter(f"stale {source.area_code} {source.source} {source.as_at_date}", title, text)


def message_of(matters: Iterable[Matter], folder: DataFolder) -> str:
    """The text of an alert."""
    lines = [f"- {matter.text}" for matter in matters]
    place = f"Children's indicators on {socket.gethostname()}, data folder {folder.root}:"
    after = "What was published before stays in place. `cypp status` says more; `cypp alert --read` marks this as read."
    return "\n".join([place, "", *lines, "", after, ""])
