"""Whether the disk has room for a run: to find out before the first file is written spares a half-made night."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from orchestration.intake.landing import Landing
from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import NothingPublished
from orchestration.settings import DataFolder

MB = 1_000_000
LEAST = 100 * MB
# A submission is copied, read and judged: typed rows, verdicts and identifiers take less than it did itself.
TIMES_NEW = 3


def refuse_without_room(folder: DataFolder, ledger: Ledger, landing: Landing) -> None:
    """Raise NothingPublished where the disk cannot hold what a run is about to make."""
    free = shutil.disk_usage(folder.root).free
    needed = room_needed(folder, ledger, landing)
    if free < needed:
        raise NothingPublished(
            f"the disk of the data folder has {free // MB:,} MB free and a run needs about {needed // MB:,} MB:"
            " make room there; the next run goes on by itself"
        )


def room_needed(folder: DataFolder, ledger: Ledger, landing: Landing) -> int:
    """Bytes that a run may take: as much again as the last one left, and what is new."""
    known = {version.name for version in ledger.versions()}
    new = (path for one in landing.submissions if one.name not in known for path in one.files)
    return LEAST + _size(_files_in(folder.work, folder.warehouse)) + TIMES_NEW * _size(new)


def _files_in(*places: Path) -> Iterable[Path]:
    return (
        Path(top) / name for place in places for top, _, names in os.walk(place) for name in names
    )


def _size(paths: Iterable[Path]) -> int:
    """Bytes of the files that are still there."""
    return sum(path.stat().st_size for path in paths if path.exists())
