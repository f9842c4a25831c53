"""What the steps of a run did, one small file per step in `restricted/account`: what the summary of the run tells.

Steps may run in different processes, and one may be repeated alone; so each writes its own part. Holds counts and names,
also those that came with files, which only officers may read; no value of a record.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from orchestration.intake.extract import NOT_READ
from orchestration.intake.findings import Finding, finding_from
from orchestration.intake.kept.extractions import findings_of
from orchestration.intake.submissions import TakenIn
from orchestration.ledger.ledger import Ledger, SubmissionVersion
from orchestration.settings import DataFolder
from orchestration.warehouse.inputs import Run, told_run


@dataclass(frozen=True)
class Outcome:
    """What a run did, for its summary."""

    run: Run
    accepted: list[SubmissionVersion]
    rejected: list[SubmissionVersion]
    reread: list[SubmissionVersion]
    findings: list[Finding]
    made_key: bool
    statutory: tuple[str, ...]
    """What is to be said about DfE's rules."""
    page: Path
    seconds: dict[str, float] = field(default_factory=dict)
    """By step."""


def begin(folder: DataFolder) -> None:
    """Forget what an earlier run did."""
    shutil.rmtree(_folder(folder), ignore_errors=True)


def enter(folder: DataFolder, step: str, **what: Any) -> None:
    """Write down what a step did, in place of what it did before."""
    _folder(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    (_folder(folder) / f"{step}.json").write_text(json.dumps(what), encoding="utf-8")


def enter_taken_in(folder: DataFolder, source: str, taken: TakenIn) -> None:
    """Write down which submissions of a source were taken in."""
    enter(
        folder, f"raw_{source}", made_key=taken.made_key,
        findings=[asdict(finding) for finding in taken.findings],
        **{
            verdict: [_name(version) for version in getattr(taken, verdict)]
            for verdict in ("accepted", "rejected", "reread")
        },
    )  # fmt: skip


def entered(folder: DataFolder, step: str) -> dict[str, Any]:
    """What a step wrote down; nothing where it has not run since the account was begun, or nobody can read it."""
    try:
        return json.loads((_folder(folder) / f"{step}.json").read_bytes())
    except (FileNotFoundError, ValueError):
        return {}


def has_unread(folder: DataFolder) -> bool:
    """Whether an extract could not be read, which the next run tries again though nothing else is new."""
    steps = [entered(folder, path.stem) for path in _folder(folder).glob("raw_*.json")]
    told = [finding_from(one) for step in steps for one in step.get("findings", [])]
    return any(finding.rule == NOT_READ for finding in told)


def outcome_of(folder: DataFolder, ledger: Ledger, seconds: dict[str, float]) -> Outcome:
    """What the steps have written down, together."""
    steps = [entered(folder, path.stem) for path in sorted(_folder(folder).glob("*.json"))]
    versions = {_key(_name(version)): version for version in ledger.versions()}
    accepted, rejected, reread = (
        [versions[_key(name)] for step in steps for name in step.get(verdict, [])]
        for verdict in ("accepted", "rejected", "reread")
    )
    run = told_run(folder)
    assert run is not None  # noqa: S101 -- published, so its inputs for dbt were written
    told = [finding_from(one) for step in steps for one in step.get("findings", [])]
    return Outcome(
        run=run, accepted=accepted, rejected=rejected, reread=reread,
        findings=[*told, *findings_of(folder, ledger, (*rejected, *accepted, *reread))],
        made_key=any(step.get("made_key") for step in steps),
        statutory=tuple(entered(folder, "statutory").get("told", ())), page=Path(entered(folder, "published")["page"]), seconds=seconds,
    )  # fmt: skip


def _folder(folder: DataFolder) -> Path:
    return folder.restricted / "account"


def _name(version: SubmissionVersion) -> list[str]:
    return [version.area_code, version.source, version.folder_month, version.version]


def _key(name: list[str]) -> tuple[str, ...]:
    return tuple(name)
