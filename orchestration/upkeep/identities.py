"""The identifiers under which extracts of an area know one child: those that stand in one row with the one that was given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from orchestration.checks.rows import PERSON_KEYS
from orchestration.intake.keys import keyed_hash
from orchestration.intake.typed_tables import KEY_KINDS
from orchestration.settings import DataFolder

# A child has an id of the case system, a UPN, and those of a few other systems.
MOST = 8


class TooManyIdentifiers(Exception):
    """More identifiers hang together than one child has: rows of two children may be mixed up."""


@dataclass(frozen=True)
class Identity:
    """One child, as the extracts and as the tables know it."""

    identifiers: frozenset[str]
    keys: frozenset[str]


def identity_of(folder: DataFolder, secret: bytes, area: str, identifier: str) -> Identity:
    """Everything that is one child's; raises TooManyIdentifiers."""
    kinds = set(KEY_KINDS.values()) - {"record", "text"}
    given = {keyed_hash(secret, kind, area, identifier) for kind in kinds}
    keys = {keyed_hash(secret, "upn", identifier), *given}
    pairs = [pair for table in _tables(folder.raw, area) for pair in _pairs(table)]
    linked = set(keys)
    while more := {key for pair in pairs if linked & pair for key in pair} - linked:
        linked |= more
    named = _identifiers(folder, linked) | {identifier}
    if len(named) > MOST:
        raise TooManyIdentifiers(
            f"{len(named)} identifiers hang together with it: rows of several children are mixed up"
        )
    return Identity(frozenset(named), frozenset(linked))


def _tables(raw: Path, area: str) -> Iterator[Path]:
    return (path for path in raw.rglob("*.parquet") if area in path.relative_to(raw).as_posix())


def _pairs(table: Path) -> Iterator[frozenset[str]]:
    """The keys of people that stand in one row."""
    columns = [name for name in PERSON_KEYS if name in pq.read_schema(table).names]
    if len(columns) > 1:
        for row in pq.read_table(table, columns=columns).to_pylist():
            keys = frozenset(key for key in row.values() if key)
            if len(keys) > 1:
                yield keys


def _identifiers(folder: DataFolder, keys: set[str]) -> set[str]:
    if not any(folder.identifiers.glob("*.parquet")):
        return set()
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct identifier from read_parquet($1) where list_contains($2, key)",
            [str(folder.identifiers / "*.parquet"), sorted(keys)],
        ).fetchall()
    return {identifier for (identifier,) in rows}
