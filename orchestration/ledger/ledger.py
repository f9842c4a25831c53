"""The append-only state that no rebuild can derive: versions received, runs, releases, answers, issued packs.

What each event says; how events are kept and proved: `chain.py`, `kept_files.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.ledger import demo_events, purge_events, rekey_events
from orchestration.ledger.chain import Chain, Event, VersionName, now
from orchestration.ledger.kept_files import check_files, files_of_pack, files_of_run
from orchestration.ledger.stores import Store
from orchestration.ledger.trail import Act, act_of, signature


@dataclass(frozen=True)
class SubmissionVersion:
    """One version of one submission, with the newest verdict about it."""

    area_code: str
    source: str
    folder_month: str
    version: str
    as_at_date: date
    received_at: datetime
    """When the job first saw this content."""
    current_from: datetime
    """When it last became the content of its folder (later than `received_at` after a return to it)."""
    verdict: str
    reason: str
    event_number: int = 0
    """The number of the event by which it last became the content of its folder; 0 before it is entered."""
    is_synthetic: bool = False
    """Whether a demo wrote it."""

    @property
    def name(self) -> VersionName:
        """What identifies it among all versions."""
        return self.area_code, self.source, self.folder_month, self.version


@dataclass(frozen=True)
class Receipt:
    """A moment at which a version became the content of its folder; their order is that of the events, not of a clock."""

    version: SubmissionVersion
    happened_at: datetime
    event_number: int


@dataclass(frozen=True)
class Acceptance:
    """A named person's release of a failed table check of an area, with a reason and an end."""

    check_id: str
    area_code: str
    accepted_by: str
    reason: str
    until: date
    accepted_at: datetime


@dataclass(frozen=True)
class IssueAnswer:
    """What an owner says about an issue: the record is right (explained), or cannot be put right (accepted)."""

    area_code: str
    issue_key: str
    answer: str
    reason: str
    note: str
    answered_by: str
    approver: str
    until: date
    answered_at: datetime
    event_number: int = 0
    """The number of its event: of two answers the later one counts. 0 before it is entered."""


@dataclass(frozen=True)
class PublishedRun:
    """A run that published, as `dim_runs` shows it."""

    run_id: str
    as_at: date
    received_by: datetime | None
    started_at: datetime
    finished_at: datetime
    code_version: str
    status: str
    is_synthetic: bool
    event_number: int
    """The number of the event that says so: no clock tells which run came later."""
    files: dict[str, str] = field(default_factory=dict)
    """What it keeps in the ledger's folder, with the hash of each file."""


Night = tuple[str, str, datetime, dict[str, str | None]]
Tables = tuple[str, str, Mapping[str, str]]
"""Source, area, and by the name of a table the hash of its file."""


class Ledger:
    """Appends events and reads them back. To open it is to check it; raises LedgerDamaged."""

    def __init__(self, folder: Path, store: Store | None = None) -> None:
        self._folder = folder
        self._chain = Chain(folder, store)

    def counts(self) -> tuple[int, ...]:
        """How many events there are of extracts, releases, answers, purges and new keys; runs do not count."""
        kinds = ("submission", "acceptance", "answer", purge_events.KIND, rekey_events.KIND)
        return tuple(map(self._chain.count, kinds))

    def fact(self, name: str) -> str | None:
        """A value that was set once for this data folder."""
        facts = (event.content for event in self._chain.events("fact"))
        return next((fact["value"] for fact in facts if fact["name"] == name), None)

    def set_fact(self, name: str, value: str) -> None:
        """Set a value once; a second time raises ValueError."""
        if self.fact(name) is not None:
            raise ValueError(f"{name} has been set already")
        self._chain.append("fact", [(now(), {"name": name, "value": value})])

    def record_version(self, event: str, version: SubmissionVersion) -> None:
        """Append that a version was received, or read again by newer code."""
        names = ("area_code", "source", "folder_month", "version", "verdict", "reason")
        said = {name: getattr(version, name) for name in names}
        content = {"event": event, **said, "as_at_date": version.as_at_date.isoformat()}
        if version.is_synthetic:
            content["is_synthetic"] = True
        self._chain.append("submission", [(version.current_from, content)])

    def versions(self) -> list[SubmissionVersion]:
        """Every version ever received, in order of first receipt, with its newest verdict."""
        found: dict[tuple[str, ...], SubmissionVersion] = {}
        marked = demo_events.marked(self._chain.events(demo_events.KIND))
        for event in self._submissions():
            said, moment = event.content, event.happened_at
            name = _name(said)
            known = found.get(name)
            is_receipt = said["event"] == "received" or known is None
            found[name] = SubmissionVersion(
                *name, date.fromisoformat(said["as_at_date"]), known.received_at if known else moment,
                moment if is_receipt else known.current_from, said["verdict"], said["reason"],
                event.number if is_receipt else known.event_number,
                name in marked or "is_synthetic" in said or (known is not None and known.is_synthetic),
            )  # fmt: skip
        return list(found.values())

    def enter_tables(self, partitions: Iterable[Tables]) -> None:
        """Append which files hold what was read of a source from an area from here on, all or none."""
        self._chain.append_all(map(_of_tables, partitions))

    def enter_rekey(self, content: dict[str, Any], partitions: Iterable[Tables] = ()) -> None:
        """Append what is under another key (`rekey_events`), and which files hold what was read from here on: all or none."""
        events = [_of_tables(one) for one in partitions]
        self._chain.append_all([*events, (rekey_events.KIND, now(), content)])

    def key_checks(self) -> list[str]:
        """The fingerprint of every key that identifiers have been hashed with, the one in force last."""
        first = self.fact("key_check")
        later = rekey_events.key_checks(self._chain.events(rekey_events.KIND))
        return [first, *later] if first is not None else later

    def serves_under_former_key(self) -> bool:
        """Whether nothing has been published since the key in force took the place of another."""
        published = max((run.event_number for run in self.published_runs()), default=0)
        return rekey_events.last_new_key(self._chain.events(rekey_events.KIND)) > published

    def first_keys(self) -> str | None:
        """The hash of the file of first keys; None where no key has been replaced."""
        return rekey_events.first_keys(self._chain.events(rekey_events.KIND))

    def tables(self) -> dict[tuple[str, str], dict[str, str]]:
        """By source and area the file of each table that was made of its extracts, by its hash."""
        said = (event.content for event in self._chain.events("tables"))
        newest = {(one["source"], one["area_code"]): one["files"] for one in said}
        return {name: files for name, files in newest.items() if files}

    def _submissions(self) -> list[Event]:
        """What was entered about versions that have not been removed since."""
        removed = demo_events.removed(self._chain.events(demo_events.KIND))
        purged = self.purged()
        return [
            event
            for event in self._chain.events("submission")
            if event.number > removed.get(_name(event.content), 0)
            and _name(event.content) not in purged
        ]

    def _said(self, *kinds: str) -> list[Event]:
        """What runs and people said, but for what they said of a demo that has been removed."""
        line = demo_events.last_removal(self._chain.events(demo_events.KIND))
        return [event for event in self._chain.events(*kinds) if event.number > line]

    def enter_demo(self, event: str, versions: Iterable[SubmissionVersion] = ()) -> None:
        """Append what becomes of a demo (`demo_events`): MARKED, REMOVING or REMOVED."""
        content = demo_events.content_of(event, [version.name for version in versions])
        self._chain.append(demo_events.KIND, [(now(), content)])

    def being_removed(self) -> list[VersionName] | None:
        """The versions of a demo whose removal has not ended; None where there is none."""
        return demo_events.under_way(self._chain.events(demo_events.KIND))

    def receipts(self) -> list[Receipt]:
        """Every receipt, oldest first; a version that came back to its folder has several."""
        versions = {version.name: version for version in self.versions()}
        return [
            Receipt(versions[_name(event.content)], event.happened_at, event.number)
            for event in self._submissions()
            if event.content["event"] == "received"
        ]

    def accept(self, acceptance: Acceptance) -> None:
        """Append a release; it is never taken back, it ends on its day."""
        self._chain.append("acceptance", [(acceptance.accepted_at, _content(acceptance))])

    def acceptances(self) -> list[Acceptance]:
        """Every release ever given, oldest first."""
        return [
            Acceptance(**_until(event.content), accepted_at=event.happened_at)
            for event in self._said("acceptance")
        ]

    def answer_issues(self, answers: list[IssueAnswer]) -> None:
        """Append answers, all or none; they are never taken back, a later one counts before an earlier one."""
        self._chain.append("answer", [(answer.answered_at, _content(answer)) for answer in answers])

    def issue_answers(self) -> list[IssueAnswer]:
        """Every answer ever given, oldest first."""
        return [
            IssueAnswer(
                **_until(event.content), answered_at=event.happened_at, event_number=event.number
            )
            for event in self._said("answer")
        ]

    def record_warehouse(self, run_id: str, digest: str) -> None:
        """Append the hash of the warehouse that a run is about to publish."""
        self._chain.append("warehouse", [(now(), {"run_id": run_id, "digest": digest})])

    def warehouses(self) -> list[tuple[str, str]]:
        """The run and the hash of every warehouse that was ever published, oldest first."""
        said = (event.content for event in self._said("warehouse"))
        return [(one["run_id"], one["digest"]) for one in said]

    def record_run(self, event: str, run_id: str, detail: dict[str, str | None]) -> None:
        """Append that a run started, published (with the hashes of the files that it keeps) or failed."""
        files = files_of_run(self._folder, run_id) if event == "published" else {}
        content = {"event": event, "run_id": run_id, "detail": detail, "files": files}
        self._chain.append("run", [(now(), content | signature())])

    def runs(self) -> list[Night]:
        """(run id, event, moment, detail) of every run event, oldest first."""
        return [_night(event) for event in self._said("run")]

    def record_attempt(self, event: str, run_id: str = "", reason: str | None = None) -> None:
        """Append that a run failed before it had started, or left unchanged what another had published."""
        content = {"event": event, "run_id": run_id, "detail": {"reason": reason}} | signature()
        self._chain.append("attempt", [(now(), content)])

    def nights(self) -> list[Night]:
        """The same as `runs`, with the attempts that came to no run, in the order of their events."""
        return [_night(event) for event in self._said("run", "attempt")]

    def published_runs(self) -> list[PublishedRun]:
        """Every run that published, oldest first."""
        started: dict[str, tuple[datetime, dict[str, str | None]]] = {}
        published = []
        anew = purge_events.replaced(self._chain.events(purge_events.KIND, rekey_events.KIND))
        for event in self._said("run"):
            said = event.content
            if said["event"] == "started":
                started[said["run_id"]] = event.happened_at, said["detail"]
            if said["event"] != "published" or said["run_id"] not in started:
                continue
            started_at, detail = started[said["run_id"]]
            received_by = detail["received_by"]
            published.append(
                PublishedRun(
                    said["run_id"], date.fromisoformat(str(detail["as_at"])),
                    datetime.fromisoformat(received_by) if received_by else None,
                    started_at, event.happened_at, str(detail["code_version"]), "published",
                    detail.get("is_synthetic") == "yes", event.number, purge_events.named_now(said["files"], anew),
                )
            )  # fmt: skip
        return published

    def kept_by_runs(self, name: str) -> Iterator[tuple[PublishedRun, Path]]:
        """The file that each run that published keeps in a folder of the ledger; raises LedgerDamaged."""
        for run in self.published_runs():
            own = {
                file: digest for file, digest in run.files.items() if file.startswith(f"{name}/")
            }
            for path in check_files(self._folder, own):
                yield run, path

    def record_purge(self, event: str, content: dict[str, Any]) -> None:
        """Append that extracts are to be removed for good (planned), or have been (done)."""
        self._chain.append(purge_events.KIND, [(now(), {"event": event, **content})])

    def open_purge(self) -> dict[str, Any] | None:
        """The purge that is planned and not done."""
        return purge_events.under_way(self._chain.events(purge_events.KIND))

    def purged(self) -> frozenset[VersionName]:
        """Versions that were removed for good, or are about to be: they are not taken in again."""
        return purge_events.purged(self._chain.events(purge_events.KIND))

    def record_act(self, by: str, act: str, detail: dict[str, str]) -> None:
        """Append to the audit trail who did what, before it is done; no identifier or value of a child."""
        content = {"by": by, "act": act, "detail": detail}
        self._chain.append("act", [(now(), content | signature())])

    def trail(self) -> list[Act]:
        """What people and runs did, oldest first."""
        return [act_of(event) for event in self._chain.events("act", "run", "attempt")]

    def kept_files(self) -> dict[str, str]:
        """Every file in the ledger's folder that an event names, with its hash."""
        found: dict[str, str] = {}
        for run in self.published_runs():
            found |= run.files
        for event in self._said("issued"):
            found |= event.content["files"]
        return found | purge_events.certificates(self._chain.events(purge_events.KIND))

    def copy_to(self, target: Path) -> None:
        """Copy the events to a file of SQLite, none of them half written; the files kept with them are not copied."""
        self._chain.copy_to(target)

    def issue(self, pack: Path) -> None:
        """Append that a pack has been issued, which is in the ledger's folder already."""
        content = {"pack": pack.name, "files": files_of_pack(self._folder, pack)}
        self._chain.append("issued", [(now(), content)])

    def check_packs(self) -> None:
        """Raise LedgerDamaged unless every issued pack and every certificate is as it was written."""
        check_files(self._folder, purge_events.certificates(self._chain.events(purge_events.KIND)))
        for event in self._said("issued"):
            check_files(self._folder, event.content["files"])


def _of_tables(tables: Tables) -> tuple[str, datetime, dict[str, Any]]:
    source, area_code, files = tables
    return "tables", now(), {"source": source, "area_code": area_code, "files": dict(files)}


def _name(said: dict[str, Any]) -> VersionName:
    return said["area_code"], said["source"], said["folder_month"], said["version"]


def _content(one: Acceptance | IssueAnswer) -> dict[str, Any]:
    """What a person said, without the moment, which is the event's, and its number."""
    left_out = {"accepted_at", "answered_at", "event_number"}
    said = {part.name: getattr(one, part.name) for part in fields(one) if part.name not in left_out}
    return {**said, "until": one.until.isoformat()}


def _night(event: Event) -> Night:
    said = event.content
    return said["run_id"], said["event"], event.happened_at, said["detail"]


def _until(content: dict[str, Any]) -> dict[str, Any]:
    return {**content, "until": date.fromisoformat(content["until"])}
