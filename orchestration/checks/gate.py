"""The gate's inputs: table checks of the versions in use at the knowledge date, and acceptances.

Which indicators a failed check holds is decided in `dbt_project/models/gate`, from dbt's own lineage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from orchestration.checks.lost_zeros import judge_ids
from orchestration.checks.tables import (
    TableCheck,
    TableCount,
    judge_tables,
    tables_of,
    tables_of_rejected,
)
from orchestration.intake.extract import Extraction
from orchestration.intake.kept.archive import REMEDY
from orchestration.intake.kept.extractions import extractions_of
from orchestration.intake.kept.partitions import partitions_of
from orchestration.intake.kept.places import id_of_version
from orchestration.intake.tables.belonging import is_not_ours
from orchestration.ledger.ledger import Acceptance, Ledger, Receipt
from orchestration.settings import DataFolder, GateSettings


@dataclass(frozen=True)
class Vintage:
    """What a run may know: submissions up to K, received up to T."""

    as_at: date
    received_by: datetime | None

    def knows(self, receipt: Receipt) -> bool:
        return self._had_by(receipt.happened_at) and receipt.version.as_at_date <= self.as_at

    def releases(self, acceptances: list[Acceptance]) -> list[Acceptance]:
        """Those that had been given by then."""
        return [one for one in acceptances if self._had_by(one.accepted_at)]

    def _had_by(self, moment: datetime) -> bool:
        return self.received_by is None or moment <= self.received_by


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


def lost_receipts(
    ledger: Ledger, vintage: Vintage, kept: Mapping[str, Extraction], only_source: str | None = None
) -> list[Receipt]:
    """The newest accepted version of each folder of which nothing is kept, whatever its age.

    The taking-in makes again what it can and puts the rest aside; history depends on older extracts, too.
    """
    newest = {
        receipt.version.name[:3]: receipt
        for receipt in ledger.receipts()
        if receipt.version.verdict == "accepted"
        and vintage.knows(receipt)
        and only_source in (None, receipt.version.source)
    }
    return [one for one in newest.values() if id_of_version(one.version) not in kept]


def _lost_counts(receipts: list[Receipt]) -> Iterator[TableCount]:
    for receipt in receipts:
        version = receipt.version
        about = (id_of_version(version), version.area_code, version.source)
        fault = f"what was read of the extract {version.folder_month} is lost, or it could not be read again. {REMEDY}"
        for table in tables_of(version.source):
            yield TableCount(
                *about, version.as_at_date, table, 0, 0, is_usable=False, fault=fault, is_lost=True
            )


def _why_rejected(extraction: Extraction | None) -> str:
    """The first thing that made the submission unusable, in its own words."""
    findings = extraction.findings if extraction else []
    why = next((f": {f.message}" for f in findings if f.severity == "reject"), "")
    return f"the submission was rejected{why}"


def _counts(receipts: list[Receipt], kept: Mapping[str, Extraction]) -> Iterator[TableCount]:
    for receipt in receipts:
        version = receipt.version
        submission_id = id_of_version(version)
        about = (submission_id, version.area_code, version.source, version.as_at_date)
        extraction = kept.get(submission_id)
        if version.verdict == "rejected":
            fault = _why_rejected(extraction)
            for table in tables_of_rejected(version.source):
                yield TableCount(*about, table, 0, 0, is_usable=False, fault=fault)
            continue
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
    acceptances = vintage.releases(ledger.acceptances())
    receipts = newest_receipts(ledger, vintage, only_source)
    kept = extractions_of(folder, ledger, only_source)
    lost = lost_receipts(ledger, vintage, kept, only_source)
    checks = judge_tables(
        [*_counts(receipts, kept), *_lost_counts(lost)],
        settings,
        lambda check: is_released(acceptances, check, vintage.as_at),
    )
    if only_source is None:
        checks += judge_ids(partitions_of(folder, ledger), receipts, kept)
    return [(check, is_released(acceptances, check, vintage.as_at)) for check in checks]
