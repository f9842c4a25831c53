"""How the last night went, when one last succeeded, and what keeps the next one from beginning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.intake.kept.storage import refuse_unusable
from orchestration.intake.keys import KeyFileError
from orchestration.intake.landing import Landing, landing_state
from orchestration.intake.submissions import refuse_wrong_key
from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import NothingPublished
from orchestration.night.recovery import is_at_work
from orchestration.night.room import refuse_without_room
from orchestration.night.unchanged import refuse_emptied
from orchestration.settings import ConfigurationError, DataFolder, Settings

LONDON = ZoneInfo("Europe/London")
SUCCESSES = frozenset({"published", "unchanged"})


def last_run(folder: DataFolder, ledger: Ledger) -> dict[str, Any] | None:
    """The last run, or the last attempt that came to none; None before the first."""
    events = ledger.nights()
    if not events:
        return None
    last_id = events[-1][0]
    own = [(event, at, detail) for run_id, event, at, detail in events if run_id == last_id]
    started = next((at for event, at, _ in own if event == "started"), None)
    event, at, detail = own[-1]
    status, reason = ("published" if event in SUCCESSES else event), detail.get("reason")
    if event == "started":
        # Its own process would have said how it ended.
        status, reason = ("under way", None) if is_at_work(folder) else ("failed", "interrupted")
    return {
        "run_id": last_id or None, "status": status, "started_at": started,
        "ended_at": at if event != "started" else None, "as_at": own[0][2].get("as_at"), "reason": reason,
    }  # fmt: skip


def last_success(ledger: Ledger, now: datetime) -> datetime | None:
    """When a run last published, or found that nothing had changed.

    A moment that is yet to come is of a clock that was wrong, and proves nothing.
    """
    successes = (at for _, event, at, _ in ledger.nights() if event in SUCCESSES)
    return max((at for at in successes if at <= now), default=None)


def failures_in_a_row(ledger: Ledger) -> list[datetime]:
    """When each of the nights since the last success failed; none while a run is under way."""
    failures: list[datetime] = []
    for _, event, at, _ in reversed(ledger.nights()):
        if event in SUCCESSES or (event == "started" and not failures):
            break
        if event == "failed":
            failures.insert(0, at)
    return failures


def local(moment: datetime) -> str:
    """A moment as the people of the authority read it."""
    return f"{moment.astimezone(LONDON):%Y-%m-%d %H:%M}"


def missed_deadline(
    expected_by: time | None, succeeded_at: datetime | None, now: datetime
) -> datetime | None:
    """The last moment by which a run of its day should have succeeded, if none has since that day began."""
    if expected_by is None:
        return None
    day = now.astimezone(LONDON).date()
    if now < datetime.combine(day, expected_by, LONDON):
        day -= timedelta(days=1)
    began = datetime.combine(day, time.min, LONDON)
    is_in_time = succeeded_at is not None and succeeded_at >= began
    return None if is_in_time else datetime.combine(day, expected_by, LONDON)


def why_not_started(folder: DataFolder, settings: Settings) -> Iterator[str]:
    """Say why nobody will begin the next night, where Dagster should."""
    if settings.schedule.by == "dagster":
        from orchestration.dagster.schedule_state import why_stopped

        yield from why_stopped(folder)


def obstacles(folder: DataFolder, ledger: Ledger) -> Iterator[str]:
    """Say what will stop the next night at its beginning."""
    try:
        refuse_wrong_key(folder, ledger)
    except KeyFileError as error:
        yield str(error)
    try:
        refuse_unusable(folder)
    except (ConfigurationError, OSError) as error:
        yield str(error)
    try:
        refuse_emptied(folder, landing_state(folder.landing))
    except NothingPublished as error:
        yield str(error)
    except OSError as error:
        yield f"{error.strerror}: {folder.landing}"
    try:
        refuse_without_room(folder, ledger, Landing((), (), (), state=""))
    except NothingPublished as error:
        yield str(error)
