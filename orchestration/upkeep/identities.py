"""The identifiers under which extracts of an area know one child: those that are in one row with the one that was given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow.compute as pc

from orchestration.checks.rows import PERSON_KEYS
from orchestration.intake.kept.made_tables import identifiers_table
from orchestration.intake.kept.partitions import Partition, partitions_of
from orchestration.intake.keys import keyed_hash
from orchestration.intake.tables.typed_tables import KEY_KINDS
from orchestration.ledger.ledger import Ledger
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


def identity_of(
    folder: DataFolder, ledger: Ledger, secret: bytes, area: str, identifier: str
) -> Identity:
    """Everything that is one child's; raises TooManyIdentifiers."""
    partitions = partitions_of(folder, ledger)
    kinds = set(KEY_KINDS.values()) - {"record", "text"}
    given = {keyed_hash(secret, kind, area, identifier) for kind in kinds}
    keys = {keyed_hash(secret, "upn", identifier), *given}
    pairs = [pair for one in partitions if one.area_code == area for pair in _pairs(one)]
    linked = set(keys)
    while more := {key for pair in pairs if linked & pair for key in pair} - linked:
        linked |= more
    named = {name for one in partitions for name in _identifiers(one, linked)} | {identifier}
    if len(named) > MOST:
        raise TooManyIdentifiers(
            f"{len(named)} identifiers hang together with it: rows of several children are mixed up"
        )
    return Identity(frozenset(named), frozenset(linked))


def _pairs(partition: Partition) -> Iterator[frozenset[str]]:
    """The keys of people that are in one row."""
    for table in partition.files:
        rows = partition.rows(table) if table.startswith("raw/") else None
        columns = [name for name in PERSON_KEYS if rows is not None and name in rows.column_names]
        for row in rows.select(columns).to_pylist() if rows and len(columns) > 1 else ():
            keys = frozenset(key for key in row.values() if key)
            if len(keys) > 1:
                yield keys


def _identifiers(partition: Partition, keys: set[str]) -> list[str]:
    rows = partition.rows(identifiers_table(partition.source))
    if rows is None:
        return []
    return rows.filter(pc.field("key").isin(sorted(keys)))["identifier"].to_pylist()
