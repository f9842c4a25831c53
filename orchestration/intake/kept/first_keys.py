"""The keys by which records were first known, kept in `restricted/` when another key takes their place (`cypp rekey`).

Fingerprints of issues and cases are made of them, so that what owners answered stays valid and nothing is asked twice. Only
of records that somebody has been asked about: of nobody else is it kept what the old key said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.durable import digest_of
from orchestration.intake.kept.made_tables import identifiers_table
from orchestration.intake.kept.partitions import partitions_of
from orchestration.intake.keys import KeyFileError
from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder

SCHEMA = pa.schema([("key", pa.string()), ("first_key", pa.string())])


def first_keys(folder: DataFolder, ledger: Ledger) -> dict[str, str]:
    """By key in force the one by which the same was first known; raises KeyFileError where they are damaged or lost."""
    digest = ledger.first_keys()
    if digest is None:
        return {}
    path = _path(folder, digest)
    if not path.is_file() or digest_of(path) != digest:
        raise KeyFileError(
            "the first keys in restricted/ are missing or not what was written: put back restricted/ from a backup"
        )
    return {row["key"]: row["first_key"] for row in pq.read_table(path).to_pylist()}


def put_first_keys(folder: DataFolder, known: Mapping[str, str]) -> str:
    """Write a file of first keys; its hash, by which an event has to name it."""
    rows = [{"key": key, "first_key": first} for key, first in sorted(known.items())]
    beside = folder.restricted / "first_keys.partial"
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), beside)
    beside.chmod(0o600)
    digest = digest_of(beside)
    beside.replace(_path(folder, digest))
    return digest


def forget_first_keys(folder: DataFolder, ledger: Ledger) -> None:
    """Leave out the first keys of what no extract names any more."""
    known = first_keys(folder, ledger)
    if not known:
        return
    tables = (one.rows(identifiers_table(one.source)) for one in partitions_of(folder, ledger))
    named = {key for table in tables if table is not None for key in table["key"].to_pylist()}
    if not known.keys() <= named:
        kept = {key: first for key, first in known.items() if key in named}
        ledger.enter_rekey({"first_keys": put_first_keys(folder, kept)})
        remove_unnamed_first_keys(folder, ledger)


def remove_unnamed_first_keys(folder: DataFolder, ledger: Ledger) -> None:
    """Remove files of first keys that the ledger does not name."""
    for path in _unnamed(folder, ledger.first_keys()):
        path.unlink()


def _unnamed(folder: DataFolder, digest: str | None) -> Iterable[Path]:
    named = _path(folder, digest) if digest else None
    return (path for path in folder.restricted.glob("first_keys.*") if path != named)


def _path(folder: DataFolder, digest: str) -> Path:
    return folder.restricted / f"first_keys.{digest}.parquet"
