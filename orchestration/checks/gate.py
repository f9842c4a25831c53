"""The gate's inputs: table checks of the versions that stand at the knowledge date, and acceptances.

Which indicators a failed check holds is decided in `dbt_project/models/gate`, from dbt's own lineage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from orchestration.checks.lost_zeros import judge_ids
from orchestration.checks.tables import (
    TableCheck,
    TableCount,
    judge_tables,
    tables_of,
    tables_of_rejected,
)
from orchestration.intake.archive import REMEDY
from orchestration.intake.belonging import is_not_ours
from orchestration.intake.extract import stored_extraction
from orchestration.intake.ledger import Acceptance, Ledger, Receipt
from orchestration.intake.places import raw_folder, submission_id_of
from orchestration.settings import DataFolder, GateSettings


@dataclass(frozen=True)
class Vintage:
    """What a run may know: submissions up to K, received up to T."""

    as_at: date
    received_by: datetime | None

    def knows(self, receipt: Receipt) -> bool:
        in_time = self.received_by is None or receipt.happened_at <= self.received_by
        return in_time and receipt.version.as_at_date <= self.as_at


def newest_receipts(
    ledger: Ledger, vintage: Vintage, only_source: str | None = None
) -> list[Receipt]:
    """What each sender last said for each as-at date, accepted or not: the newest version of a folder,
    the latest folder of a date."""
    newest: dict[tuple[str, str, str], Receipt] = {}
    for receipt in ledger.receipts():
        version = receipt.version
        # A file that belongs elsewhere holds nothing, as if it had not come.
        is_asked = only_source in (None, version.source) and not is_not_ours(version.reason)
        if is_asked and vintage.knows(receipt):
            newest[version.area_code, version.source, version.folder_month] = receipt
    latest: dict[tuple[str, str, date], Receipt] = {}
    for (area_code, source, _), receipt in sorted(newest.items(), key=lambda item: item[0]):
        latest[area_code, source, receipt.version.as_at_date] = receipt
    return list(latest.values())


def lost_receipts(folder: DataFolder, ledger: Ledger, vintage: Vintage) -> list[Receipt]:
    """The newest accepted version of each folder of which nothing is left in `raw/`, whatever its age.

    The taking-in makes again what it can and puts the rest aside; history stands on older extracts, too.
    """
    newest = {
        receipt.version.name[:3]: receipt
        for receipt in ledger.receipts()
        if receipt.version.verdict == "accepted" and vintage.knows(receipt)
    }
    return [one for one in newest.values() if stored_extraction(_raw_of(folder, one)) is None]


def _raw_of(folder: DataFolder, receipt: Receipt) -> Path:
    area_code, source, month, version = receipt.version.name
    return raw_folder(folder, source, area_code, month, version)


def _lost_counts(receipts: list[Receipt]) -> Iterator[TableCount]:
    for receipt in receipts:
        version = receipt.version
        about = (submission_id_of(*version.name), version.area_code, version.source)
        fault = f"what was read of the extract {version.folder_month} is lost. {REMEDY}"
        for table in tables_of(version.source):
            yield TableCount(
                *about, version.as_at_date, table, 0, 0, is_usable=False, fault=fault, is_lost=True
            )


def _why_rejected(raw: Path) -> str:
    """The first thing that made the submission unusable, in its own words."""
    extraction = stored_extraction(raw)
    findings = extraction.findings if extraction else []
    why = next((f": {f.message}" for f in findings if f.severity == "reject"), "")
    return f"the submission was rejected{why}"


def _counts(folder: DataFolder, receipts: list[Receipt]) -> Iterator[TableCount]:
    for receipt in receipts:
        version = receipt.version
        submission_id = submission_id_of(*version.name)
        about = (submission_id, version.area_code, version.source, version.as_at_date)
        raw = _raw_of(folder, receipt)
        if version.verdict == "rejected":
            fault = _why_rejected(raw)
            for table in tables_of_rejected(version.source):
                yield TableCount(*about, table, 0, 0, is_usable=False, fault=fault)
            continue
        extraction = stored_extraction(raw)
        if extraction is None:
            continue
        for table, counts in extraction.tables.items():
            fault = next(
                (
                    f.message
                    for f in extraction.findings
                    if f.table == table and f.severity == "reject"
                ),
                "",
            )
            yield TableCount(
                *about,
                table,
                counts.received,
                counts.quarantined,
                not counts.failed,
                fault,
                counts.units,
                counts.cells,
            )


def is_released(acceptances: list[Acceptance], check: TableCheck, as_at: date) -> bool:
    """A named person has released this check for this area, up to a day that has not passed."""
    return any(
        acceptance.check_id == check.check_id
        and acceptance.area_code == check.count.area_code
        and as_at <= acceptance.until
        for acceptance in acceptances
    )


def table_checks(
    folder: DataFolder,
    ledger: Ledger,
    settings: GateSettings,
    vintage: Vintage,
    *,
    only_source: str | None = None,
) -> list[tuple[TableCheck, bool]]:
    """Every table check, of all sources or of one, with whether it has been released.

    What compares sources with each other is left out for one.
    """
    acceptances = ledger.acceptances()
    receipts = newest_receipts(ledger, vintage, only_source)
    lost = [
        one
        for one in lost_receipts(folder, ledger, vintage)
        if only_source in (None, one.version.source)
    ]
    checks = judge_tables(
        [*_counts(folder, receipts), *_lost_counts(lost)],
        settings,
        lambda check: is_released(acceptances, check, vintage.as_at),
    )
    if only_source is None:
        checks += judge_ids(folder, receipts)
    return [(check, is_released(acceptances, check, vintage.as_at)) for check in checks]
