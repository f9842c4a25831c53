"""`cypp status`: what is published, how old each source is, and what needs attention."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
from dateutil.relativedelta import relativedelta
from rich.console import Console
from rich.table import Table

from expectations.contract import contract_for, sources
from orchestration.alerts.kept import kept
from orchestration.checks.holds import Hold
from orchestration.intake.kept.extractions import findings_of
from orchestration.ledger.chain import is_begun, now
from orchestration.ledger.damage import LedgerDamaged, LedgerUnreachable
from orchestration.ledger.ledger import Ledger
from orchestration.operator.newest import current_holds, newest_figures
from orchestration.operator.nights import (
    last_run,
    last_success,
    local,
    missed_deadline,
    obstacles,
    why_not_started,
)
from orchestration.operator.warned import warned_extracts
from orchestration.settings import ConfigurationError, DataFolder, Settings, load_settings
from orchestration.warehouse.opening import opened


@dataclass(frozen=True)
class SourceStatus:
    """The newest accepted submission of a source from an area, and whether the next one is late."""

    area_code: str
    source: str
    as_at_date: date | None
    received_at: datetime | None
    age_days: int | None
    freshness: str
    """'fresh', 'stale' or 'never' (nothing received yet)."""


@dataclass(frozen=True)
class IndicatorStatus:
    """The newest headline figure of an indicator for an area."""

    indicator_id: str
    area_code: str
    period_end: date
    status: str
    reason: str | None
    last_value: float | None = None
    """The newest value that readers have: of this period, or the last good one while this one has none."""
    last_value_period_end: date | None = None


@dataclass
class Status:
    last_run: dict[str, Any] | None = None
    sources: list[SourceStatus] = field(default_factory=list)
    indicators: list[IndicatorStatus] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    """What is held, by cause."""
    warned: list[str] = field(default_factory=list)
    """What tables of the newest extracts are warned about as a whole."""
    obstacles: list[str] = field(default_factory=list)
    """What keeps the next night from beginning."""
    last_success: datetime | None = None
    missed_deadline: datetime | None = None
    """By when a run should have succeeded, and none has."""
    unread_alerts: int = 0
    now: datetime = field(default_factory=now)

    @property
    def needs_attention(self) -> bool:
        """Something is stale, held or in the way, the last run failed or is late, or alerts are unread."""
        failed = self.last_run is None or self.last_run["status"] == "failed"
        stale = any(source.freshness == "stale" for source in self.sources)
        late = self.missed_deadline is not None or bool(self.unread_alerts or self.obstacles)
        return failed or stale or late or bool(self.holds) or not self.indicators

    @property
    def hours_since_success(self) -> float | None:
        if self.last_success is None:
            return None
        return round((self.now - self.last_success).total_seconds() / 3600, 1)

    def as_dict(self) -> dict[str, Any]:
        return {
            "last_run": self.last_run,
            "last_success": self.last_success,
            "hours_since_success": self.hours_since_success,
            "missed_deadline": self.missed_deadline,
            "obstacles": self.obstacles,
            "unread_alerts": self.unread_alerts,
            "sources": [asdict(item) for item in self.sources],
            "indicators": [asdict(item) for item in self.indicators],
            "holds": [asdict(hold) for hold in self.holds],
            "warned": self.warned,
            "messages": self.messages,
            "needs_attention": self.needs_attention,
        }


def _freshness(source: str, as_at: date, today: date) -> str:
    expected = contract_for(source).expected
    if expected is None:
        return "fresh"
    due = as_at + relativedelta(months=expected.every_months, days=expected.within_days)
    return "stale" if today > due else "fresh"


def _sources(ledger: Ledger, today: date) -> list[SourceStatus]:
    accepted = [version for version in ledger.versions() if version.verdict == "accepted"]
    areas = sorted({version.area_code for version in accepted} - {"national"})
    national = {version.source for version in accepted if version.area_code == "national"}
    pairs = [(area, s) for area in areas for s in sources() if contract_for(s).level == "la"]
    pairs += [("national", source) for source in sorted(national)]
    found = []
    for area, source in pairs:
        own = [v for v in accepted if (v.area_code, v.source) == (area, source)]
        if not own:
            found.append(SourceStatus(area, source, None, None, None, "never"))
            continue
        newest = max(own, key=lambda version: (version.as_at_date, version.event_number))
        age = (today - newest.as_at_date).days
        freshness = _freshness(source, newest.as_at_date, today)
        found.append(
            SourceStatus(area, source, newest.as_at_date, newest.received_at, age, freshness)
        )
    return found


def _add_published(status: Status, warehouse: Path) -> None:
    """Add what the published warehouse says; it may be damaged, and then the next run makes it again."""
    if not warehouse.exists():
        return
    try:
        with opened(warehouse) as connection:
            status.indicators = [
                IndicatorStatus(
                    one.indicator_id, one.area_code, one.period_end, one.status, one.reason,
                    one.last_value, one.last_value_period_end,
                )
                for one in newest_figures(connection)
            ]  # fmt: skip
            status.holds = current_holds(connection)
            status.warned = warned_extracts(connection)
    except duckdb.Error:
        status.obstacles.append(f"the published warehouse cannot be read: {warehouse}")
    except ConfigurationError as error:
        status.obstacles.append(str(error))


def _messages(folder: DataFolder, ledger: Ledger) -> list[str]:
    """What owners have to know about the newest version of each submission, as everybody may read it."""
    newest = {(v.area_code, v.source, v.folder_month): v for v in ledger.versions()}
    return [finding.text() for finding in findings_of(folder, ledger, newest.values())]


def current_status(folder: DataFolder, today: date | None = None) -> Status:
    """Read the state of a data folder; never changes it."""
    status, settings = Status(), Settings()
    try:
        settings = load_settings(folder.root)
    except ConfigurationError as error:
        status.obstacles.append(str(error))
    status.obstacles += why_not_started(folder, settings)
    status.unread_alerts = sum(not alert.is_read for alert in kept(folder))
    try:
        if is_begun(folder.ledger):
            ledger = Ledger(folder.ledger)
            _add_known(status, folder, ledger, today or date.today())
            found = obstacles(folder, ledger)
            # Wrong settings are an obstacle already.
            status.obstacles += [one for one in found if one not in status.obstacles]
            _add_published(status, folder.warehouse_file)
    except (LedgerDamaged, LedgerUnreachable, ConfigurationError) as error:
        # Wrong settings are an obstacle already.
        status.obstacles += [] if str(error) in status.obstacles else [str(error)]
        return status
    expected_by = settings.alerts.expected_by
    status.missed_deadline = missed_deadline(expected_by, status.last_success, status.now)
    return status


def _add_known(status: Status, folder: DataFolder, ledger: Ledger, today: date) -> None:
    """Add what the ledger knows."""
    status.last_run = last_run(folder, ledger)
    status.last_success = last_success(ledger, status.now)
    status.sources = _sources(ledger, today)
    status.messages = _messages(folder, ledger)


def hold_lines(hold: Hold) -> tuple[str, str, str]:
    """What is held, why and since when, and what ends it."""
    return (
        f"held       {hold.area_code}: {', '.join(hold.indicators) or 'no figure'}",
        f"           by {hold.why}",
        f"           until {hold.released_by}",
    )


def _state_of(item: IndicatorStatus) -> str:
    """Status and reason in a phrase; the reason of a hold is printed above, once for all that it holds."""
    if item.status == "ok":
        return "ok"
    good = item.last_value_period_end
    last = "" if good in (None, item.period_end) else f"; last value of {good}"
    if item.status == "held":
        return f"held{last} (above: by what)"
    return f"{item.status.replace('_', ' ')}: {item.reason or 'no reason given'}{last}"


def _indicator_table(area_code: str, indicators: list[IndicatorStatus]) -> Table:
    table = Table(title=f"Indicators of {area_code}, newest period", title_justify="left")
    table.add_column("indicator", no_wrap=True)
    table.add_column("period end", no_wrap=True)
    table.add_column("state", overflow="fold")
    of_area = (item for item in indicators if item.area_code == area_code)
    for item in sorted(of_area, key=lambda item: item.status == "ok"):
        table.add_row(item.indicator_id, str(item.period_end), _state_of(item))
    return table


def _nights(status: Status) -> Iterator[str]:
    """How the last night went, and what is in the way of the next."""
    run = status.last_run
    if run is not None:
        known = f", what was known on {run['as_at']}" if run["as_at"] else ""
        why = f" ({run['reason']})" if run["reason"] else ""
        yield f"Last run{_named(run)}: {run['status']}{known}{why}"
    elif not status.obstacles:
        yield "Nothing has run in this data folder yet: put extracts into landing/ and run `cypp run`."
    if status.last_success is not None:
        yield f"Last success: {local(status.last_success)}, {status.hours_since_success} hours ago"
    if status.missed_deadline is not None:
        yield f"late       no run has succeeded by {local(status.missed_deadline)}"
    yield from (f"stopped    {obstacle}" for obstacle in status.obstacles)
    if status.unread_alerts:
        yield f"alerts     {status.unread_alerts} unread: `cypp alert` shows them, `cypp alert --read` marks them as read"


def _named(run: dict[str, Any]) -> str:
    return f" {run['run_id']}" if run["run_id"] else ""


def _exceptions(status: Status) -> Iterator[str]:
    """What is late, held or warned about."""
    for source in status.sources:
        if source.freshness == "stale":
            yield f"stale      {source.area_code}: {source.source}, newest of {source.as_at_date}"
    for hold in status.holds:
        yield from hold_lines(hold)
    yield from (f"warn       {line}" for line in status.warned)
    if status.messages:
        yield (
            f"messages   {len(status.messages)} about the newest submissions: the owners' pages and --json list them"
        )


def print_status(console: Console, status: Status) -> None:
    """What needs somebody first, then every source and indicator, those without a new figure before the others."""
    for line in (*_nights(status), *_exceptions(status)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if status.last_run is None:
        return
    for area_code in dict.fromkeys(item.area_code for item in status.indicators):
        console.print(_indicator_table(area_code, status.indicators))
    table = Table(title="Sources", title_justify="left")
    for heading in ("area", "source", "as at", "age (days)", "state"):
        table.add_column(heading)
    for source in status.sources:
        age = "" if source.age_days is None else str(source.age_days)
        table.add_row(
            source.area_code, source.source, str(source.as_at_date or ""), age, source.freshness
        )
    console.print(table)
