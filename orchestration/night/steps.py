"""The nightly job as plain functions, in order: take in, transform, publish, report. Dagster wraps it.

Everything private is built beside what readers see; only the last step replaces anything.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
import traceback
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from expectations.contract import CONTRACTS_FOLDER
from orchestration.checks.checker import Checker
from orchestration.checks.evaluation import ChecksFailed
from orchestration.checks.gate import Vintage, table_checks
from orchestration.checks.outdated import forget_outdated_results
from orchestration.checks.rows import check_rows, count_results, write_empty_results
from orchestration.checks.statutory import Statutory, interpreter, judge_newest
from orchestration.checks.tables import TableCheck
from orchestration.demo.synthetic import is_synthetic
from orchestration.intake.findings import Finding
from orchestration.intake.keys import KeyFileError
from orchestration.intake.landing import landing_state
from orchestration.intake.ledger import Ledger, SubmissionVersion, now
from orchestration.intake.submissions import (
    TakenIn,
    findings_of,
    refuse_wrong_key,
    take_in,
)
from orchestration.night import unchanged
from orchestration.night.recovery import remove_private, serving_run_id, settle_killed_runs
from orchestration.registry.indicators import (
    RegistryError,
    breakdowns_by_population,
    check_breakdowns,
    cross_check,
    load_indicators,
    measures_by_population,
)
from orchestration.reports.disclosure.rules import AttackFailed, NoRule
from orchestration.settings import (
    DBT_FOLDER,
    DEFAULT_HOME_AREA,
    ConfigurationError,
    DataFolder,
    Settings,
    load_settings,
)
from orchestration.warehouse import first_reported, publish
from orchestration.warehouse.dbt import BuildFailed, Dbt, FinishedNode
from orchestration.warehouse.inputs import Knowledge, Run, write_inputs

LOCK_SECONDS = 900
TAKEN_STATE = "landing_taken"
# National files whose rows an owner here is asked about (`expectations/owners.yml`).
SCHOOL_REGISTERS = frozenset({"gias", "ofsted_mi"})
Progress = Callable[[str, int, int], None]


class NothingPublished(Exception):
    """The run ended without publishing; the last good warehouse still serves (exit status 1)."""


def _has_rows_to_check(version: SubmissionVersion) -> bool:
    """What an authority sends, and the registers of schools; published statistics are nobody's records."""
    return version.area_code != "national" or version.source in SCHOOL_REGISTERS


@dataclass(frozen=True)
class Request:
    """What a run is asked for: the knowledge date, and which receipts to ignore."""

    as_at: date
    received_by: datetime | None = None
    even_if_unchanged: bool = True


@dataclass
class Outcome:
    """What a run did, for the summary."""

    run: Run
    taken_in: TakenIn
    findings: list[Finding] = field(default_factory=list)
    page: Path | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    """By step."""
    node_seconds: dict[str, float] = field(default_factory=dict)
    """By what dbt built or tested."""
    statutory: tuple[str, ...] = ()
    """What is to be said about DfE's rules."""


def code_version() -> str:
    """The package version and a hash of everything that decides a figure."""
    digest = hashlib.sha256()
    folders = (Path(__file__).parents[1], CONTRACTS_FOLDER, DBT_FOLDER)
    for path in sorted({path for folder in folders for path in folder.rglob("*")}):
        if path.suffix in (".py", ".yml", ".sql", ".csv") and "target" not in path.parts:
            digest.update(path.read_bytes())
    return f"{package_version('cypp')}+{digest.hexdigest()[:8]}"


def home_area(settings: Settings, areas: list[str]) -> str:
    """The authority that the reports are about (contract.md 1)."""
    if settings.home_area:
        return settings.home_area
    return DEFAULT_HOME_AREA if DEFAULT_HOME_AREA in areas or not areas else min(areas)


def taken_state(folder: DataFolder) -> str | None:
    """What stood in landing when it was last taken in (`landing_state`); None before the first time."""
    state = folder.work / TAKEN_STATE
    return state.read_text() if state.exists() else None


def _prepare(
    folder: DataFolder, request: Request, settings: Settings, taken: TakenIn, ledger: Ledger
) -> Run:
    areas = _areas(taken, ledger)
    if not any(v.verdict == "accepted" and v.area_code != "national" for v in ledger.versions()):
        raise NothingPublished("no submission of a local authority has been accepted yet")
    return Run(
        run_id=f"{now():%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}",
        as_at=request.as_at,
        received_by=request.received_by,
        started_at=now(),
        code_version=code_version(),
        home_area=home_area(settings, areas),
        records_first_reported=request.as_at == datetime.now(UTC).date()
        and request.received_by is None,
        is_synthetic=is_synthetic(folder),
    )


def _areas(taken: TakenIn, ledger: Ledger) -> list[str]:
    sent = {version.area_code for version in ledger.versions()} - {"national"}
    return sorted(sent | set(taken.landing.areas))


class Night:
    """One run of the job, step by step, alone in its data folder.

    Used as a context: entering takes the lock and settles what a killed run left; leaving removes what is
    private and enters a failure into the ledger. Steps raise NothingPublished; what they raise never holds
    a value of a record.
    """

    def __init__(self, folder: DataFolder, request: Request, progress: Progress) -> None:
        self.folder, self.request = folder, request
        self._progress, self._is_interrupted = progress, False
        self.run: Run | None = None
        self.outcome: Outcome | None = None
        self.statutory = Statutory()
        self.seconds: dict[str, float] = {}
        self.node_seconds: dict[str, float] = {}

    def __enter__(self) -> Self:
        self.settings = load_settings(self.folder.root)
        self.indicators = load_indicators()
        cross_check(self.indicators, measures_by_population())
        check_breakdowns(self.indicators, breakdowns_by_population())
        self.folder.create()
        with ExitStack() as undo:
            undo.enter_context(FileLock(self.folder.lock_file, timeout=LOCK_SECONDS))
            self.ledger = Ledger(self.folder.ledger)
            refuse_wrong_key(self.folder, self.ledger)
            settle_killed_runs(self.folder, self.ledger)
            self.standing_run = None if self.request.even_if_unchanged else self._standing_run()
            """The run whose figures stand, as nothing has changed since: no step is needed."""
            self.dbt = Dbt(self.folder)
            undo.callback(self.dbt.close)
            self.checker = Checker()
            undo.callback(self.checker.close)
            if self.standing_run is None:
                self.dbt.start()
                self.checker.start()
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        if self.run is not None and self.outcome is None:
            self.ledger.record_run(
                "failed", self.run.run_id, {"reason": str(error) if error else "not finished"}
            )
        self.dbt.close()
        self.checker.close()
        remove_private(self.folder)
        self._undo.close()

    def _standing_run(self) -> str | None:
        state = self._state(landing_state(self.folder.landing))
        return unchanged.standing_run(self.folder, state, serving_run_id(self.folder))

    def _state(self, landing: str) -> str:
        return unchanged.state_of(
            landing=landing, as_at=self.request.as_at, received_by=self.request.received_by,
            code=f"{code_version()} {interpreter()}", settings=self.settings, ledger=self.ledger,
        )  # fmt: skip

    def progress(self, step: str, done: int, total: int) -> None:
        """Tell how far a step is; an interrupted run goes no further."""
        if self._is_interrupted:
            raise NothingPublished("interrupted")
        self._progress(step, done, total)

    def interrupt(self) -> None:
        """End what runs in another thread (`ahead.py`): dbt at once, Python at its next progress."""
        self._is_interrupted = True
        self.checker.close()
        self.dbt.close()

    @contextmanager
    def _step(self, name: str) -> Generator[None]:
        """A step: how long it takes, and no value of a record in what it raises."""
        began = time.perf_counter()
        with _no_values_in_errors():
            yield
        self.seconds[name] = time.perf_counter() - began

    def take_in(self) -> TakenIn:
        """Landing -> archive, raw, ledger."""
        with self._step("take in"):
            landed = landing_state(self.folder.landing)
            self.taken = take_in(self.folder, self.settings, self.ledger, self.progress)
            (self.folder.work / TAKEN_STATE).write_text(landed)
            # Before anything reads the ledger: an answer that comes in later is news for the next run.
            self.state = self._state(landed)
        return self.taken

    def check(self) -> list[tuple[TableCheck, bool]]:
        """Row checks of what is new, table checks of everything; no check at all is a failure."""
        with self._step("check"):
            accepted = [
                version
                for version in self.ledger.versions()
                if version.verdict == "accepted" and _has_rows_to_check(version)
            ]
            forget_outdated_results(self.folder)
            check_rows(self.folder, accepted, self.progress, self.checker)
            write_empty_results(self.folder)
            if accepted and not count_results(self.folder, accepted):
                raise NothingPublished(
                    "no check ran: the suites are empty, which counts as a failure"
                )
            known_by = (self.request.as_at, self.request.received_by)
            self.statutory = judge_newest(self.folder, accepted, known_by, self.progress)
            vintage = Vintage(*known_by)
            self.checks = table_checks(self.folder, self.ledger, self.settings.gate, vintage)
        return self.checks

    def write_inputs(self) -> Run:
        """Tell dbt about the run: from here on the ledger knows that it has started."""
        with self._step("write inputs"):
            self.run = _prepare(self.folder, self.request, self.settings, self.taken, self.ledger)
            detail = {
                "as_at": self.run.as_at.isoformat(), "code_version": self.run.code_version,
                "received_by": self.run.received_by.isoformat() if self.run.received_by else None,
                "is_synthetic": "yes" if self.run.is_synthetic else "no",
            }  # fmt: skip
            self.ledger.record_run("started", self.run.run_id, detail)
            known = Knowledge(
                run=self.run,
                areas=_areas(self.taken, self.ledger),
                indicators=self.indicators,
                first_reported=first_reported.values_so_far(self.folder, self.ledger),
                checks=self.checks,
                statutory=self.statutory.findings,
            )
            write_inputs(self.folder, self.ledger, known)
        return self.run

    def transform(self) -> Iterator[FinishedNode]:
        """raw -> the marts, in private files, node by node; whoever iterates to the end has them all."""
        with self._step("transform"):
            for node in self.dbt.build(self.progress):
                self.node_seconds[node.unique_id] = node.seconds
                yield node

    def publish(self) -> Outcome:
        """Verify, render, then replace what readers see."""
        assert self.run is not None  # noqa: S101 -- transform comes first
        with self._step("publish"):
            # Imported here: dbt and the checks begin before what the reports need is loaded.
            from orchestration.night.publishing import publish_run

            page = publish_run(self.folder, self.run, self.indicators, self.checker)
            self.ledger.record_run("published", self.run.run_id, {})
            unchanged.remember(self.folder, self.run.run_id, self.state)
            self.outcome = Outcome(
                self.run, self.taken, _findings(self.folder, self.taken), page, self.seconds,
                self.node_seconds, self.statutory.told,
            )  # fmt: skip
        return self.outcome


@contextmanager
def _no_values_in_errors() -> Generator[None]:
    """Known failures keep their words; of anything else only the kind and the place leave the process."""
    try:
        yield
    except (AttackFailed, BuildFailed, ChecksFailed, NoRule, publish.NotPublishable) as error:
        raise NothingPublished(str(error)) from None
    except (NothingPublished, ConfigurationError, KeyFileError):
        raise
    except OSError as error:
        raise NothingPublished(
            f"{error.strerror or type(error).__name__}: {error.filename or ''}"
        ) from None
    except Exception as error:  # noqa: BLE001 -- its message could hold a value
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        raise NothingPublished(f"internal error {type(error).__name__} at {where}") from None


def _findings(folder: DataFolder, taken: TakenIn) -> list[Finding]:
    """What is new to say: about landing itself and about every version read in this run."""
    found = list(taken.landing.findings)
    for version in (*taken.rejected, *taken.accepted, *taken.reread):
        place = f"{version.area_code}/{version.source}/{version.folder_month}"
        found += [
            finding.placed(file=f"{place}/{finding.file or ''}")
            for finding in findings_of(folder, version)
        ]
    return found


def run_nightly(folder: DataFolder, request: Request, progress: Progress) -> Outcome | str:
    """Run the whole job once, step after step, without Dagster; like `job.run_job` in all else.

    Raises ConfigurationError (nothing touched) and NothingPublished (the last good warehouse serves).
    """
    with translated_errors(), Night(folder, request, progress) as night:
        if night.standing_run is not None:
            return night.standing_run
        night.take_in()
        night.check()
        night.write_inputs()
        for _node in night.transform():
            pass
        return night.publish()


@contextmanager
def translated_errors() -> Generator[None]:
    """What can go wrong around the steps, in the two words that exit statuses know."""
    try:
        yield
    except Timeout:
        raise NothingPublished(
            "another run holds this data folder; try again when it has ended"
        ) from None
    except (KeyFileError, RegistryError) as error:
        raise ConfigurationError(str(error)) from None
    except sqlite3.DatabaseError:
        raise NothingPublished("the ledger cannot be read: restore ledger/ from a backup") from None
    except OSError as error:
        raise NothingPublished(f"{error.strerror or error}: {error.filename or ''}") from None
