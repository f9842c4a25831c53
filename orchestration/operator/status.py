"""`cypp status`: what is published, how old each source is, and what needs attention."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

import duckdb
from dateutil.relativedelta import relativedelta
from rich.console import Console
from rich.table import Table

from expectations.contract import contract_for, sources
from orchestration.checks.holds import Hold
from orchestration.intake.chain import is_begun
from orchestration.intake.ledger import Ledger
from orchestration.intake.submissions import findings_of
from orchestration.operator.newest import current_holds, newest_figures
from orchestration.operator.warned import warned_extracts
from orchestration.settings import DataFolder


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

    @property
    def needs_attention(self) -> bool:
        """Something is stale or held, the last run failed, or nothing has been published."""
        failed = self.last_run is None or self.last_run["status"] != "published"
        stale = any(source.freshness == "stale" for source in self.sources)
        return failed or stale or bool(self.holds) or not self.indicators

    def as_dict(self) -> dict[str, Any]:
        return {
            "last_run": self.last_run,
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


def _indicators(folder: DataFolder) -> list[IndicatorStatus]:
    if not folder.warehouse_file.exists():
        return []
    with duckdb.connect(str(folder.warehouse_file), read_only=True) as connection:
        return [
            IndicatorStatus(
                one.indicator_id, one.area_code, one.period_end, one.status, one.reason,
                one.last_value, one.last_value_period_end,
            )
            for one in newest_figures(connection)
        ]  # fmt: skip


def _holds(folder: DataFolder) -> list[Hold]:
    if not folder.warehouse_file.exists():
        return []
    with duckdb.connect(str(folder.warehouse_file), read_only=True) as connection:
        return current_holds(connection)


def _warned(folder: DataFolder) -> list[str]:
    if not folder.warehouse_file.exists():
        return []
    with duckdb.connect(str(folder.warehouse_file), read_only=True) as connection:
        return warned_extracts(connection)


def _last_run(ledger: Ledger) -> dict[str, Any] | None:
    events = ledger.runs()
    if not events:
        return None
    last_id = events[-1][0]
    own = [(event, at, detail) for run_id, event, at, detail in events if run_id == last_id]
    started = next((at for event, at, _ in own if event == "started"), None)
    event, at, detail = own[-1]
    as_at = own[0][2].get("as_at")
    return {
        "run_id": last_id, "status": event, "started_at": started, "ended_at": at if event != "started" else None,
        "as_at": as_at, "reason": detail.get("reason"),
    }  # fmt: skip


def _messages(folder: DataFolder, ledger: Ledger) -> list[str]:
    """What owners have to know about the newest version of each submission, as everybody may read it."""
    newest = {(v.area_code, v.source, v.folder_month): v for v in ledger.versions()}
    return [
        finding.placed(folder=f"{version.area_code}/{version.source}/{version.folder_month}").text()
        for version in newest.values()
        for finding in findings_of(folder, version)
    ]


def current_status(folder: DataFolder, today: date | None = None) -> Status:
    """Read the state of a data folder; never changes it. Raises LedgerDamaged."""
    if not is_begun(folder.ledger):
        return Status()
    ledger = Ledger(folder.ledger)
    return Status(
        _last_run(ledger),
        _sources(ledger, today or date.today()),
        _indicators(folder),
        _messages(folder, ledger),
        _holds(folder),
        _warned(folder),
    )


def print_holds(console: Console, holds: list[Hold]) -> None:
    """What is held, why and since when, and what ends it: three lines per cause."""
    for hold in holds:
        lines = (
            f"held       {hold.area_code}: {', '.join(hold.indicators) or 'no figure'}",
            f"           by {hold.why}",
            f"           until {hold.released_by}",
        )
        for line in lines:
            console.print(line, markup=False, highlight=False, soft_wrap=True)


def print_warned(console: Console, warned: list[str]) -> None:
    """What tables are warned about as a whole: a line per extract and check."""
    for line in warned:
        console.print(f"warn       {line}", markup=False, highlight=False, soft_wrap=True)


def _state_of(item: IndicatorStatus) -> str:
    """Status and reason in a phrase; the reason of a hold is printed below, once for all that it holds."""
    if item.status == "ok":
        return "ok"
    good = item.last_value_period_end
    last = "" if good in (None, item.period_end) else f"; last value of {good}"
    if item.status == "held":
        return f"held{last} (below: by what)"
    return f"{item.status.replace('_', ' ')}: {item.reason or 'no reason given'}{last}"


def _indicator_table(area_code: str, indicators: list[IndicatorStatus]) -> Table:
    table = Table(title=f"Indicators of {area_code}, newest period", title_justify="left")
    table.add_column("indicator", no_wrap=True)
    table.add_column("period end", no_wrap=True)
    table.add_column("state", overflow="fold")
    for item in indicators:
        if item.area_code == area_code:
            table.add_row(item.indicator_id, str(item.period_end), _state_of(item))
    return table


def print_status(console: Console, status: Status) -> None:
    """The same on one screen."""
    if status.last_run is None:
        console.print(
            "Nothing has run in this data folder yet: put extracts into landing/ and run `cypp run`."
        )
        return
    run = status.last_run
    console.print(
        f"Last run {run['run_id']}: {run['status']}, knowledge date {run['as_at']}"
        + (f" ({run['reason']})" if run["reason"] else ""),
        markup=False, highlight=False,
    )  # fmt: skip
    table = Table(title="Sources", title_justify="left")
    for heading in ("area", "source", "as at", "age (days)", "state"):
        table.add_column(heading)
    for source in status.sources:
        age = "" if source.age_days is None else str(source.age_days)
        table.add_row(
            source.area_code, source.source, str(source.as_at_date or ""), age, source.freshness
        )
    console.print(table)
    for area_code in dict.fromkeys(item.area_code for item in status.indicators):
        console.print(_indicator_table(area_code, status.indicators))
    print_holds(console, status.holds)
    print_warned(console, status.warned)
    console.print(
        f"{len(status.messages)} message(s) about the newest submissions (the owners' pages list them)."
    )
