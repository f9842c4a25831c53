"""The taking-in: landing -> archive, raw and ledger. Only this is incremental; all later steps rebuild.

A version's files are read on their own; the rows of all versions of a source that come together are judged at once. A
version enters the ledger last, when its archive copy and its tables are complete, so that a killed run leaves nothing
half taken in.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import pyarrow as pa

from orchestration.checks.judge import ChecksFailed
from orchestration.durable import put_folder
from orchestration.intake.extract import (
    BROKEN_OFF,
    IDENTIFIERS,
    NOT_READ,
    Extraction,
    broken_off,
)
from orchestration.intake.findings import Finding
from orchestration.intake.judging import ReadVersion, judge_versions
from orchestration.intake.kept.archive import archive_folder, mend_archive
from orchestration.intake.kept.extractions import as_kept, extractions_in, extractions_of
from orchestration.intake.kept.first_keys import first_keys
from orchestration.intake.kept.made_tables import (
    extractions_table,
    identifiers_table,
    tables_dbt_reads,
    tables_of_source,
)
from orchestration.intake.kept.mending import known_ids, put_damage_aside, remove_unnamed
from orchestration.intake.kept.partitions import (
    Partition,
    changed,
    enter,
    partition_of,
    partitions_of,
)
from orchestration.intake.kept.places import id_of_version
from orchestration.intake.keys import key_check, load_or_make_secret
from orchestration.intake.landing import Landing
from orchestration.intake.reading import read_versions
from orchestration.intake.shipped import SHIPPED
from orchestration.intake.to_read import (
    Job,
    is_current,
    new_jobs,
    shipped_jobs,
    stale_jobs,
    work_copy,
)
from orchestration.ledger.ledger import Ledger, SubmissionVersion, now
from orchestration.settings import DataFolder, Settings

# So many rows of the widest table take about 0.7 GB with what the checks make of them.
MOST_ROWS_TOGETHER = 500_000
# Whose the tables are that nobody has sent.
NOBODY = "none"
Progress = Callable[[str, int, int], None]
Lot = list[tuple[Job, ReadVersion]]
Known = tuple[str, date]
"""The verdict on a version so far, and its as-at date."""


@dataclass(frozen=True)
class TakenIn:
    """What one taking-in did."""

    accepted: list[SubmissionVersion] = field(default_factory=list)
    rejected: list[SubmissionVersion] = field(default_factory=list)
    reread: list[SubmissionVersion] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    """About files that changed since landing was looked at."""
    made_key: bool = False


def _read_all(
    folder: DataFolder, jobs: list[Job], secret: bytes
) -> Iterator[tuple[Job, ReadVersion]]:
    staged = folder.work / "extracted"
    shutil.rmtree(staged, ignore_errors=True)
    versions = [(job.files, staged / job.submission_id) for job in jobs]
    extractions = read_versions(versions, secret)
    for job, (_, target), extraction in zip(jobs, versions, extractions, strict=True):
        yield job, ReadVersion(job.landed.source, target, extraction)


def _together(read: Iterable[tuple[Job, ReadVersion]]) -> Iterator[Lot]:
    """Versions in as few lots as memory bears: a region's history is millions of rows."""
    lot: Lot = []
    n_rows = 0
    for job, version in read:
        more = sum(counts.received for counts in version.extraction.tables.values())
        if lot and n_rows + more > MOST_ROWS_TOGETHER:
            yield lot
            lot, n_rows = [], 0
        lot.append((job, version))
        n_rows += more
    if lot:
        yield lot


def _judged(lot: Lot, known: Mapping[str, str]) -> Lot:
    """The same with their rows judged; a fault of the program costs only the version that it is met in."""
    jobs = [job for job, _ in lot]
    try:
        judged = judge_versions([version for _, version in lot], known)
    except ChecksFailed:
        raise
    except Exception as error:  # noqa: BLE001 -- a message could hold a value, so only the place is kept
        if len(lot) > 1:
            return [judged for one in lot for judged in _judged([one], known)]
        judged = [replace(version, extraction=broken_off(job.files, error)) for job, version in lot]
    return list(zip(jobs, judged, strict=True))


def _former_stands(version: ReadVersion, known: Mapping[str, Known]) -> ReadVersion:
    """A version that was accepted once is not refused for what befalls its reader: its verdict stands, it is not read."""
    extraction = version.extraction
    was_accepted = known.get(version.submission_id, ("", None))[0] == "accepted"
    rules = {finding.rule for finding in extraction.findings if finding.severity == "reject"}
    if not was_accepted or extraction.verdict != "rejected" or not rules & BROKEN_OFF:
        return version
    return replace(version, extraction=replace(extraction, verdict=NOT_READ))


def _not_read(job: Job, extraction: Extraction, known: Known | None) -> Finding:
    """What is said of a version that could not be read this time."""
    then = "it is not taken in" if known is None else "what depends on it is held"
    return Finding(
        NOT_READ, "warn", f"it could not be read this time: {extraction.reason}",
        f"Nothing, if the next run can read it; until then {then}", folder="/".join(job.landed.name[:3]),
    )  # fmt: skip


def _tables_of(version: ReadVersion) -> dict[str, pa.Table]:
    """Everything that is kept of a version, by the names of the tables; of a rejected one what was said of it."""
    if version.extraction.verdict == NOT_READ:
        return {}
    kept = {extractions_table(version.source): as_kept(version.extraction)}
    if version.extraction.verdict == "accepted":
        kept |= version.made
        kept[identifiers_table(version.source)] = version.rows(IDENTIFIERS)
    return kept


def _settle(folder: DataFolder, ledger: Ledger, keep: set[str], lot: Lot) -> None:
    """Put what was read in place: into the tables for every verdict, into the archive when accepted.

    `keep`: the versions whose rows stay in these tables.
    """
    fresh: dict[str, dict[str, list[pa.Table]]] = defaultdict(lambda: defaultdict(list))
    for job, version in lot:
        for table, rows in _tables_of(version).items():
            if len(rows):
                fresh[job.landed.area_code][table].append(rows)
        shutil.rmtree(version.target)
    source = lot[0][0].landed.source
    before = {one.area_code: one for one in partitions_of(folder, ledger, source)}
    none, schemas = Partition(folder, source, "", {}), tables_of_source(source)
    changes = [
        changed(before.get(area, replace(none, area_code=area)), keep, tables, schemas)
        for area, tables in fresh.items()
    ]
    for job, version in lot:
        copy = work_copy(folder, job.landed)
        if version.extraction.verdict == "accepted" and job.event == "received":
            put_folder(copy, archive_folder(folder, job.landed.name))
        shutil.rmtree(copy, ignore_errors=True)
    enter(ledger, changes)


def _leave_out_the_rest(
    folder: DataFolder,
    settings: Settings,
    ledger: Ledger,
    source: str,
    keep: set[str],
    jobs: list[Job],
) -> None:
    """Write tables anew that hold versions which the ledger does not know, or columns of other code.

    Those that a version is about to be put into are written anew with it.
    """
    schemas, read = tables_of_source(source), {job.landed.area_code for job in jobs}
    changes = []
    for partition in partitions_of(folder, ledger, source):
        kept = extractions_in(partition)
        is_right = kept.keys() <= keep and all(
            is_current(settings, partition.area_code, one) for one in kept.values()
        )
        if partition.area_code not in read and not is_right:
            changes.append(changed(partition, keep, {}, schemas))
    enter(ledger, changes)


def _jobs(
    folder: DataFolder,
    settings: Settings,
    ledger: Ledger,
    landing: Landing,
    source: str,
    findings: list[Finding],
) -> list[Job]:
    """Everything of a source that has to be read, each version once."""
    versions = [version for version in ledger.versions() if version.source == source]
    kept = extractions_of(folder, ledger, source)
    new = list(new_jobs(folder, settings, landing, versions, ledger.purged(), findings))
    ids = {job.submission_id for job in new}
    again = (
        *stale_jobs(folder, settings, landing, versions, kept),
        *shipped_jobs(settings, source, kept),
    )
    return [*new, *(job for job in again if job.submission_id not in ids)]


def _version(job: Job, extraction: Extraction) -> SubmissionVersion:
    landed, moment = job.landed, now()
    return SubmissionVersion(
        landed.area_code, landed.source, landed.folder_month, landed.version, extraction.as_at_date,
        moment, moment, extraction.verdict, extraction.reason, is_synthetic=landed.is_synthetic,
    )  # fmt: skip


def write_empty_tables(folder: DataFolder, ledger: Ledger, source: str) -> None:
    """One file without rows for each table that nobody has sent, so that dbt reads a table without rows."""
    schemas = tables_dbt_reads(source)
    sent = {
        table
        for partition in partitions_of(folder, ledger, source)
        if partition.area_code != NOBODY
        for table in partition.files
    }
    empty = {table: [schemas[table].empty_table()] for table in schemas if table not in sent}
    enter(ledger, [changed(partition_of(folder, ledger, source, NOBODY), (), empty, schemas)])


def load_secret(folder: DataFolder, ledger: Ledger) -> tuple[bytes, bool]:
    """The secret of the keys, made at first use; raises KeyFileError before anything is written."""
    checks = ledger.key_checks()
    is_new = not checks and not ledger.versions()
    secret, made = load_or_make_secret(folder.restricted, checks, may_make=is_new)
    if not checks:
        ledger.set_fact("key_check", key_check(secret))
    return secret, made


def refuse_wrong_key(folder: DataFolder, ledger: Ledger) -> None:
    """Raise KeyFileError, before anything is written, unless the key is the one in force, and first keys are whole."""
    if ledger.key_checks():
        load_secret(folder, ledger)
        first_keys(folder, ledger)


def take_in(
    folder: DataFolder,
    settings: Settings,
    ledger: Ledger,
    landing: Landing,
    source: str,
    progress: Progress,
) -> TakenIn:
    """Take in what is new of a source in landing, and read again what is lost or newer code reads differently.

    Raises ChecksFailed where a check of its rows cannot be evaluated.
    """
    secret, made_key = load_secret(folder, ledger)
    own = replace(
        landing, submissions=tuple(one for one in landing.submissions if one.source == source)
    )
    versions = [version for version in ledger.versions() if version.source == source]
    taken = TakenIn(made_key=made_key)
    remove_unnamed(folder, ledger, source)
    put_damage_aside(folder, ledger, source, versions, own)
    jobs = _jobs(folder, settings, ledger, own, source, taken.findings)
    keep = known_ids(ledger) - {job.submission_id for job in jobs}
    _leave_out_the_rest(folder, settings, ledger, source, keep, jobs)
    known = {id_of_version(version): (version.verdict, version.as_at_date) for version in versions}
    firsts, done, not_read = first_keys(folder, ledger), 0, list[Finding]()
    for lot in _together(_read_all(folder, jobs, secret)):
        judged = [(job, _former_stands(version, known)) for job, version in _judged(lot, firsts)]
        _settle(folder, ledger, keep, judged)
        for job, version in judged:
            before = known.get(job.submission_id)
            if version.extraction.verdict == NOT_READ:
                not_read.append(_not_read(job, version.extraction, before))
                continue
            keep.add(job.submission_id)
            if job.landed.folder_month != SHIPPED:
                _record(ledger, job, version.extraction, before, taken)
        done += len(lot)
        progress(f"Taking in {source}", done, len(jobs))
    if not_read:
        # Nothing stays of it that other code has made: what was accepted counts as lost until it is read.
        _leave_out_the_rest(folder, settings, ledger, source, keep, [])
        taken.findings.extend(not_read)
    write_empty_tables(folder, ledger, source)
    accepted = [
        version
        for version in ledger.versions()
        if (version.source, version.verdict) == (source, "accepted")
    ]
    taken.findings.extend(
        mend_archive(folder, accepted, {one.name: one for one in own.submissions})
    )
    return taken


def _record(
    ledger: Ledger,
    job: Job,
    extraction: Extraction,
    known: Known | None,
    taken: TakenIn,
) -> None:
    """Enter what became of a version; one read again only where that changed."""
    version = _version(job, extraction)
    if job.event == "received":
        ledger.record_version("received", version)
        (taken.accepted if extraction.verdict == "accepted" else taken.rejected).append(version)
    elif known != (extraction.verdict, extraction.as_at_date):
        ledger.record_version("reread", version)
        taken.reread.append(version)
