"""Files kept in the ledger's folder. Each has its hash in an event of the ledger, which proves it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.durable import digest_of, put
from orchestration.ledger.damage import REMEDY, LedgerDamaged

ISSUED = "issued_packs"


def hashes_of(folder: Path, files: Iterable[Path]) -> dict[str, str]:
    """By path within the ledger's folder the hash of each file."""
    return {path.relative_to(folder).as_posix(): digest_of(path) for path in sorted(files)}


def files_of_run(folder: Path, run_id: str) -> dict[str, str]:
    """What a run keeps for good: what it said for the first time, what it asked and what it flagged."""
    return hashes_of(folder, folder.glob(f"*/{run_id}.parquet"))


def files_of_pack(folder: Path, pack: Path) -> dict[str, str]:
    """What an issued pack consists of."""
    return hashes_of(folder, (path for path in pack.rglob("*") if path.is_file()))


def written_anew(
    folder: Path, files: Iterable[Path], act: str, change: Callable[[pa.Table], pa.Table]
) -> dict[str, list[str]]:
    """By the name of a file that an act changes its new name, which names the act, and its hash.

    The new ones are next to the old ones, until an event says that they take their place.
    """
    replaced = {}
    for path in files:
        rows = pq.read_table(path)
        changed = change(rows)
        if not changed.equals(rows):
            fresh = path.with_name(f"{path.stem.partition('.')[0]}.{act}.parquet")
            partial = fresh.with_suffix(".partial")
            pq.write_table(changed, partial)
            put(partial, fresh)
            name, new = (one.relative_to(folder).as_posix() for one in (path, fresh))
            replaced[name] = [new, digest_of(fresh)]
    return replaced


def check_files(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """The files, if all are there and as they were written.

    Raises LedgerDamaged.
    """
    for name, expected in files.items():
        path = folder / name
        if not path.is_file():
            raise LedgerDamaged(f"ledger/{name} is missing: {REMEDY}")
        if digest_of(path) != expected:
            raise LedgerDamaged(f"ledger/{name} is not what was written: {REMEDY}")
    return [folder / name for name in files]
