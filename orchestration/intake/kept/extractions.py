"""What became of each version, as it is kept with its tables: verdict, counts, cover, messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

import pyarrow as pa
from pydantic import TypeAdapter, ValidationError

from orchestration.intake.extract import Extraction
from orchestration.intake.findings import Finding
from orchestration.intake.kept.made_tables import EXTRACTIONS_SCHEMA, extractions_table
from orchestration.intake.kept.partitions import Partition, partitions_of
from orchestration.intake.kept.places import id_of_version
from orchestration.ledger.ledger import Ledger, SubmissionVersion
from orchestration.settings import DataFolder

_STORED = TypeAdapter(Extraction)


def as_kept(extraction: Extraction) -> pa.Table:
    """One as a table of one row, with the names that came with the files."""
    # Where rows were is known only while they are judged.
    said = _STORED.dump_json(extraction, exclude={"tables": {"__all__": {"places"}}}).decode()
    return pa.table([[extraction.submission_id], [said]], schema=EXTRACTIONS_SCHEMA)


def extractions_in(partition: Partition) -> dict[str, Extraction]:
    """By submission those that are kept; one that this code cannot read counts as lost, and is made again."""
    rows = partition.rows(extractions_table(partition.source))
    found = {}
    for row in rows.to_pylist() if rows is not None else ():
        with suppress(ValidationError):
            found[row["submission_id"]] = _STORED.validate_json(row["said"])
    return found


def extractions_of(
    folder: DataFolder, ledger: Ledger, source: str | None = None
) -> dict[str, Extraction]:
    """The same of all areas and sources, or of one source."""
    found: dict[str, Extraction] = {}
    for partition in partitions_of(folder, ledger, source):
        found |= extractions_in(partition)
    return found


def findings_of(
    folder: DataFolder, ledger: Ledger, versions: Iterable[SubmissionVersion]
) -> Iterator[Finding]:
    """Everything that was said about versions when they were read, with the names that officers may read."""
    kept = extractions_of(folder, ledger)
    for version in versions:
        extraction = kept.get(id_of_version(version))
        for finding in extraction.findings if extraction else ():
            yield finding.placed(folder="/".join(version.name[:3]))


def loaded_rows(folder: DataFolder, ledger: Ledger, source: str) -> int:
    """Rows of a source in `raw/`, all tables and versions together."""
    return sum(
        counts.loaded
        for extraction in extractions_of(folder, ledger, source).values()
        for counts in extraction.tables.values()
    )
