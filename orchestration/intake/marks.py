"""The mark of a folder that `cypp demo` has filled: a file `_SYNTHETIC` with the hash of each of its files.

So a file that somebody else puts there is seen; `sha256sum --check` reads the mark in its folder.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from orchestration.durable import digest_of

MARK = "_SYNTHETIC"
NOTICE = "# SYNTHETIC: written by `cypp demo`. No child, family or worker in these files exists."


def write_mark(folder: Path) -> None:
    """Mark what is in a folder as invented."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != MARK)
    lines = [f"{digest_of(path)}  {path.name}" for path in files]
    (folder / MARK).write_text("\n".join([NOTICE, *lines, ""]), encoding="utf-8")


def is_invented(folder: Path, files: Iterable[Path]) -> bool:
    """Whether a folder is marked, and its mark is about all of these files."""
    return (folder / MARK).is_file() and set(files) <= set(invented_files(folder))


def invented_files(folder: Path) -> list[Path]:
    """The files that the mark of a folder is about: as they were listed; all, where it lists none."""
    lines = (folder / MARK).read_text(encoding="utf-8", errors="replace").splitlines()
    listed = {line for line in lines if line.strip() and not line.startswith("#")}
    files = [path for path in folder.iterdir() if path.is_file() and path.name != MARK]
    return [path for path in files if not listed or f"{digest_of(path)}  {path.name}" in listed]
