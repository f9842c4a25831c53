"""The steps of the nightly job as plain functions, in their order. Dagster calls each in a step of its own.

What a step leaves for the next one is in the data folder, so a step can be repeated in another process. All of it is
private until `publish` replaces what readers see.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from orchestration.checks.gate import Vintage, lost_receipts, table_checks
from orchestration.checks.rows import results_of
from orchestration.checks.statutory import Statutory, interpreter, judge_newest, kept_findings
from orchestration.checks.tables import TableCheck
from orchestration.durable import is_there
from orchestration.intake.findings import finding_from
from orchestration.intake.judging import is_asked_about
from orchestration.intake.kept.archive import REMEDY
from orchestration.intake.kept.extractions import extractions_of
from orchestration.intake.kept.partitions import partitions_of, unnamed_files
from orchestration.intake.landing import LandedSubmission, Landing, scan
from orchestration.intake.submissions import TakenIn, take_in
from orchestration.ledger.ledger import Ledger, SubmissionVersion, now
from orchestration.night import account, unchanged
from orchestration.night.errors import NothingPublished, needs_the_job
from orchestration.night.progress import say_progress
from orchestration.night.room import refuse_without_room
from orchestration.night.synthetic import apart, is_synthetic
from orchestration.registry.indicators import (
    Indicator,
    breakdowns_by_population,
    check_breakdowns,
    check_parts,
    cross_check,
    load_indicators,
    measures_by_population,
)
from orchestration.registry.plan import spotlight
from orchestration.registry.targets import agreed_targets
from orchestration.registry.vocabulary import vocabulary
from orchestration.reports.disclosure.public_rows import check_declared
from orchestration.settings import DEFAULT_HOME_AREA, DataFolder, Settings
from orchestration.signature import code_version
from orchestration.warehouse import first_reported, vintages
from orchestration.warehouse.inputs import Knowledge, Run, write_inputs


@dataclass(frozen=True)
class Request:
    """What a run is asked for: the knowledge date, and which receipts to ignore."""

    as_at: date
    received_by: datetime | None = None
    even_if_unchanged: bool = True
    even_if_emptied: bool = False
    """Whether a person says that the extracts have been taken out of landing on purpose."""
    grid: tuple[date, date] | None = None
    """First and last month end that figures are computed for; without it those of the extracts."""

    @property
    def vintage(self) -> Vintage:
        return Vintage(self.as_at, self.received_by)


def today() -> Request:
    """Everything that is known today."""
    return Request(datetime.now(UTC).date())


def registry() -> tuple[Indicator, ...]:
    """The indicators; raises RegistryError where an entry names what no model has, NoRule where nothing is known of
    what may be public.
    """
    check_declared()
    indicators = load_indicators()
    cross_check(indicators, measures_by_population())
    check_breakdowns(indicators, breakdowns_by_population())
    check_parts(indicators, vocabulary())
    return indicators


def state_of(request: Request, settings: Settings, ledger: Ledger, landing: str) -> str:
    """What decides what a run publishes, as a short text."""
    asked = "|".join(map(str, (request.as_at, request.received_by, *(request.grid or ()))))
    return unchanged.state_of(
        landing=landing, asked=asked, code=f"{code_version()} {interpreter()}", settings=settings, ledger=ledger
    )  # fmt: skip


# ---------------------------------------------------------------- landing


def look_at_landing(folder: DataFolder, settings: Settings) -> Landing:
    """Find what has arrived, for the steps that take it in; the account of the run begins here."""
    account.begin(folder)
    ledger = Ledger(folder.ledger)
    landing = apart(scan(folder.landing, settings.quiet.seconds), ledger)
    unchanged.refuse_emptied(folder, landing.state)
    refuse_without_room(folder, ledger, landing)
    account.enter(
        folder, "landing", state=landing.state, areas=landing.areas,
        findings=[asdict(finding) for finding in landing.findings],
        submissions=[
            {**asdict(one), "files": [str(path) for path in one.files]}
            for one in landing.submissions
        ],
    )  # fmt: skip
    return landing


def landing_seen(folder: DataFolder) -> Landing:
    """What landing held when the job looked at it."""
    seen = account.entered(folder, "landing")
    if not seen:
        raise needs_the_job("landing has not been looked at yet")
    submissions = (
        LandedSubmission(
            one["area_code"],
            one["source"],
            one["folder_month"],
            tuple(map(Path, one["files"])),
            one["version"],
            one["is_synthetic"],
        )
        for one in seen["submissions"]
    )
    findings = map(finding_from, seen["findings"])
    return Landing(tuple(submissions), tuple(seen["areas"]), tuple(findings), seen["state"])


# ---------------------------------------------------------------- raw


def take_in_source(folder: DataFolder, settings: Settings, source: str) -> TakenIn:
    """Take in what is new of a source and judge its rows."""
    ledger = Ledger(folder.ledger)
    taken = take_in(folder, settings, ledger, landing_seen(folder), source, say_progress)
    account.enter_taken_in(folder, source, taken)
    return taken


def versions_to_check(ledger: Ledger, source: str | None = None) -> list[SubmissionVersion]:
    """Accepted versions whose rows are checked: what an authority sends, and the registers of schools.

    Published statistics are nobody's records.
    """
    return [
        version
        for version in ledger.versions()
        if version.verdict == "accepted"
        and source in (None, version.source)
        and is_asked_about(version.source)
    ]


def table_checks_of(folder: DataFolder, settings: Settings, source: str) -> list[TableCheck]:
    """Whether each table of a source can be used, as things are known today."""
    known = table_checks(
        folder, Ledger(folder.ledger), settings.gate, today().vintage, only_source=source
    )
    return [check for check, _ in known]


def judge_by_statutory_rules(folder: DataFolder, request: Request) -> Statutory:
    """Put the newest returns to DfE's rules, where these are installed."""
    known_by = (request.as_at, request.received_by)
    ledger = Ledger(folder.ledger)
    statutory = judge_newest(folder, ledger, versions_to_check(ledger), known_by, say_progress)
    account.enter(folder, "statutory", told=statutory.told)
    return statutory


# ---------------------------------------------------------------- the inputs of dbt


def write_run(folder: DataFolder, settings: Settings, request: Request) -> Run:
    """Tell dbt about the run: from here on the ledger knows that it has started.

    Raises NothingPublished where nothing has been accepted yet, or no check ran at all.
    """
    targets = agreed_targets(settings.targets, registry())
    ledger, landing = Ledger(folder.ledger), landing_seen(folder)
    # First of all: an answer that comes in while this reads the ledger is news for the next run.
    state = state_of(request, settings, ledger, landing.state)
    if account.has_unread(folder):
        state += " with an extract unread"
    unchanged.remember_taken(folder, landing.state)
    _refuse_other_files(folder, ledger)
    versions = versions_to_check(ledger)
    if versions and not len(results_of(folder, ledger)):
        raise NothingPublished("no check ran: the suites are empty, which counts as a failure")
    _refuse_lost_national_files(folder, ledger, request)
    areas = _areas(landing, ledger)
    _refuse_without_extracts(ledger, landing)
    run = _new_run(ledger, settings, request, areas)
    known = Knowledge(
        run=run,
        areas=areas,
        indicators=registry(),
        first_reported=first_reported.values_so_far(ledger),
        vintages=vintages.vintages_so_far(ledger),
        checks=table_checks(folder, ledger, settings.gate, request.vintage),
        statutory=kept_findings(folder, versions, (request.as_at, request.received_by)),
        targets=targets,
    )
    detail = {
        "as_at": run.as_at.isoformat(), "code_version": run.code_version,
        "received_by": run.received_by.isoformat() if run.received_by else None,
        "is_synthetic": "yes" if run.is_synthetic else "no", "inputs": _inputs(ledger),
    }  # fmt: skip
    ledger.record_run("started", run.run_id, detail)
    write_inputs(folder, ledger, known)
    account.enter(folder, "run", run_id=run.run_id, state=state)
    return run


def _inputs(ledger: Ledger) -> str:
    """A digest of all that has been accepted: for the audit trail, what a run could know."""
    accepted = sorted(v.version for v in ledger.versions() if v.verdict == "accepted")
    return hashlib.sha256("\n".join(accepted).encode()).hexdigest()[:16]


def _refuse_without_extracts(ledger: Ledger, landing: Landing) -> None:
    if any(v.verdict == "accepted" and v.area_code != "national" for v in ledger.versions()):
        return
    waiting = (finding.text() for finding in landing.findings if finding.severity == "wait")
    none_yet = (
        "no submission of a local authority has been accepted yet: extracts belong in"
        " landing/<area>/<source>/<YYYY-MM>/"
    )
    raise NothingPublished(". ".join((none_yet, *waiting)))


def _refuse_other_files(folder: DataFolder, ledger: Ledger) -> None:
    """Publish nothing unless the folders that dbt reads hold the files that the ledger names, and no other."""
    partitions = partitions_of(folder, ledger)
    missing = (path for one in partitions for path in one.paths() if not is_there(path))
    for path in (*missing, *unnamed_files(folder, partitions)):
        raise NothingPublished(
            f"{folder.name_of(path)} has come or gone since the extracts were taken in: run again"
        )


def _refuse_lost_national_files(folder: DataFolder, ledger: Ledger, request: Request) -> None:
    """Publish nothing without a national file that was in use: figures could be held, what they are compared with not."""
    kept = extractions_of(folder, ledger)
    for receipt in lost_receipts(ledger, request.vintage, kept):
        version = receipt.version
        if version.area_code == "national":
            raise NothingPublished(
                f"what was read of national/{version.source}/{version.folder_month} is lost. {REMEDY}"
            )


def _new_run(ledger: Ledger, settings: Settings, request: Request, areas: list[str]) -> Run:
    grid_from, grid_to = request.grid or (None, None)
    return Run(
        run_id=f"{now():%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}",
        as_at=request.as_at,
        received_by=request.received_by,
        started_at=now(),
        code_version=code_version(),
        home_area=home_area(settings, areas),
        records_first_reported=request.as_at == today().as_at and request.received_by is None,
        is_synthetic=is_synthetic(ledger),
        cp_visit_working_days=settings.practice.cp_visit_working_days,
        contact_follow_up_days=settings.practice.contact_follow_up_days,
        spotlight_outcome=spotlight(settings.board.spotlight, request.as_at),
        grid_from=grid_from,
        grid_to=grid_to,
    )


def home_area(settings: Settings, areas: Iterable[str]) -> str:
    """The authority that the reports are about (data/README.md, 'Settings')."""
    known = list(areas)
    if settings.home_area:
        return settings.home_area
    return DEFAULT_HOME_AREA if DEFAULT_HOME_AREA in known or not known else min(known)


def _areas(landing: Landing, ledger: Ledger) -> list[str]:
    sent = {version.area_code for version in ledger.versions()} - {"national"}
    return sorted(sent | set(landing.areas))
