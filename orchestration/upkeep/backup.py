"""`cypp backup`: what no rebuild can derive, of a system that may be at work, in one file.

The ledger is copied first, between two of its events; then what these events name, which nobody changes any more. What
is made of it (raw tables, checks, warehouse, pages) is left to `cypp rebuild`, but for the warehouse that serves:
held figures stand as it has them.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from orchestration.durable import content_of, is_there, put
from orchestration.intake.kept.archive import archived_files
from orchestration.intake.kept.made_tables import extractions_table
from orchestration.intake.kept.partitions import partition_of
from orchestration.intake.landing import files_in, is_extract
from orchestration.ledger.events_in_sqlite import LEDGER_FILE
from orchestration.ledger.kept_files import check_files
from orchestration.ledger.ledger import Ledger, SubmissionVersion
from orchestration.night.recovery import refuse_unbegun
from orchestration.night.rekeying import next_key
from orchestration.settings import DataFolder
from orchestration.upkeep.landing import look_into_landing
from orchestration.upkeep.removal import REDACTED
from orchestration.upkeep.sealed import Sealing

if TYPE_CHECKING:
    from upath import UPath

# Of a workbook there is nothing to press out, of text nearly all at once.
COMPRESSION = 1
# By file the hash of what was written; the last member.
MANIFEST = "backup.sha256"
Progress = Callable[[str, int, int], None]


class NotBackedUp(Exception):
    """No backup was written; one that stood there stays."""


@dataclass
class BackedUp:
    """What is in a backup."""

    n_versions: int = 0
    n_runs: int = 0
    files: list[Path | UPath] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What is not as it should be in the folder."""


def back_up(
    folder: DataFolder, file: Path, key: bytes | None, by: str, progress: Progress
) -> BackedUp:
    """Write a backup beside, then in its place; raises NotBackedUp, LedgerDamaged or ConfigurationError."""
    refuse_unbegun(folder)
    if not file.absolute().parent.is_dir():
        raise NotBackedUp(f"there is no folder {file.absolute().parent}")
    _refuse_rekeying(folder, None)
    about = {"file": file.name, "encrypted": "yes" if key else "no"}
    Ledger(folder.ledger).record_act(by, "backup", about)
    staged = folder.work / f"backup-{os.getpid()}"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(mode=0o700, parents=True)
    try:
        found = _found(folder, staged)
        with _beside(file) as target, _stream(target, key) as stream:
            _write(stream, folder, staged, found.files, progress)
            _refuse_rekeying(folder, Ledger(staged / "ledger"))
    except FileNotFoundError:
        raise NotBackedUp(
            "files changed while they were read (a purge, say): try again when it has ended"
        ) from None
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return found


def _refuse_rekeying(folder: DataFolder, copied: Ledger | None) -> None:
    """Raise NotBackedUp while everything gets another key, or where it has since the ledger was copied."""
    ledger = Ledger(folder.ledger)
    is_other = copied is not None and copied.key_checks() != ledger.key_checks()
    if is_other or next_key(folder).exists():
        raise NotBackedUp("`cypp rekey` is at work: try again when it has ended")


def _what_was_read(
    folder: DataFolder, ledger: Ledger, versions: Iterable[SubmissionVersion]
) -> Iterator[Path | UPath]:
    """The tables in which the rows of some versions are; of refused ones what was said of them."""
    accepted = {(one.source, one.area_code): False for one in versions}
    accepted |= {(one.source, one.area_code): True for one in versions if one.verdict == "accepted"}
    for (source, area_code), is_whole in accepted.items():
        partition = partition_of(folder, ledger, source, area_code)
        wanted = partition.files if is_whole else {extractions_table(source)}
        yield from (
            path
            for table in wanted
            if table in partition.files and is_there(path := partition.path(table))
        )


def _found(folder: DataFolder, staged: Path) -> BackedUp:
    """The files of a consistent state. The order matters: each place is newer than what is taken before it."""
    if folder.warehouse_file.exists():
        (staged / "warehouse").mkdir()
        os.link(folder.warehouse_file, staged / "warehouse" / folder.warehouse_file.name)
    (staged / "ledger").mkdir()
    Ledger(folder.ledger).copy_to(staged / "ledger" / LEDGER_FILE)
    ledger = Ledger(staged / "ledger")
    versions, landing = ledger.versions(), look_into_landing(folder)
    found = BackedUp(len(versions), len(ledger.published_runs()))
    found.files += [
        *staged.glob("*/*"), *check_files(folder.ledger, ledger.kept_files()), *_of_operators(folder),
    ]  # fmt: skip
    in_archive = set()
    for version in versions:
        copy = (
            archived_files(folder, version, beside=staged) if version.verdict == "accepted" else ()
        )
        found.files += copy
        in_archive |= {version.name} if copy else set()
    for one in landing.submissions:
        found.files += () if one.name in in_archive else one.files
    found.files += _marks(folder.landing)
    in_backup = in_archive | {one.name for one in landing.submissions}
    last_ones = [version for version in versions if version.name not in in_backup]
    found.files += _what_was_read(folder, ledger, last_ones)
    found.told += [
        f"{'/'.join(one.name[:3])}: its copy in archive/ is lost; the backup has what was read of it"
        for one in last_ones
        if one.verdict == "accepted"
    ]
    waiting = sum(finding.severity == "wait" for finding in landing.findings)
    if waiting:
        found.told.append(f"{waiting} file(s) in landing are still being written: left out")
    return found


def _of_operators(folder: DataFolder) -> Iterator[Path]:
    """Settings, keys, copies that take the place of what is being forgotten, and what DfE's rules have said.

    Only a machine with these rules could say it again.
    """
    single = (folder.root / "settings.toml", folder.root / ".dagster" / "dagster.yaml")
    yield from (path for path in single if path.is_file())
    yield from (path for path in sorted(folder.restricted.glob("*")) if path.is_file())
    waiting = sorted((folder.restricted / REDACTED).rglob("*"))
    yield from (path for path in waiting if path.is_file())
    said = sorted((folder.quality / "statutory").glob("*/*"))
    yield from (path for path in said if path.parent.suffix != ".partial")


def _marks(landing: Path) -> Iterator[Path]:
    """Files in landing that say something about the extracts beside them, such as that they are invented."""
    for path in sorted(files_in(landing)):
        is_mark = not is_extract(path) and not path.name.startswith((".", "~$"))
        if is_mark and path.is_file() and not path.is_symlink():
            yield path


# ---------------------------------------------------------------- the file


@contextmanager
def _beside(file: Path) -> Generator[BinaryIO]:
    """A file that gets its name when it is finished."""
    partial = file.with_name(f"{file.name}.partial")
    try:
        with os.fdopen(
            os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
        ) as target:
            yield target
        put(partial, file)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _stream(target: BinaryIO, key: bytes | None) -> Generator[tarfile.TarFile]:
    sealing = Sealing(target, key) if key else None
    with (
        gzip.GzipFile("", "wb", COMPRESSION, sealing or target, mtime=0) as pressed,
        tarfile.open(mode="w|", fileobj=pressed, format=tarfile.PAX_FORMAT) as stream,
    ):
        yield stream
    if sealing:
        sealing.close()


def _write(
    stream: tarfile.TarFile,
    folder: DataFolder,
    staged: Path,
    files: list[Path | UPath],
    progress: Progress,
) -> None:
    """Write every file, and last of all the hashes of all: a file that was cut short has none."""
    hashes = []
    for area in sorted(path for path in folder.landing.glob("*") if path.is_dir()):
        member = tarfile.TarInfo(area.relative_to(folder.root).as_posix())
        member.type = tarfile.DIRTYPE
        stream.addfile(member)
    for done, path in enumerate(files, start=1):
        is_staged = isinstance(path, Path) and staged in path.parents
        name = path.relative_to(staged).as_posix() if is_staged else folder.name_of(path)
        hashes.append(f"{_add(stream, name, path)}  {name}\n")
        progress("Backup", done, len(files))
    content = "".join(hashes).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size = len(content)
    stream.addfile(member, io.BytesIO(content))


def _add(stream: tarfile.TarFile, name: str, path: Path | UPath) -> str:
    """Write a file under a name; the hash of what was written."""
    with path.open("rb") if isinstance(path, Path) else io.BytesIO(content_of(path)) as file:
        member = tarfile.TarInfo(name)
        member.size = file.seek(0, os.SEEK_END)
        file.seek(0)
        hashed = _Hashed(file)
        stream.addfile(member, hashed)
    return hashed.digest.hexdigest()


class _Hashed(io.RawIOBase):
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self.digest.update(content)
        return content
