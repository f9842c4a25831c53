"""What was read of a source from an area: one Parquet file per table, named by its content; the ledger says which.

A change is a new file next to the old one, then an event, then the old file goes: nothing is appended to or written over, and a file
that no event names counts for nothing. What the tables are is `raw_tables.py`'s concern.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.checks import SUBMISSION
from orchestration import object_store
from orchestration.durable import (
    content_of,
    digest_of,
    files_below,
    is_there,
    remove,
    sync_everything,
)
from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder

if TYPE_CHECKING:
    from upath import UPath

# The folders of such files, each with one per source; `raw/run`, which tells dbt about a run, is written by every run.
ROOTS = (
    "raw", "quality/set_aside", "quality/results", "quality/issues", "restricted/identifiers", "restricted/extractions",
)  # fmt: skip


@dataclass(frozen=True)
class Partition:
    """The tables of one source and area."""

    folder: DataFolder
    source: str
    area_code: str
    files: Mapping[str, str]
    """By the name of a table, which is the path of its folder, the hash of its file."""

    def path(self, table: str) -> Path | UPath:
        """Where the file of a table is."""
        return _path(self.folder, table, self.area_code, self.files[table])

    def paths(self) -> list[Path | UPath]:
        """Where all its files are."""
        return [self.path(table) for table in self.files]

    def damaged(self) -> list[Path | UPath]:
        """Files that are missing or not as they were written."""
        return [
            path
            for table, digest in self.files.items()
            if not is_there(path := self.path(table)) or digest_of(path) != digest
        ]

    def rows(
        self,
        table: str,
        submission_ids: Collection[str] | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table | None:
        """The rows of a table, of some versions or of all; None where there is no such file, or it is damaged."""
        try:
            content = content_of(self.path(table))
        except (KeyError, FileNotFoundError):
            return None
        if hashlib.sha256(content).hexdigest() != self.files[table]:
            return None
        wanted = None if submission_ids is None else _is_of(submission_ids)
        return pq.read_table(pa.BufferReader(content), columns=columns, filters=wanted)


@dataclass(frozen=True)
class Change:
    """Files that are next to those of a partition, and take their place once this is entered."""

    before: Partition
    files: dict[str, str]


def partition_of(folder: DataFolder, ledger: Ledger, source: str, area_code: str) -> Partition:
    """The tables of a source and area; none before something has been read."""
    return Partition(folder, source, area_code, ledger.tables().get((source, area_code), {}))


def partitions_of(folder: DataFolder, ledger: Ledger, source: str | None = None) -> list[Partition]:
    """Every partition that has tables, of all sources or of one."""
    return [
        Partition(folder, *name, files)
        for name, files in ledger.tables().items()
        if source in (None, name[0])
    ]


def changed(
    before: Partition,
    keep: Collection[str],
    fresh: Mapping[str, Sequence[pa.Table]],
    schemas: Mapping[str, pa.Schema],
) -> Change:
    """Write what becomes of each table: the rows of the versions to keep, and the new ones.

    `schemas`: of the tables that the contract knows; the rows of any other go.
    """
    files: dict[str, str] = {}
    for table, schema in schemas.items():
        old, new = before.rows(table), fresh.get(table, ())
        kept = schema.empty_table() if old is None else old.filter(_is_of(keep))
        if not new and not len(kept):
            continue
        # To write the same rows again would give the same file.
        is_same = not new and old is not None and len(kept) == len(old)
        if is_same and kept.schema.equals(schema):
            files[table] = before.files[table]
        else:
            rows = pa.concat_tables(_conformed(piece, schema) for piece in (kept, *new))
            files[table] = _put(before, table, rows)
    return Change(before, files)


def enter(ledger: Ledger, changes: Iterable[Change]) -> None:
    """Enter which files are current from here on, all at once; then those whose place they took go."""
    real = [change for change in changes if change.files != change.before.files]
    if not real:
        return
    sync_everything()
    ledger.enter_tables(
        (change.before.source, change.before.area_code, change.files) for change in real
    )
    for change in real:
        for table, digest in change.before.files.items():
            if change.files.get(table) != digest:
                remove(change.before.path(table), change.before.folder.root)


def unnamed_files(
    folder: DataFolder, partitions: Iterable[Partition], source: str = ""
) -> list[Path | UPath]:
    """Files in the folders of all sources, or of one, that the ledger does not name: of a run that was killed, say."""
    named = {path for one in partitions for path in one.paths()}
    return [
        path
        for root in ROOTS
        for path in files_below(_folder_of(folder, root) / source)
        if path not in named and folder.raw / "run" not in path.parents
    ]


def _folder_of(folder: DataFolder, table: str) -> Path | UPath:
    """Where the files of a table, or of all in a folder of such, are."""
    root, _, name = table.partition("/")
    return (folder.tables if root == "raw" else folder.root / root) / name


def _path(folder: DataFolder, table: str, area_code: str, digest: str) -> Path | UPath:
    return _folder_of(folder, table) / f"{area_code}.{digest}.parquet"


def _is_of(submission_ids: Collection[str]) -> pc.Expression:
    return pc.field(SUBMISSION).isin(pa.array(sorted(submission_ids), pa.string()))


def _conformed(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """The same with the columns of a schema: code of another day may have had others."""
    there = set(rows.schema.names)
    columns = [
        rows[field.name].cast(field.type)
        if field.name in there
        else pa.nulls(len(rows), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _put(before: Partition, table: str, rows: pa.Table) -> str:
    """Write rows into a file of their own, then put it under the name that their content gives; the hash."""
    # One order, so that the same versions give the same file whenever each came.
    ordered = rows.sort_by(SUBMISSION).combine_chunks()
    beside = before.folder.work / "table.parquet"
    beside.parent.mkdir(mode=0o700, exist_ok=True)
    pq.write_table(ordered, beside, compression="zstd")
    beside.chmod(0o600)
    digest = digest_of(beside)
    target = _path(before.folder, table, before.area_code, digest)
    if isinstance(target, Path):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside.replace(target)
    else:
        object_store.upload(beside, target)
    return digest
