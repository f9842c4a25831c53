"""Who may read what is published: the warehouse a group, the public pages everybody, all else the job's account alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from orchestration.settings import DataFolder

PASSABLE = 0o111
"""To whoever knows what is in a folder, though they cannot list it."""
PUBLIC = "public"


def open_to_group(place: Path, group_id: int | None) -> None:
    """Let the group of `[access] group` read a file or folder with all in it, and nobody write to a file."""
    for path in (place, *place.rglob("*")):
        if group_id is not None:
            os.chown(path, -1, group_id)
        mode = 0o750 if path.is_dir() else 0o440
        path.chmod(mode if group_id is not None else mode & 0o700)


def open_public(folder: DataFolder, outputs: Path) -> None:
    """Let everybody read the public pages in a folder of outputs; of the folders above them they learn nothing."""
    make_passable(folder.root)
    make_passable(outputs)
    for month in (path for path in outputs.iterdir() if path.is_dir()):
        make_passable(month)
        for edition in (path for path in month.iterdir() if path.is_dir()):
            edition.chmod(0o755 if edition.name == PUBLIC else 0o700)
        for path in (month / PUBLIC).rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)


def make_passable(folder: Path) -> None:
    """Let everybody who knows what is in a folder come to it."""
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & PASSABLE != PASSABLE:
        folder.chmod(mode | PASSABLE)
