"""DfE's own rules for the SSDA903 return and the CIN census, on the newest submission of each authority.

The packages that hold the rules run in an environment of their own (`make validators`), as a process that is asked
once per version: what it said is kept in `quality/statutory/`. Without the environment a run says so once and goes
on with what is kept. Findings never hold an indicator.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.checks import statutory_findings, statutory_request, validators_process
from orchestration.checks.rows import ISSUES_SCHEMA, issues_table
from orchestration.checks.statutory_findings import (
    Checked,
    Findings,
    findings_of_answer,
    joined,
)
from orchestration.checks.statutory_request import NotAskable, request_for
from orchestration.intake.cover import collection_year
from orchestration.intake.kept.first_keys import first_keys
from orchestration.intake.kept.partitions import partition_of
from orchestration.intake.kept.places import id_of_version, statutory_folder
from orchestration.ledger.ledger import Ledger, SubmissionVersion
from orchestration.settings import PROJECT_FOLDER, DataFolder

SOURCES = ("ssda903", "cin_census")
LOCK = PROJECT_FOLDER / "requirements-validators.txt"
# Another interpreter, or none when it is empty.
VARIABLE = "CYPP_VALIDATORS"
DEFAULT_INTERPRETER = PROJECT_FOLDER / ".venv-validators" / "bin" / "python"
SCRIPT = Path(str(validators_process.__file__))
# A region's largest return takes a tenth of it; a process that hangs must not hold the night.
LONGEST_SECONDS = 600
MADE_BY = "made_by"
Progress = Callable[[str, int, int], None]


class ValidatorsFailed(Exception):
    """The process ended without an answer; the message holds no more than the place."""


@dataclass(frozen=True)
class Statutory:
    """What the rules said about the submissions that are newest now, and the lines for the summary."""

    findings: Findings = field(default_factory=Findings)
    told: tuple[str, ...] = ()


def interpreter() -> Path | None:
    """The interpreter that has the packages; None where they are not installed."""
    given = os.environ.get(VARIABLE)
    path = DEFAULT_INTERPRETER if given is None else Path(given)
    return path if given != "" and path.exists() else None


def newest_versions(
    versions: list[SubmissionVersion], as_at: date, received_by: datetime | None
) -> list[SubmissionVersion]:
    """The newest accepted submission of each source with such rules, and of each authority."""
    newest: dict[tuple[str, str], SubmissionVersion] = {}
    for version in sorted(versions, key=lambda v: (v.as_at_date, v.folder_month, v.event_number)):
        in_time = received_by is None or version.received_at <= received_by
        if version.source in SOURCES and version.as_at_date <= as_at and in_time:
            newest[version.area_code, version.source] = version
    return [newest[name] for name in sorted(newest)]


def _previous(
    versions: list[SubmissionVersion], version: SubmissionVersion
) -> SubmissionVersion | None:
    """The return of the collection year before."""
    year = collection_year(version.as_at_date) - 1
    own = [v for v in versions if (v.area_code, v.source) == (version.area_code, "ssda903")]
    before = [v for v in own if collection_year(v.as_at_date) == year]
    if version.source != "ssda903" or not before:
        return None
    return max(before, key=lambda v: (v.as_at_date, v.folder_month, v.event_number))


@cache
def _rules_fingerprint() -> str:
    """Changes with the packages and with everything here that decides what is made of their answer."""
    digest = hashlib.sha256()
    for module in (validators_process, statutory_request, statutory_findings):
        digest.update(Path(str(module.__file__)).read_bytes())
    digest.update(LOCK.read_bytes() if LOCK.exists() else b"")
    return digest.hexdigest()[:16]


def _mark(previous: SubmissionVersion | None) -> str:
    """What a kept answer depends on besides its own submission."""
    before = "none" if previous is None else previous.version
    return f"{_rules_fingerprint()} {before}"


def _keep(folder: DataFolder, item: Checked, mark: str, findings: Findings) -> None:
    """Keep what was said, whole or not at all."""
    kept = statutory_folder(folder, item.submission_id)
    partial = kept.with_name(f"{kept.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700, parents=True)
    pq.write_table(findings.results, partial / "results.parquet")
    pq.write_table(findings.issues, partial / "issues.parquet")
    (partial / MADE_BY).write_text(mark)
    shutil.rmtree(kept, ignore_errors=True)
    partial.replace(kept)


def _kept(folder: DataFolder, version: SubmissionVersion, mark: str | None) -> Findings | None:
    """What was kept of a version; with a mark only if the same rules said it."""
    kept = statutory_folder(folder, id_of_version(version))
    try:
        if mark not in (None, (kept / MADE_BY).read_text(errors="replace")):
            return None
        results, issues = (
            pq.read_table(kept / f"{name}.parquet") for name in ("results", "issues")
        )
    except (FileNotFoundError, pa.ArrowException):
        return None
    return Findings(results, issues)


def _ask(python: Path, request: dict[str, Any], folder: DataFolder) -> dict[str, Any]:
    """One process for one submission; what it writes to stderr may quote a record and is not read."""
    try:
        done = subprocess.run(
            [str(python), "-I", str(SCRIPT)], input=json.dumps(request).encode(), stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, timeout=LONGEST_SECONDS, cwd=folder.work, check=False,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ValidatorsFailed(f"no answer within {LONGEST_SECONDS} seconds") from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise ValidatorsFailed(f"no answer, exit status {done.returncode}") from None
    if "error" in answer:
        raise ValidatorsFailed(str(answer["error"]))
    return answer


def _place(version: SubmissionVersion) -> str:
    return f"{version.area_code} {version.source} {version.as_at_date}"


def _line(version: SubmissionVersion, findings: Findings, seconds: float) -> str:
    statuses = findings.results["status"].to_pylist()
    outcomes = ", ".join(f"{statuses.count(name)} {name}" for name in ("run", "skipped", "crashed"))
    return (
        f"Statutory rules of {collection_year(version.as_at_date)}, {_place(version)}: {len(statuses)} rules, "
        f"{outcomes}; {findings.issues.num_rows} finding(s), in {seconds:.0f} s"
    )


def _judge(
    folder: DataFolder,
    python: Path,
    item: Checked,
    previous: SubmissionVersion | None,
    firsts: Mapping[str, str],
) -> tuple[Findings, float]:
    answer = _ask(python, request_for(folder, item.version, previous), folder)
    known = item.partition.rows(issues_table(item.version.source), [item.submission_id])
    findings = findings_of_answer(item, answer, known or ISSUES_SCHEMA.empty_table(), firsts)
    _keep(folder, item, _mark(previous), findings)
    return findings, float(answer["seconds"])


def judge_newest(
    folder: DataFolder,
    ledger: Ledger,
    versions: list[SubmissionVersion],
    known_by: tuple[date, datetime | None],
    progress: Progress,
) -> Statutory:
    """Judge what is newest and has not been judged by these rules; never raises for what the rules meet.

    `versions` are accepted ones; `known_by` is the knowledge date and the moment after which nothing counts.
    """
    newest, firsts = newest_versions(versions, *known_by), first_keys(folder, ledger)
    python = interpreter()
    told: list[str] = []
    if newest and python is None:
        told.append("Statutory rules not run: their environment is not there (make validators)")
    for done, version in enumerate(newest, start=1):
        previous = _previous(versions, version)
        kept = _kept(folder, version, None if python is None else _mark(previous))
        if kept is None and python is not None:
            partition = partition_of(folder, ledger, version.source, version.area_code)
            item = Checked(version, partition)
            try:
                kept, seconds = _judge(folder, python, item, previous, firsts)
                told.append(_line(version, kept, seconds))
            except (NotAskable, ValidatorsFailed) as error:
                told.append(f"Statutory rules not run, {_place(version)}: {error}")
            progress("Statutory rules", done, len(newest))
    return Statutory(kept_findings(folder, versions, known_by), tuple(told))


def kept_findings(
    folder: DataFolder,
    versions: list[SubmissionVersion],
    known_by: tuple[date, datetime | None],
) -> Findings:
    """What the rules said about what is newest, as it was kept; without the rules, what they said last."""
    python, found = interpreter(), []
    for version in newest_versions(versions, *known_by):
        mark = None if python is None else _mark(_previous(versions, version))
        found.append(_kept(folder, version, mark))
    return joined([one for one in found if one is not None])
