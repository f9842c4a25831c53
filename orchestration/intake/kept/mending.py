"""Tables brought back to what the ledger says: without damage, without versions that it does not know.

What is missing then is read again by the next taking-in (`to_read.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from expectations.contract import sources
from orchestration.durable import content_of, is_there, remove
from orchestration.intake.kept.archive import not_made_again
from orchestration.intake.kept.made_tables import extractions_table, tables_of_source
from orchestration.intake.kept.partitions import (
    Change,
    Partition,
    changed,
    enter,
    partitions_of,
    unnamed_files,
)
from orchestration.intake.kept.places import id_of_version
from orchestration.intake.landing import Landing, scan
from orchestration.intake.shipped import shipped_reference
from orchestration.ledger.ledger import Ledger, SubmissionVersion
from orchestration.settings import DataFolder

if TYPE_CHECKING:
    from pathlib import Path

    from upath import UPath

# Of a data folder of version 0.2, in which each version of an extract had files of its own.
FORMER_LAYOUT = (
    "raw/*/*/*/*/*", "quality/results/*.parquet", "quality/issues/*.parquet", f"quality/set_aside/{'[0-9a-f]' * 16}/*",
    "restricted/identifiers/*.parquet", "restricted/findings/*",
)  # fmt: skip


def known_ids(ledger: Ledger) -> set[str]:
    """The versions whose rows may be kept: those that the ledger knows, and what ships with the project."""
    return {id_of_version(one) for one in (*ledger.versions(), *shipped_reference())}


def narrowed(partition: Partition, keep: Collection[str]) -> Change:
    """A partition with the rows of some of its versions alone."""
    return changed(partition, keep, {}, tables_of_source(partition.source))


def put_damage_aside(
    folder: DataFolder,
    ledger: Ledger,
    source: str,
    versions: Iterable[SubmissionVersion],
    landing: Landing,
) -> None:
    """Take damaged tables of a source out of the way with the others of its area: half a version must not look whole.

    What was said of refused extracts stays, as they have no rows. Where nothing can make an accepted one again the files
    are kept in `.work/damaged`, and the gate holds what depends on it.
    """
    said = extractions_table(source)
    for partition in partitions_of(folder, ledger, source):
        if not partition.damaged():
            continue
        own = [one for one in versions if one.area_code == partition.area_code]
        if not_made_again(folder, (one for one in own if one.verdict == "accepted"), landing):
            keep_copies(folder, partition.paths())
        whole = {table: digest for table, digest in partition.files.items() if table == said}
        refused = {id_of_version(one) for one in own if one.verdict == "rejected"}
        left = narrowed(replace(partition, files=whole), refused)
        enter(ledger, [replace(left, before=partition)])


def keep_copies(folder: DataFolder, paths: Iterable[Path | UPath]) -> None:
    """Keep files that are about to go where a person can look at them."""
    for path in paths:
        if is_there(path):
            aside = folder.work / "damaged" / folder.name_of(path)
            aside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            aside.write_bytes(content_of(path))


def drop_unknown(folder: DataFolder, ledger: Ledger) -> None:
    """Remove the rows of versions that the ledger does not know any more."""
    known = known_ids(ledger)
    stand = {(one.source, one.area_code) for one in ledger.versions()}
    partitions = (one for source in sources() for one in partitions_of(folder, ledger, source))
    changes = [
        narrowed(one, known)
        for one in partitions
        # The run that follows mends it first, and drops them then.
        if not ((one.source, one.area_code) in stand and one.damaged())
    ]
    enter(ledger, changes)
    remove_unnamed(folder, ledger)


def remove_former_layout(folder: DataFolder, ledger: Ledger) -> None:
    """Remove what version 0.2 had read: the run that follows reads it again."""
    found = [path for pattern in FORMER_LAYOUT for path in folder.root.glob(pattern)]
    if not found:
        return
    accepted = [one for one in ledger.versions() if one.verdict == "accepted"]
    if not_made_again(folder, accepted, scan(folder.landing, quiet_seconds=0)):
        keep_copies(folder, found)
    for path in found:
        remove(path, folder.root)
    logging.getLogger(__name__).warning(
        "Extracts were taken in by version 0.2, which kept their rows in other files: they are read again from archive/."
    )


def remove_unnamed(folder: DataFolder, ledger: Ledger, source: str = "") -> None:
    """Remove files that the ledger does not name: of a run that was killed before it was entered, say."""
    for path in unnamed_files(folder, partitions_of(folder, ledger), source):
        remove(path, folder.root)
