"""The taking-in: landing -> archive, raw and ledger. Only this is incremental; all later steps rebuild.

A version's files are read on their own; the rows of all versions of a source that come together are judged at once. A
version enters the ledger last, when its archive copy and its raw tables are complete, so that a killed run leaves
nothing half taken in.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq

from expectations.contract import CONTRACTS_FOLDER, contract_for, sources
from orchestration.checks import judge
from orchestration.checks.judge import ChecksFailed
from orchestration.checks.rows import put_told, results_file
from orchestration.durable import put_folder, sync_everything
from orchestration.intake.archive import (
    archive_folder,
    archived_files,
    mend_archive,
)
from orchestration.intake.areas import dfe_codes
from orchestration.intake.cover import month_end
from orchestration.intake.extract import (
    EXTRACTION_FILE,
    Extraction,
    SubmissionFiles,
    as_received_file,
    broken_off,
    stored_extraction,
)
from orchestration.intake.findings import (
    Finding,
    load_named,
    named_findings_file,
    save_named,
)
from orchestration.intake.hashes import damaged, write_hashes
from orchestration.intake.judging import ReadVersion, is_asked_about, judge_versions
from orchestration.intake.keys import key_check, load_or_make_secret
from orchestration.intake.landing import LandedSubmission, Landing, still_writing, version_of
from orchestration.intake.ledger import Ledger, SubmissionVersion, now
from orchestration.intake.places import (
    damaged_files,
    files_made_of,
    id_of_version,
    put_aside,
    raw_folder,
    set_aside_folder,
)
from orchestration.intake.raw_tables import (
    SET_ASIDE_FOLDER,
    raw_schema,
    unit_schema,
    unit_table,
)
from orchestration.intake.reading import read_versions
from orchestration.settings import REFERENCE_FOLDER, DataFolder, Settings

JUDGE_FOLDER = Path(judge.__file__).parent
SHIPPED = "shipped"
SHIPPED_AS_AT = date(1900, 1, 1)
# So many rows of the widest table take about 0.7 GB with what the checks make of them.
MOST_ROWS_TOGETHER = 500_000
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class TakenIn:
    """What one taking-in did."""

    accepted: list[SubmissionVersion] = field(default_factory=list)
    rejected: list[SubmissionVersion] = field(default_factory=list)
    reread: list[SubmissionVersion] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    """About files that changed since landing was looked at."""
    made_key: bool = False


Sent = SubmissionVersion | LandedSubmission


@dataclass(frozen=True)
class _Job:
    landed: LandedSubmission
    event: str
    files: SubmissionFiles


@cache
def _code_fingerprint() -> str:
    digest = hashlib.sha256()
    intake, checks = Path(__file__).parent, CONTRACTS_FOLDER.parent
    ours = [path for folder in (intake, checks, JUDGE_FOLDER) for path in folder.rglob("*.py")]
    for path in sorted([*ours, *checks.rglob("*.yml")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def fingerprint(look_back_months: int) -> str:
    """Changes when the code, a contract or the setting that decides how a file is read changes."""
    return hashlib.sha256(f"{_code_fingerprint()}|{look_back_months}".encode()).hexdigest()[:16]


def _job(
    settings: Settings,
    landed: LandedSubmission,
    event: str,
    files: tuple[Path, ...],
    others: Iterable[Sent] = (),
) -> _Job:
    """What a worker reads; `others`: what else the area sent of the source."""
    months = settings.annex_a.months_for(landed.area_code)
    as_at = SHIPPED_AS_AT if landed.folder_month == SHIPPED else landed.folder_as_at
    described = SubmissionFiles(
        submission_id=id_of_version(landed),
        area_code=landed.area_code,
        source=landed.source,
        folder_as_at=as_at,
        files=files,
        look_back_months=months,
        dfe_code=dfe_codes().get(landed.area_code),
        fingerprint=fingerprint(months),
        same_as_month=_same_earlier(landed, others),
        is_first=not any(other.folder_month < landed.folder_month for other in others),
    )
    return _Job(landed, event, described)


def _same_earlier(landed: LandedSubmission, others: Iterable[Sent]) -> str | None:
    """The earliest month before a monthly extract's own whose files are the same."""
    expected = contract_for(landed.source).expected
    if expected is None or expected.every_months != 1:
        return None
    same = (
        other.folder_month
        for other in others
        if other.version == landed.version and other.folder_month < landed.folder_month
    )
    return min(same, default=None)


def _sent(landing: Landing, versions: list[SubmissionVersion]) -> dict[tuple[str, str], list[Sent]]:
    """By area and source: every accepted version, and what landing holds now."""
    found: dict[tuple[str, str], list[Sent]] = {}
    known: list[Sent] = [one for one in versions if one.verdict == "accepted"]
    for one in (*known, *landing.submissions):
        found.setdefault((one.area_code, one.source), []).append(one)
    return found


def _work_copy(folder: DataFolder, landed: LandedSubmission) -> Path:
    return folder.work / "taking_in" / f"{landed.area_code}-{landed.source}-{landed.folder_month}"


def _copy_for_reading(folder: DataFolder, landed: LandedSubmission) -> tuple[Path, ...] | None:
    """Copy the files first and read the copy; None when they changed on the way."""
    target = _work_copy(folder, landed)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    try:
        copies = tuple(Path(shutil.copyfile(path, target / path.name)) for path in landed.files)
    except FileNotFoundError:
        return None
    return copies if version_of(copies) == landed.version else None


def _read_all(
    folder: DataFolder, jobs: list[_Job], secret: bytes
) -> Iterator[tuple[_Job, ReadVersion]]:
    staged = folder.work / "extracted"
    shutil.rmtree(staged, ignore_errors=True)
    versions = [(job.files, staged / job.files.submission_id) for job in jobs]
    extractions = read_versions(versions, secret, folder.identifiers)
    for job, (_, target), extraction in zip(jobs, versions, extractions, strict=True):
        yield job, ReadVersion(job.landed.source, target, extraction)


def _together(
    read: Iterable[tuple[_Job, ReadVersion]],
) -> Iterator[list[tuple[_Job, ReadVersion]]]:
    """Versions in as few lots as memory bears: a region's history is millions of rows."""
    lot: list[tuple[_Job, ReadVersion]] = []
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


def _judged(lot: list[tuple[_Job, ReadVersion]]) -> list[tuple[_Job, ReadVersion]]:
    """The same with their rows judged; a fault of the program costs only the version that it is met in."""
    try:
        extractions = judge_versions([version for _, version in lot])
    except ChecksFailed:
        raise
    except Exception as error:  # noqa: BLE001 -- a message could hold a value, so only the place is kept
        if len(lot) > 1:
            return [judged for one in lot for judged in _judged([one])]
        extractions = [broken_off(job.files, error) for job, _ in lot]
    return [
        (job, replace(version, extraction=extraction))
        for (job, version), extraction in zip(lot, extractions, strict=True)
    ]


def _settle(folder: DataFolder, job: _Job, version: ReadVersion) -> None:
    """Move the outcome into place: raw for every verdict (its messages), archive when accepted."""
    landed, extraction, staged = job.landed, version.extraction, version.target
    set_aside = set_aside_folder(folder, job.files.submission_id)
    shutil.rmtree(set_aside, ignore_errors=True)
    for received in staged.glob(as_received_file(Path(), "*").name):
        received.unlink()
    if extraction.verdict == "rejected":
        for parquet in staged.rglob("*.parquet"):
            parquet.unlink()
    elif (staged / SET_ASIDE_FOLDER).exists():
        put_folder(staged / SET_ASIDE_FOLDER, set_aside)
    put_told(folder, job.files.submission_id, staged)
    extraction.save(staged)
    save_named(extraction.findings, named_findings_file(folder.restricted, job.files.submission_id))
    raw = raw_folder(folder, landed.source, landed.area_code, landed.folder_month, landed.version)
    put_folder(staged, raw)
    write_hashes(folder.root, raw, files_made_of(folder, raw, job.files.submission_id))
    copy = _work_copy(folder, landed)
    if extraction.verdict == "accepted" and job.event == "received":
        put_folder(copy, archive_folder(folder, landed))
    shutil.rmtree(copy, ignore_errors=True)


def _version(job: _Job, extraction: Extraction) -> SubmissionVersion:
    landed, moment = job.landed, now()
    return SubmissionVersion(
        landed.area_code, landed.source, landed.folder_month, landed.version, extraction.as_at_date,
        moment, moment, extraction.verdict, extraction.reason, is_synthetic=landed.is_synthetic,
    )  # fmt: skip


def current_versions(
    versions: list[SubmissionVersion],
) -> dict[tuple[str, str, str], SubmissionVersion]:
    current: dict[tuple[str, str, str], SubmissionVersion] = {}
    for version in sorted(versions, key=lambda item: item.event_number):
        current[version.area_code, version.source, version.folder_month] = version
    return current


def _new_jobs(
    folder: DataFolder,
    settings: Settings,
    landing: Landing,
    versions: list[SubmissionVersion],
    purged: frozenset[tuple[str, ...]],
    findings: list[Finding],
) -> Iterator[_Job]:
    current, sent = current_versions(versions), _sent(landing, versions)
    for landed in landing.submissions:
        known = current.get((landed.area_code, landed.source, landed.folder_month))
        if known is not None and known.version == landed.version:
            continue
        if landed.name in purged:
            findings.append(_purged(landed))
            continue
        copies = _copy_for_reading(folder, landed)
        if copies is None:
            findings.append(still_writing(landed.files[0], folder.landing))
        else:
            others = sent[landed.area_code, landed.source]
            yield _job(settings, landed, "received", copies, others)


def _purged(landed: LandedSubmission) -> Finding:
    """What is said of an extract that has come back."""
    return Finding(
        "PURGED", "warn", "it has been removed for good (`cypp purge`, `cypp forget`) and is not taken in again",
        "Remove its files from landing", folder="/".join(landed.name[:3]),
    )  # fmt: skip


def _stale_jobs(
    folder: DataFolder, settings: Settings, landing: Landing, versions: list[SubmissionVersion]
) -> Iterator[_Job]:
    """Versions of which something is damaged or missing, or was made by other code, contracts or settings."""
    sent, in_landing = _sent(landing, versions), {one.name: one for one in landing.submissions}
    for version in versions:
        raw = raw_folder(
            folder, version.source, version.area_code, version.folder_month, version.version
        )
        is_damaged = damaged_files(folder, version) != []
        is_lacking = is_damaged or _lacks_results(folder, version)
        expected = fingerprint(settings.annex_a.months_for(version.area_code))
        if not is_lacking and _raw_fingerprint(raw) == expected:
            continue
        landed = LandedSubmission(*version.name[:3], (), version.version)
        files = archived_files(folder, version)
        if not files and version.name in in_landing:
            files = in_landing[version.name].files
        if files and version_of(files) == version.version:
            others = sent.get((version.area_code, version.source), [])
            yield _job(settings, landed, "reread", files, others)
        elif is_damaged:
            put_aside(folder, raw, id_of_version(version))


def _lacks_results(folder: DataFolder, version: SubmissionVersion) -> bool:
    """Whether the verdicts on the rows of an accepted version are gone."""
    is_expected = version.verdict == "accepted" and is_asked_about(version.source)
    return is_expected and not results_file(folder, id_of_version(version)).exists()


def _raw_fingerprint(raw: Path) -> str | None:
    extraction = stored_extraction(raw)
    return extraction.fingerprint if extraction else None


def shipped_reference() -> Iterator[LandedSubmission]:
    """The public figures that ship with the project, as if they were submissions."""
    for source_folder in sorted(path for path in REFERENCE_FOLDER.iterdir() if path.is_dir()):
        if source_folder.name in sources():
            files = tuple(sorted(source_folder.iterdir()))
            yield LandedSubmission(
                "national", source_folder.name, SHIPPED, files, version_of(files)
            )


def _shipped_jobs(folder: DataFolder, settings: Settings, source: str) -> Iterator[_Job]:
    for landed in shipped_reference():
        if landed.source != source:
            continue
        job = _job(settings, landed, "reread", landed.files)
        raw = raw_folder(folder, landed.source, landed.area_code, SHIPPED, landed.version)
        made = files_made_of(folder, raw, job.files.submission_id)
        if _raw_fingerprint(raw) != job.files.fingerprint or damaged(folder.root, raw, made):
            shutil.rmtree(raw.parent, ignore_errors=True)
            yield job


def write_empty_tables(folder: DataFolder, source: str) -> None:
    """One empty Parquet file per table of a source, so that one that nobody sends is a table without rows."""
    target = folder.raw / source / "none" / "none" / "none"
    target.mkdir(parents=True, exist_ok=True)
    for name, table in contract_for(source).tables.items():
        if not table.recognised_only:
            pq.write_table(raw_schema(table).empty_table(), target / f"{name}.parquet")
        if table.unit:
            pq.write_table(unit_schema(table).empty_table(), target / f"{unit_table(name)}.parquet")


def load_secret(folder: DataFolder, ledger: Ledger) -> tuple[bytes, bool]:
    """The secret of the keys, made at first use; raises KeyFileError before anything is written."""
    check = ledger.fact("key_check")
    is_new = check is None and not ledger.versions()
    secret, made = load_or_make_secret(folder.restricted, check, may_make=is_new)
    if check is None:
        ledger.set_fact("key_check", key_check(secret))
    return secret, made


def refuse_wrong_key(folder: DataFolder, ledger: Ledger) -> None:
    """Raise KeyFileError, before anything is written, unless the key is the one this folder was made with."""
    if ledger.fact("key_check") is not None:
        load_secret(folder, ledger)


def take_in(
    folder: DataFolder,
    settings: Settings,
    ledger: Ledger,
    landing: Landing,
    source: str,
    progress: Progress,
) -> TakenIn:
    """Take in what is new of a source in landing and read again what newer code reads differently.

    Raises ChecksFailed where a check of its rows cannot be evaluated.
    """
    secret, made_key = load_secret(folder, ledger)
    own = replace(
        landing, submissions=tuple(one for one in landing.submissions if one.source == source)
    )
    versions = [version for version in ledger.versions() if version.source == source]
    taken = TakenIn(made_key=made_key)
    jobs = [
        *_new_jobs(folder, settings, own, versions, ledger.purged(), taken.findings),
        *_stale_jobs(folder, settings, own, versions),
        *_shipped_jobs(folder, settings, source),
    ]
    write_empty_tables(folder, source)
    known = {id_of_version(version): (version.verdict, version.as_at_date) for version in versions}
    done = 0
    for lot in _together(_read_all(folder, jobs, secret)):
        judged = _judged(lot)
        for job, version in judged:
            _settle(folder, job, version)
        sync_everything()
        for job, version in judged:
            if job.landed.folder_month != SHIPPED:
                before = known.get(job.files.submission_id)
                _record(ledger, job, version.extraction, before, taken)
        done += len(lot)
        progress(f"Taking in {source}", done, len(jobs))
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
    job: _Job,
    extraction: Extraction,
    known: tuple[str, date] | None,
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


def folder_as_at(folder_month: str) -> date:
    """The as-at date that a folder's name gives."""
    return SHIPPED_AS_AT if folder_month == SHIPPED else month_end(folder_month)


def findings_of(folder: DataFolder, version: SubmissionVersion) -> list[Finding]:
    """Everything that was said about a version when it was read, with the names that officers may read."""
    # What cannot be read is made again by the next taking-in.
    with suppress(FileNotFoundError, ValueError):
        return load_named(named_findings_file(folder.restricted, id_of_version(version)))
    raw = raw_folder(
        folder, version.source, version.area_code, version.folder_month, version.version
    )
    extraction = stored_extraction(raw)
    return extraction.findings if extraction else []


def loaded_rows(folder: DataFolder, source: str) -> int:
    """Rows of a source in `raw/`, all tables and versions together."""
    return sum(
        counts.loaded
        for path in (folder.raw / source).glob(f"*/*/*/{EXTRACTION_FILE}")
        if (extraction := stored_extraction(path.parent))
        for counts in extraction.tables.values()
    )
