"""Files in an object store, by fsspec. A file is there whole or not at all; folders are only the names of files.

What is kept there and why is `durable.py`'s and `settings.py`'s concern.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from upath import UPath


# Errors of this machine, which writes what it fetches and reads what it sends.
OF_THIS_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE}


class StoreUnreachable(OSError):
    """The store cannot be used now; nothing is known to be damaged."""

    def __init__(self, kind: str, where: str) -> None:
        super().__init__(
            errno.EIO, f"the object store does not answer as it should ({kind})", where
        )

    def __str__(self) -> str:
        """As a sentence: an error of the system begins with its number."""
        return f"{self.strerror}: {self.filename}"


@contextmanager
def reached(place: UPath, *, may_be_lacking: bool = False) -> Generator[None]:
    """Raise StoreUnreachable for any error of a store, without the name of a file: its sender chose that.

    Errors of this machine, a full disk among them, are raised as they are; so is FileNotFoundError where a file may be
    lacking. Elsewhere it is the bucket that is not there.
    """
    try:
        yield
    except Exception as error:  # each store has errors of its own
        is_told_by_caller = may_be_lacking and isinstance(error, FileNotFoundError)
        if is_told_by_caller or getattr(error, "errno", None) in OF_THIS_MACHINE:
            raise
        kind = type(error.__cause__ or error).__name__
        where = f"{place.protocol}://{place.path.partition('/')[0]}"
        raise StoreUnreachable(kind, where) from None


def files_below(place: UPath) -> list[UPath]:
    """Every file below a place, by name."""
    with reached(place):
        found = place.fs.find(place.path)
    return [place.joinpath(name.removeprefix(place.path).lstrip("/")) for name in sorted(found)]


def read(place: UPath) -> bytes:
    """What is in a file. Raises FileNotFoundError."""
    with reached(place, may_be_lacking=True):
        return place.read_bytes()


def is_there(place: UPath) -> bool:
    """Whether there is a file, or files below."""
    with reached(place):
        return place.exists()


def upload(finished: Path, target: UPath) -> None:
    """Put a finished file of this machine in the store."""
    with reached(target):
        target.fs.put_file(str(finished), target.path)


def upload_folder(finished: Path, target: UPath) -> None:
    """Put the files of a folder there; what is below the target besides goes first."""
    remove(target)
    for path in sorted(path for path in finished.rglob("*") if path.is_file()):
        upload(path, target.joinpath(_in_utf8(path.relative_to(finished).as_posix())))


def _in_utf8(name: str) -> str:
    """A name as stores take them: bytes that are no UTF-8, which a disk allows, as `%e9`."""
    text = name.encode(errors="surrogateescape").decode(errors="backslashreplace")
    return name if text == name else text.replace("\\x", "%")


def bring(place: UPath, target: Path) -> Path:
    """Copy the files of a place to a new folder of this machine; without any there is none."""
    shutil.rmtree(target, ignore_errors=True)
    for path in files_below(place):
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        with reached(place, may_be_lacking=True):
            place.fs.get_file(path.path, str(target / path.name))
    return target


def remove(place: UPath) -> None:
    """Remove a file, or everything below a name."""
    if is_there(place):
        with reached(place):
            place.fs.rm(place.path, recursive=True)
