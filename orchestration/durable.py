"""Files that outlive a crash: written next to their place, brought to the disk, then renamed; and the hash that proves one.

What a file means is its writer's concern. A place is a `Path` on this machine, or a `UPath` in an object store.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration import object_store

if TYPE_CHECKING:
    from upath import UPath


def content_of(place: Path | UPath) -> bytes:
    """What is in a file. Raises FileNotFoundError."""
    return place.read_bytes() if isinstance(place, Path) else object_store.read(place)


def is_there(place: Path | UPath) -> bool:
    """Whether there is a file or a folder."""
    return place.exists() if isinstance(place, Path) else object_store.is_there(place)


def digest_of(path: Path | UPath) -> str:
    """SHA-256 of a file, in hex. Raises FileNotFoundError."""
    if not isinstance(path, Path):
        return hashlib.sha256(object_store.read(path)).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put(finished: Path, target: Path) -> None:
    """Give a finished file its name: whoever looks finds the old one or the new one, also after a crash."""
    sync(finished)
    finished.replace(target)
    sync(target.parent)


def put_folder(finished: Path, target: Path | UPath) -> None:
    """Put a finished folder in its place, also on another file system, and remove what was there.

    Call `sync_everything` before. One that is killed leaves the finished folder whole until its place is filled.
    """
    if not isinstance(target, Path):
        object_store.upload_folder(finished, target)
        shutil.rmtree(finished)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    try:
        finished.replace(target)
    except OSError as error:
        # Only the attempt can tell: two mounts of one file system have one number.
        if error.errno != errno.EXDEV:
            raise
        _carry_across(finished, target)


def _carry_across(finished: Path, target: Path) -> None:
    """Copy a folder beside its place, give it its name, and only then remove it where it was."""
    copy = _emptied_neighbour(target)
    copy.mkdir(mode=0o700)
    for path in (path for path in finished.rglob("*") if path.is_file()):
        beside = copy / path.relative_to(finished)
        beside.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, beside)
    sync_everything()
    copy.replace(target)
    sync_everything()
    # Out of sight at once: half of what it held would be another folder.
    going = _emptied_neighbour(finished)
    finished.replace(going)
    shutil.rmtree(going)


def _emptied_neighbour(folder: Path) -> Path:
    """A hidden name beside a folder, of which nothing is left that a kill had left."""
    neighbour = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(neighbour, ignore_errors=True)
    return neighbour


def write(path: Path, content: bytes) -> None:
    """Write a small file whole or not at all."""
    partial = path.with_name(f"{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    put(partial, path)


def files_below(place: Path | UPath) -> list[Path] | list[UPath]:
    """Every file below a place, by name."""
    if not isinstance(place, Path):
        return object_store.files_below(place)
    return sorted(path for path in place.rglob("*") if path.is_file())


def remove(place: Path | UPath, up_to: Path) -> None:
    """Remove a file, link or folder, and the folders above it that are empty then, below one that stays."""
    if not isinstance(place, Path):
        object_store.remove(place)
        return
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    with suppress(OSError):
        for parent in place.parents:
            if parent == up_to:
                break
            parent.rmdir()


def sync_everything() -> None:
    """Wait until all that has been written is on the disk.

    One call for thousands of small files: to ask for each of them takes 5 ms, half a minute for a first taking-in.
    """
    os.sync()
