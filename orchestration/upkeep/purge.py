"""`cypp purge`: extracts past the retention rule of their source go from everywhere a row about a child stands.

It is planned in the ledger, carried out, published, and entered as done with a certificate. From the plan on these
versions count for nothing, and a purge that was killed is finished by the next. What is in backups stays there until
they expire.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from orchestration.dagster.job import run_job
from orchestration.durable import digest_of, write
from orchestration.intake.kept.first_keys import forget_first_keys
from orchestration.ledger.kept_files import written_anew
from orchestration.ledger.ledger import Ledger, SubmissionVersion, now
from orchestration.ledger.purge_events import DONE, PLANNED
from orchestration.night.errors import NothingPublished, told_in_words
from orchestration.night.recovery import alone_in
from orchestration.night.steps import Request, code_version
from orchestration.region.folders import region_of
from orchestration.region.union import unite_published
from orchestration.settings import ConfigurationError, DataFolder, Settings
from orchestration.upkeep.landing import seen_whole
from orchestration.upkeep.removal import left, put_redacted, remove_versions, remove_what_runs_leave
from orchestration.upkeep.retention import Due, due_versions, first_day_kept, is_held, rules_of
from orchestration.warehouse.opening import opened

CERTIFICATES = "certificates"
Progress = Callable[[str, int, int], None]


class StillInRegion(NothingPublished):
    """All that was to go has gone from the area, and is certified; the warehouse of its region still has it."""


@dataclass(frozen=True)
class Plan:
    """What a purge removes, and what a legal hold keeps."""

    due: tuple[Due, ...]
    kept: tuple[Due, ...]
    why_kept: str


def plan_purge(ledger: Ledger, settings: Settings, today: date) -> Plan:
    """What is past its rule today."""
    every, hold = due_versions(ledger.versions(), rules_of(settings), today), settings.legal_hold
    return Plan(
        tuple(due for due in every if not is_held(due.version.area_code, hold)),
        tuple(due for due in every if is_held(due.version.area_code, hold)),
        hold.reason if hold else "",
    )


def purge(
    folder: DataFolder, settings: Settings, by: str, today: date, progress: Progress
) -> Path | None:
    """Finish a purge that was killed, or purge what is due; the certificate, or None where nothing is due.

    Raises ConfigurationError (nothing touched) or NothingPublished (what is planned is finished by the next).
    """
    with told_in_words(), alone_in(folder) as ledger:
        planned = ledger.open_purge()
        if planned is not None:
            seen_whole(folder, {area for area, *_ in planned["versions"]})
        else:
            planned = _planned(folder, ledger, settings, by, today)
        if planned is None:
            return None
        return finish(folder, ledger, planned, today, progress)


def finish(
    folder: DataFolder, ledger: Ledger, planned: dict[str, Any], today: date, progress: Progress
) -> Path:
    """Carry out what is planned, publish, and certify it.

    Raises NothingPublished where something is left; StillInRegion, certified, where only the region's warehouse has it.
    """
    names = [tuple(name) for name in planned["versions"]]
    remove_versions(folder, ledger, names, planned["replaced"])
    put_redacted(folder, planned["purge_id"])
    run_job(folder, Request(today), progress)
    forget_first_keys(folder, ledger)
    remove_what_runs_leave(folder)
    try:
        remaining = left(folder, ledger, names, planned["replaced"])
    except ConfigurationError as error:
        raise NothingPublished(str(error)) from None
    if remaining:
        raise NothingPublished(f"not removed: {', '.join(remaining)}; look at it, then purge again")
    why = _out_of_region(folder)
    certificate = _certify(folder, ledger, planned, why)
    if why:
        raise StillInRegion(f"{why}. The certificate says so: {certificate}")
    return certificate


def _out_of_region(folder: DataFolder) -> str:
    """Put the region's warehouse together again, where the folder is an area of a region; why it still has what has gone."""
    region = region_of(folder)
    if region is None:
        return ""
    try:
        with told_in_words():
            unite_published(region)
    except (ConfigurationError, NothingPublished) as error:
        if not region.warehouse_file.exists():
            return ""
        return (
            f"the region's warehouse, {region.warehouse_file}, still has it, because it could not be put together again"
            f" ({error}): `cypp region` takes it out once that is mended"
        )
    return ""


def _planned(
    folder: DataFolder, ledger: Ledger, settings: Settings, by: str, today: date
) -> dict[str, Any] | None:
    """Enter what will go; what the ledger keeps of issues is written anew first, under other names."""
    due, rules = plan_purge(ledger, settings, today).due, rules_of(settings)
    if not due:
        return None
    _refuse_unapproved(due)
    areas = {one.version.area_code for one in due}
    refuse_held_figures(folder, areas)
    seen_whole(folder, areas)
    hold = settings.legal_hold

    def is_kept(event: dict[str, Any]) -> bool:
        rule = rules.get(event["source"])
        is_young = rule is None or event["asked_on"] >= first_day_kept(rule, today)
        return is_young or is_held(event["area_code"], hold)

    planned = new_plan(folder, ledger, (one.version for one in due), is_kept)
    planned |= {
        "by": by, "rules": {one.version.source: one.rule.model_dump() for one in due},
    }  # fmt: skip
    enter_plan(ledger, "purge", planned)
    return planned


def new_plan(
    folder: DataFolder,
    ledger: Ledger,
    versions: Iterable[SubmissionVersion],
    is_kept: Callable[[dict[str, Any]], bool],
) -> dict[str, Any]:
    """What is to go, not yet entered; what the ledger keeps of issues is written anew, under other names."""
    purge_id = f"{now():%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    return {
        "purge_id": purge_id, "code_version": code_version(),
        "versions": [list(version.name) for version in versions],
        "replaced": written_anew(
            folder.ledger, (path for _, path in ledger.kept_by_runs("issues")), purge_id,
            lambda issues: _those(issues, is_kept),
        ),
    }  # fmt: skip


def enter_plan(ledger: Ledger, act: str, planned: dict[str, Any]) -> None:
    """Enter a plan: from here on its versions count for nothing."""
    sources = Counter(source for _, source, _, _ in planned["versions"])
    about = {"certificate": planned["purge_id"], **{name: str(n) for name, n in sources.items()}}
    ledger.record_act(planned["by"], act, about)
    ledger.record_purge(PLANNED, planned)


def _refuse_unapproved(due: tuple[Due, ...]) -> None:
    sources = sorted({one.version.source for one in due if not one.rule.approver})
    if sources:
        raise ConfigurationError(
            f"nobody has approved the retention rule of {', '.join(sources)}: name who has in settings.toml, as"
            f' approver = "NAME" under [retention.{sources[0]}]'
        )


def refuse_held_figures(folder: DataFolder, areas: set[str]) -> None:
    """Raise ConfigurationError where figures are held: they stand with their records as last published."""
    if not folder.warehouse_file.exists():
        return
    with opened(folder.warehouse_file) as connection:
        held = connection.execute(
            "select area_code, released_by from marts.fct_holds where list_contains(?, area_code) order by all limit 1",
            [sorted(areas)],
        ).fetchone()
    if held:
        raise ConfigurationError(
            f"figures of {held[0]} are held, and they and their records stay as last published. Release the figures first: {held[1]}"
        )


def _those(issues: pa.Table, is_kept: Callable[[dict[str, Any]], bool]) -> pa.Table:
    return issues.filter(pa.array(map(is_kept, issues.to_pylist()), pa.bool_()))


def _certify(folder: DataFolder, ledger: Ledger, planned: dict[str, Any], still_there: str) -> Path:
    """Write the certificate: what went, by which rule, when and in whose name; no identifier of a child.

    `still_there`: what of the region has it yet.
    """
    certificate = folder.ledger / CERTIFICATES / f"{planned['purge_id']}.json"
    certificate.parent.mkdir(mode=0o700, exist_ok=True)
    said = {
        **planned, "done_at": now().isoformat(timespec="seconds"),
        "versions": [dict(zip(("area_code", "source", "month", "sha256"), name, strict=True)) for name in planned["versions"]],
        "removed_from": ["landing", "archive", "raw", "quality", "restricted", "ledger", "warehouse", "outputs"],
        "not_removed_from": "backups made before, and former versions of objects where a store keeps them: they hold these"
        " extracts until they expire" + (f"; {still_there}" if still_there else ""),
    }  # fmt: skip
    write(certificate, json.dumps(said, indent=2).encode())
    name = certificate.relative_to(folder.ledger).as_posix()
    ledger.record_purge(
        DONE, {"purge_id": planned["purge_id"], "certificate": {name: digest_of(certificate)}}
    )
    return certificate
