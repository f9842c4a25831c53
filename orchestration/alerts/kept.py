"""What was sent, and whether it arrived: events of the ledger, or lines of a file next to it while that is what failed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from orchestration.ledger.chain import Chain, is_begun, now
from orchestration.ledger.damage import FAILURES
from orchestration.settings import DataFolder

ALERT, READ = "alert", "alerts_read"
BESIDE = ".alerts.jsonl"
Said = tuple[str, datetime, dict[str, Any]]
"""Kind, moment and content of an event."""


@dataclass(frozen=True)
class Alert:
    """What was sent one way, and what came of it."""

    happened_at: datetime
    way: str
    matters: dict[str, str]
    """What was said, by the name under which it is not sent again."""
    problem: str = ""
    """Why it was not delivered; empty: it was."""
    is_read: bool = False


def keep(folder: DataFolder, alert: Alert) -> None:
    """Append an alert; raises OSError where neither the ledger nor the file next to it can be written."""
    content = {"way": alert.way, "matters": alert.matters, "problem": alert.problem}
    _append(folder, (ALERT, alert.happened_at, content))


def mark_read(folder: DataFolder, by: str) -> None:
    """Append that somebody has read all that came."""
    _append(folder, (READ, now(), {"by": by}))


def kept(folder: DataFolder) -> list[Alert]:
    """Every alert ever sent, oldest first, as far as can be read."""
    alerts: list[Alert] = []
    for kind, happened_at, content in (*_in_ledger(folder), *_beside(folder)):
        if kind == READ:
            alerts = [replace(alert, is_read=True) for alert in alerts]
        else:
            alerts.append(Alert(happened_at, **content))
    return alerts


def _append(folder: DataFolder, said: Said) -> None:
    """Append to the ledger, after what was kept next to it; next to it where it is damaged, full or not begun."""
    try:
        if is_begun(folder.ledger):
            chain = Chain(folder.ledger)
            for kind, happened_at, content in (*_beside(folder), said):
                chain.append(kind, [(happened_at, content)])
            (folder.root / BESIDE).unlink(missing_ok=True)
            return
    except FAILURES:
        pass
    _append_beside(folder, said)


def _append_beside(folder: DataFolder, said: Said) -> None:
    kind, happened_at, content = said
    line = {"kind": kind, "happened_at": happened_at.isoformat(), "content": content}
    descriptor = os.open(folder.root / BESIDE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{json.dumps(line)}\n")


def _in_ledger(folder: DataFolder) -> list[Said]:
    try:
        if not is_begun(folder.ledger):
            return []
        chain = Chain(folder.ledger)
    except FAILURES:
        return []
    events = chain.events(ALERT, READ)
    return [(event.kind, event.happened_at, event.content) for event in events]


def _beside(folder: DataFolder) -> Iterator[Said]:
    lines: list[str] = []
    with suppress(OSError):
        lines = (folder.root / BESIDE).read_text(encoding="utf-8", errors="replace").splitlines()
    for line in lines:
        # A line that a full disk cut off tells nothing.
        with suppress(ValueError, KeyError, TypeError):
            said = json.loads(line)
            yield said["kind"], datetime.fromisoformat(said["happened_at"]), said["content"]
