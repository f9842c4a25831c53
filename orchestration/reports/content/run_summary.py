"""The run's summary as a page: what was taken in, what has a value or is held, and who is asked what.

It names tables, areas and cases: a page for officers, and no part of the public edition.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from orchestration.checks.holds import holds_of
from orchestration.reports.content import wording
from orchestration.reports.content.committee import page_environment
from orchestration.reports.content.published import Run, read_home, read_records, read_run
from orchestration.warehouse.opening import opened


@dataclass(frozen=True)
class Duration:
    """When the run began and when its build was finished."""

    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class AreaStates:
    """How many of the plan's indicators have which status in an area, the commonest first."""

    area_name: str
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Held:
    """What one cause holds in an area, and what ends it."""

    area_name: str
    why: str
    titles: tuple[str, ...]
    released_by: str


@dataclass(frozen=True)
class Source:
    """What has arrived of a source from an area."""

    area_name: str
    source: str
    newest: date | None
    n_accepted: int
    n_rejected: int
    n_taken_in: int
    rows_loaded: int
    rows_quarantined: int

    @property
    def name(self) -> str:
        """As officers call it."""
        name = wording.inputs(self.source)
        return name[:1].upper() + name[1:] if name.islower() else name


@dataclass(frozen=True)
class Rejected:
    """A submission that was not accepted and that no later version has replaced."""

    area_name: str
    source: str
    folder_month: str
    reason: str | None


@dataclass(frozen=True)
class Cases:
    """Open cases of an owner in an area."""

    area_name: str
    owner: str
    n_open: int
    n_overdue: int


NATIONAL_FILES = "National files"
LINES = """
    select found.area_code, found.indicator_id, found.status,
        concat_ws(' ', nullif(found.position, ''), found.title)
    from marts.rpt_committee as found
    inner join marts.dim_indicators as indicators on found.indicator_id = indicators.indicator_id
    where found.edition = 'restricted' and ' ' || found.reports || ' ' like '% committee %'
    order by found.area_code, indicators.plan_order
"""
# Of every indicator, also those that the committee report does not print.
HELD = """
    select held.area_code, held.indicator_id,
        concat_ws(' ', nullif(indicators.position, ''), indicators.title)
    from marts.fct_holds as held
    inner join marts.dim_indicators as indicators on held.indicator_id = indicators.indicator_id
    where exists (
        select 1 from marts.fct_indicator_values as figures
        where figures.indicator_id = held.indicator_id and figures.area_code = held.area_code
            and figures.status = 'held'
    )
    group by all
    order by held.area_code, any_value(indicators.plan_order)
"""
DURATION = "select {columns} from marts.dim_runs as found where found.run_id = ?"
# A run takes in before its start is written down: what came after the start of the run before is its own.
SOURCES = """
    select {columns} from (
        select
            coalesce(areas.area_name, 'National files') as area_name, submissions.source,
            max(submissions.as_at_date) filter (where submissions.status = 'accepted') as newest,
            count(*) filter (where submissions.status = 'accepted') as n_accepted,
            count(*) filter (where submissions.status = 'rejected') as n_rejected,
            count(*) filter (where submissions.received_at >= coalesce(before.started_at, '-infinity')) as n_taken_in,
            coalesce(sum(submissions.rows_loaded) filter (where submissions.status = 'accepted'), 0) as rows_loaded,
            coalesce(sum(submissions.rows_quarantined) filter (where submissions.status = 'accepted'), 0)
                as rows_quarantined
        from marts.fct_submissions as submissions
        left join marts.dim_areas as areas on submissions.area_code = areas.area_code
        cross join (select max(started_at) as started_at from marts.dim_runs where started_at < ?) as before
        group by submissions.area_code, areas.area_name, submissions.source
    ) as found
    order by found.area_name = 'National files', found.area_name, found.source
"""
REJECTED = """
    select {columns} from (
        select
            coalesce(areas.area_name, 'National files') as area_name, submissions.source,
            submissions.folder_month, submissions.reason, submissions.status,
            row_number() over (
                partition by submissions.area_code, submissions.source, submissions.folder_month
                order by submissions.received_at desc
            ) as newness
        from marts.fct_submissions as submissions
        left join marts.dim_areas as areas on submissions.area_code = areas.area_code
    ) as found
    where found.newness = 1 and found.status = 'rejected'
    order by found.area_name, found.source, found.folder_month
"""
CASES = """
    select {columns} from (
        select areas.area_name, issues.owner, count(*) as n_open,
            count(*) filter (where issues.due_date < ?) as n_overdue
        from marts.fct_dq_issues as issues
        inner join marts.dim_areas as areas on issues.area_code = areas.area_code
        where issues.status = 'open'
        group by areas.area_name, issues.owner
    ) as found
    order by found.area_name, found.owner
"""


@dataclass(frozen=True)
class Summary:
    """All that the page says about a run."""

    run: Run
    duration: Duration
    states: tuple[AreaStates, ...]
    held: tuple[Held, ...]
    sources: tuple[Source, ...]
    rejected: tuple[Rejected, ...]
    cases: tuple[Cases, ...]

    @property
    def headline(self) -> str:
        """How the run went, in one line."""
        taken_in = sum(source.n_taken_in for source in self.sources)
        held = sum(len(one.titles) for one in self.held)
        return (
            f"{wording.counted(taken_in, 'submission')} taken in,"
            f" {wording.counted(held, 'figure') if held else 'no figure'} held,"
            f" {wording.counted(len(self.rejected), 'submission') if self.rejected else 'none'} rejected"
        )


def read_summary(connection: duckdb.DuckDBPyConnection) -> Summary:
    """The summary of the run that wrote the warehouse."""
    run = read_run(connection)
    names: dict[str, str] = dict(
        connection.execute("select area_code, area_name from marts.dim_areas").fetchall()
    )
    lines = connection.execute(LINES).fetchall()
    [duration] = read_records(connection, Duration, DURATION, run.run_id)
    return Summary(
        run=run,
        duration=duration,
        states=_states(lines, names),
        held=_held(connection, names),
        sources=tuple(read_records(connection, Source, SOURCES, duration.started_at)),
        rejected=tuple(read_records(connection, Rejected, REJECTED)),
        cases=tuple(read_records(connection, Cases, CASES, run.as_at)),
    )


Line = tuple[str, str, str, str]
"""Area, indicator, status, number and title."""


def _states(lines: list[Line], names: dict[str, str]) -> tuple[AreaStates, ...]:
    counts = {
        area_code: Counter(status for area, _, status, _ in lines if area == area_code)
        for area_code in dict.fromkeys(line[0] for line in lines)
    }
    return tuple(
        AreaStates(
            names.get(area_code, area_code),
            tuple((wording.status_of(status).label, n) for status, n in counted.most_common()),
        )
        for area_code, counted in counts.items()
    )


def _held(connection: duckdb.DuckDBPyConnection, names: dict[str, str]) -> tuple[Held, ...]:
    rows = connection.execute(HELD).fetchall()
    titles = {indicator_id: title for _, indicator_id, title in rows}
    held = [(area, indicator_id) for area, indicator_id, _ in rows]
    return tuple(
        Held(
            names.get(hold.area_code, NATIONAL_FILES),
            wording.held(f"held by {wording.reason(hold.why)}"),
            tuple(titles[indicator_id] for indicator_id in hold.indicators),
            hold.released_by,
        )
        for hold in holds_of(connection, held)
    )


def render_run_summary(marts: Path, target: Path) -> None:
    """Write the page."""
    with opened(marts) as connection:
        summary, home = read_summary(connection), read_home(connection)
    page = page_environment().get_template("run_summary.html.j2").render(
        summary=summary, run=summary.run, home=home, title="Run summary", is_public=False,
        in_words=wording.day, moment_in_words=wording.moment, inputs_in_words=wording.inputs,
    )  # fmt: skip
    target.write_text(page, encoding="utf-8")
