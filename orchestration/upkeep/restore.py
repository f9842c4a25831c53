"""`cypp restore`: a backup into an empty data folder, held to its hashes before anything is put in place."""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from filelock import FileLock

from orchestration.durable import digest_of, sync_everything
from orchestration.intake.kept.storage import NOTE as STORAGE_NOTE
from orchestration.intake.keys import KeyFileError
from orchestration.intake.submissions import refuse_wrong_key
from orchestration.ledger.damage import LedgerDamaged
from orchestration.ledger.events_in_postgresql import ID_FILE
from orchestration.ledger.events_in_sqlite import EventsInSqlite
from orchestration.ledger.head import HEAD_FILE
from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder
from orchestration.upkeep.backup import MANIFEST
from orchestration.upkeep.sealed import NotOpened, is_sealed, opened
from orchestration.warehouse import access

LOCK_SECONDS = 60
# Stands beside what has been held to its hashes: from there on a restore that was killed is only to be finished.
VERIFIED = "verified"
UNREADABLE = (
    tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError, ValueError, FileNotFoundError, LedgerDamaged, KeyFileError,
)  # fmt: skip


class NotEmpty(Exception):
    """The data folder has something in it; nothing has been touched."""


class NotRestored(Exception):
    """The file is no whole backup; nothing has been put in place."""


def restore(folder: DataFolder, file: Path, key: bytes | None, by: str) -> int:
    """Put a backup in place, whole or not at all; the number of its files.

    Raises NotEmpty, NotOpened or NotRestored. One that was killed while it put things in place is finished by the next.
    """
    _refuse_wrong_kind(file, key)
    _refuse_unless_empty(folder)
    folder.work.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(folder.lock_file, timeout=LOCK_SECONDS):
        _refuse_unless_empty(folder)
        staged = _staged(folder)
        if not (staged / VERIFIED).exists():
            shutil.rmtree(staged, ignore_errors=True)
            try:
                with _content(file, key) as content:
                    _unpack(content, staged)
                _verify(staged)
                _refuse_in_the_way(folder, staged)
            except UNREADABLE:
                shutil.rmtree(staged, ignore_errors=True)
                raise NotRestored(
                    f"{file.name} is damaged, or is not a backup: take another one"
                ) from None
            except NotEmpty:
                shutil.rmtree(staged)
                raise
            sync_everything()
            (staged / VERIFIED).touch()
        n_files = len((staged / MANIFEST).read_bytes().splitlines())
        _put_in_place(folder, staged)
        _in_file(folder.ledger).record_act(by, "restore", {"file": file.name})
    return n_files


def _staged(folder: DataFolder) -> Path:
    return folder.work / "restoring"


def _refuse_wrong_kind(file: Path, key: bytes | None) -> None:
    """A plain file in place of an encrypted one is not taken for it."""
    if is_sealed(file) != (key is not None):
        what = (
            "not encrypted: leave out --encrypt"
            if key
            else "encrypted: give its key file with --encrypt"
        )
        raise NotOpened(f"{file.name} is {what}")


def _refuse_unless_empty(folder: DataFolder) -> None:
    if (_staged(folder) / VERIFIED).exists():
        return
    places = (
        folder.landing, folder.root / "archive", folder.ledger, folder.raw, folder.quality, folder.restricted,
        folder.warehouse, folder.outputs,
    )  # fmt: skip
    found = [
        place.name for place in places if any(_is_something(path) for path in place.rglob("*"))
    ]
    found += ["settings.toml"] if (folder.root / "settings.toml").exists() else []
    if found:
        raise NotEmpty(
            f"the data folder holds {', '.join(found)}: name an empty one with --data-dir"
        )


def _is_something(path: Path) -> bool:
    return not path.is_dir() and not path.name.startswith(".")


@contextmanager
def _content(file: Path, key: bytes | None) -> Generator[Any]:
    if key is None:
        with file.open("rb") as content:
            yield content
    else:
        with opened(file, key) as content:
            yield content


def _unpack(content: Any, target: Path) -> None:
    with tarfile.open(mode="r|gz", fileobj=content) as stream:
        for member in stream:
            place = PurePosixPath(member.name)
            if (
                place.is_absolute()
                or ".." in place.parts
                or not (member.isfile() or member.isdir())
            ):
                raise ValueError("no file of a backup")
            path = target / place
            (path if member.isdir() else path.parent).mkdir(mode=0o700, parents=True, exist_ok=True)
            packed = stream.extractfile(member)
            if packed:
                with os.fdopen(
                    os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
                ) as file:
                    shutil.copyfileobj(packed, file)


def _verify(staged: Path) -> None:
    """Hold the files to the hashes that came with them, and the ledger to its chain and its key."""
    lines = (staged / MANIFEST).read_text(encoding="utf-8").splitlines()
    written = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    files = (path for path in staged.rglob("*") if path.is_file() and path != staged / MANIFEST)
    if written != {path.relative_to(staged).as_posix(): digest_of(path) for path in files}:
        raise ValueError("not as they were written")
    refuse_wrong_key(DataFolder(staged), _in_file(staged / "ledger"))


def _in_file(folder: Path) -> Ledger:
    """A ledger in its file, wherever the settings say that it is kept: a trial must not reach into the schema in use."""
    return Ledger(folder, EventsInSqlite(folder))


def _names_in(staged: Path) -> list[str]:
    """What is to be put in place, the ledger last."""
    names = {path.name for path in staged.iterdir()} - {MANIFEST, VERIFIED}
    return sorted(names, key=lambda name: (name == "ledger", name != HEAD_FILE, name))


def _refuse_in_the_way(folder: DataFolder, staged: Path) -> None:
    """Raise NotEmpty where something could not give way to what is to be put in its place, hidden files too."""
    for name in _names_in(staged):
        target = folder.root / name
        if _is_in_the_way(target, (staged / name).is_dir()):
            raise NotEmpty(
                f"{target} is in the way, with what it holds or leads to, hidden files too: move it away, then restore"
                " again, or name an empty data folder with --data-dir"
            )


def _is_in_the_way(target: Path, of_folder: bool) -> bool:
    """Whether a rename could not put a folder, or a file, in place of what is there."""
    is_folder = target.is_dir() and not target.is_symlink()
    if not of_folder:
        return is_folder
    is_empty_one = is_folder and not target.is_mount() and not any(target.iterdir())
    return os.path.lexists(target) and not is_empty_one


def _put_in_place(folder: DataFolder, staged: Path) -> None:
    """Move everything into the data folder: first the note that there is a ledger, the ledger last.

    Nothing works in a folder that has the one and not the other.
    """
    _refuse_in_the_way(folder, staged)
    # A backup holds none; a data folder in use without one looks like a share that is offline.
    folder.landing.mkdir(mode=0o700, exist_ok=True)
    for note in (ID_FILE, STORAGE_NOTE):
        (folder.root / note).unlink(missing_ok=True)
    for name in _names_in(staged):
        target = folder.root / name
        # An empty folder gives way to a full one.
        (staged / name).replace(target)
        if target.is_dir():
            target.chmod(0o700)
    if folder.warehouse.is_dir():
        # The group of the settings may be unknown on this machine: the next run gives it what it may read.
        access.open_to_group(folder.warehouse, None)
    sync_everything()
    shutil.rmtree(staged)
