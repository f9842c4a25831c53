"""`cypp verify`: everything that no rebuild can derive, what was read of it and what is published, checked against their hashes.

Changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from orchestration.alone import working_alone
from orchestration.intake.kept.archive import (
    REMEDY,
    archive_folder,
    in_archive,
    is_archived,
)
from orchestration.intake.kept.extractions import extractions_in
from orchestration.intake.kept.partitions import partitions_of, unnamed_files
from orchestration.intake.kept.places import id_of_version
from orchestration.intake.keys import KeyFileError
from orchestration.intake.landing import scan
from orchestration.intake.submissions import refuse_wrong_key
from orchestration.ledger.damage import LedgerDamaged
from orchestration.ledger.kept_files import check_files
from orchestration.ledger.ledger import Ledger, SubmissionVersion
from orchestration.night.recovery import refuse_unbegun
from orchestration.night.rekeying import next_key
from orchestration.settings import DataFolder
from orchestration.warehouse.serving import damaged_surfaces

if TYPE_CHECKING:
    from upath import UPath

LOCK_SECONDS = 60
MADE_AGAIN = "`cypp run --force` makes it again"
LOST = f"{REMEDY}; then {MADE_AGAIN}"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Damage:
    """What is damaged or missing, and what mends it."""

    what: str
    mend: str


@dataclass
class Verified:
    """What was read again, and what was wrong with it."""

    n_versions: int = 0
    n_runs: int = 0
    damage: list[Damage] = field(default_factory=list)


def verify(folder: DataFolder, progress: Progress) -> Verified:
    """Read everything again while nobody works in the folder.

    Raises filelock.Timeout, or ConfigurationError where nothing was ever taken in.
    """
    with suppress(LedgerDamaged):
        refuse_unbegun(folder)
    with working_alone(folder, FileLock(folder.lock_file, timeout=LOCK_SECONDS)):
        return _verified(folder, progress)


def _verified(folder: DataFolder, progress: Progress) -> Verified:
    try:
        ledger = Ledger(folder.ledger)
    except LedgerDamaged as error:
        return Verified(damage=[_of_ledger(error)])
    versions, places = ledger.versions(), _Places(folder, ledger)
    found = Verified(len(versions), len(ledger.published_runs()), list(_beside(folder, ledger)))
    for done, version in enumerate(versions, start=1):
        found.damage += places.damage_to(version)
        progress("Verify", done, len(versions))
    found.damage += [*places.tables(), *places.unknown(versions), *_surfaces(folder, ledger)]
    return found


def _surfaces(folder: DataFolder, ledger: Ledger) -> Iterator[Damage]:
    """What readers see; a reader is never told a figure that nobody has published."""
    if ledger.warehouses():
        yield from (Damage(name, MADE_AGAIN) for name in damaged_surfaces(folder))


def _of_ledger(error: LedgerDamaged) -> Damage:
    what, _, mend = str(error).rpartition(": ")
    return Damage(what, mend)


def _beside(folder: DataFolder, ledger: Ledger) -> Iterator[Damage]:
    """What is kept besides the events: the key, what runs keep, issued packs."""
    if next_key(folder).exists():
        yield Damage("a new key has not taken its place", "`cypp run` finishes it")
    try:
        refuse_wrong_key(folder, ledger)
    except KeyFileError as error:
        what, _, mend = str(error).partition(": ")
        yield Damage(what, mend or "put back restricted/hmac.key from a backup")
    if planned := ledger.open_purge():
        yield Damage(
            f"purge {planned['purge_id']} is planned and not done", "`cypp purge` finishes it"
        )
    try:
        check_files(folder.ledger, ledger.kept_files())
    except LedgerDamaged as error:
        yield _of_ledger(error)


class _Places:
    """The places of a data folder in which versions are."""

    def __init__(self, folder: DataFolder, ledger: Ledger) -> None:
        self._folder = folder
        self._partitions = {
            (one.source, one.area_code): one for one in partitions_of(folder, ledger)
        }
        self._last_ones: set[tuple[str, str]] = set()
        """Partitions with rows of versions that nothing can make again."""

    @cached_property
    def _landed(self) -> frozenset[tuple[str, ...]]:
        """What landing holds; it is read only where something is damaged."""
        return frozenset(
            one.name for one in scan(self._folder.landing, quiet_seconds=0).submissions
        )

    @cached_property
    def _damaged(self) -> dict[tuple[str, str], list[Path | UPath]]:
        """The damaged tables of each partition that has such."""
        found = {name: one.damaged() for name, one in self._partitions.items()}
        return {name: paths for name, paths in found.items() if paths}

    @cached_property
    def _kept(self) -> frozenset[str]:
        """The versions of which something is kept."""
        return frozenset(i for one in self._partitions.values() for i in extractions_in(one))

    def damage_to(self, version: SubmissionVersion) -> Iterator[Damage]:
        """What is wrong with the copy of a version, and whether its rows are lost."""
        partition, copy = (version.source, version.area_code), is_archived(self._folder, version)
        mend = MADE_AGAIN if copy or version.name in self._landed else LOST
        if version.verdict == "accepted":
            if not copy:
                yield Damage(self._shown(archive_folder(self._folder, version.name)), mend)
            self._last_ones |= {partition} if mend == LOST else set()
        elif mend == LOST:
            # Nobody keeps the files of one that was rejected, and figures do not need its messages.
            return
        if partition not in self._damaged and id_of_version(version) not in self._kept:
            yield Damage(f"what was read of {'/'.join(version.name[:3])} is lost", mend)

    def tables(self) -> Iterator[Damage]:
        """What is wrong with the files in which the rows are; asked after the versions themselves."""
        for partition, paths in self._damaged.items():
            mend = LOST if partition in self._last_ones else MADE_AGAIN
            yield from (Damage(self._shown(path), mend) for path in paths)
        for path in unnamed_files(self._folder, self._partitions.values()):
            yield Damage(
                f"{self._shown(path)} is not in the ledger", "`cypp run --force` removes it"
            )

    def unknown(self, versions: list[SubmissionVersion]) -> Iterator[Damage]:
        """Copies that the ledger does not know: of a run that was killed, or the ledger is an old one."""
        known = {version.name for version in versions}
        for name in in_archive(self._folder):
            if name in known:
                continue
            is_landed = name in self._landed
            mend = (
                "`cypp run` takes it in" if is_landed else "put back the ledger/ that belongs to it"
            )
            yield Damage(
                f"{self._shown(archive_folder(self._folder, name))} is not in the ledger", mend
            )

    def _shown(self, place: Path | UPath) -> str:
        return self._folder.name_of(place)
