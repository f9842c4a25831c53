"""Which versions a run reads: what is new in landing, what is lost, what this code or a setting would read differently."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from expectations.contract import CONTRACTS_FOLDER, contract_for
from orchestration.checks import judge
from orchestration.intake.areas import dfe_codes
from orchestration.intake.extract import Extraction, SubmissionFiles
from orchestration.intake.findings import Finding
from orchestration.intake.kept.archive import archived_files
from orchestration.intake.kept.places import id_of_version
from orchestration.intake.landing import LandedSubmission, Landing, still_writing, version_of
from orchestration.intake.shipped import SHIPPED, SHIPPED_AS_AT, shipped_reference
from orchestration.ledger.ledger import SubmissionVersion
from orchestration.settings import DataFolder, Settings

JUDGE_FOLDER = Path(judge.__file__).parent
Sent = SubmissionVersion | LandedSubmission
SAME_AS_OTHER_MONTH = "[SAME_AS_OTHER_MONTH]"


@dataclass(frozen=True)
class Job:
    """A version to be read, and what the ledger will say of it."""

    landed: LandedSubmission
    event: str
    files: SubmissionFiles

    @property
    def submission_id(self) -> str:
        return self.files.submission_id


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
) -> Job:
    """What a worker reads; `others`: what the folders of the area and the source hold."""
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
    return Job(landed, event, described)


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
    """By area and source what each folder holds: what is in landing now, else the version that was accepted last.

    What an accepted version has been replaced by counts; what was refused for reasons of its own replaces nothing.
    """
    refused = {
        one.name
        for one in versions
        if one.verdict == "rejected" and SAME_AS_OTHER_MONTH not in one.reason
    }
    accepted = [one for one in versions if one.verdict == "accepted"]
    holds: dict[tuple[str, str, str], Sent] = {**current_versions(accepted)}
    holds |= {one.name[:3]: one for one in landing.submissions if one.name not in refused}
    found: dict[tuple[str, str], list[Sent]] = {}
    for one in holds.values():
        found.setdefault((one.area_code, one.source), []).append(one)
    return found


def work_copy(folder: DataFolder, landed: LandedSubmission) -> Path:
    """Where the files of a new version are while it is taken in."""
    return folder.work / "taking_in" / f"{landed.area_code}-{landed.source}-{landed.folder_month}"


def _copy_for_reading(folder: DataFolder, landed: LandedSubmission) -> tuple[Path, ...] | None:
    """Copy the files first and read the copy; None when they changed on the way."""
    target = work_copy(folder, landed)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    try:
        copies = tuple(Path(shutil.copyfile(path, target / path.name)) for path in landed.files)
    except FileNotFoundError:
        return None
    return copies if version_of(copies) == landed.version else None


def current_versions(
    versions: list[SubmissionVersion],
) -> dict[tuple[str, str, str], SubmissionVersion]:
    """By area, source and month the version that was received last."""
    current: dict[tuple[str, str, str], SubmissionVersion] = {}
    for version in sorted(versions, key=lambda item: item.event_number):
        current[version.area_code, version.source, version.folder_month] = version
    return current


def new_jobs(
    folder: DataFolder,
    settings: Settings,
    landing: Landing,
    versions: list[SubmissionVersion],
    purged: frozenset[tuple[str, ...]],
    findings: list[Finding],
) -> Iterator[Job]:
    """What is new in landing; into `findings` goes what is said of files that are not read now."""
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


def stale_jobs(
    folder: DataFolder,
    settings: Settings,
    landing: Landing,
    versions: list[SubmissionVersion],
    kept: Mapping[str, Extraction],
) -> Iterator[Job]:
    """Versions that are not among what is kept, or were read by other code, contracts or settings.

    So is one that another month has become the same as, or no longer is. One that has been replaced keeps its verdict.
    """
    sent, in_landing = _sent(landing, versions), {one.name: one for one in landing.submissions}
    held = {one.name for group in sent.values() for one in group}
    for version in versions:
        landed = LandedSubmission(*version.name[:3], (), version.version)
        others = sent.get((version.area_code, version.source), [])
        if version.verdict == "accepted" and version.name not in held:
            others = [other for other in others if other.version != version.version]
        extraction = kept.get(id_of_version(version))
        is_known = is_current(settings, version.area_code, extraction)
        if extraction is not None and version.name in held:
            is_known &= extraction.same_as_month == _same_earlier(landed, others)
        if is_known:
            continue
        files = archived_files(folder, version)
        if not files and version.name in in_landing:
            files = in_landing[version.name].files
        if files and version_of(files) == version.version:
            yield _job(settings, landed, "reread", files, others)


def shipped_jobs(settings: Settings, source: str, kept: Mapping[str, Extraction]) -> Iterator[Job]:
    """The same of the figures that ship with the project."""
    for landed in shipped_reference():
        own = kept.get(id_of_version(landed))
        if landed.source == source and not is_current(settings, landed.area_code, own):
            yield _job(settings, landed, "reread", landed.files)


def is_current(settings: Settings, area_code: str, extraction: Extraction | None) -> bool:
    """Whether a version is read as it would be now."""
    expected = fingerprint(settings.annex_a.months_for(area_code))
    return extraction is not None and extraction.fingerprint == expected
