"""Hostile files, each read as a run reads it: what it is refused for, and the most memory its worker held."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from expectations.contract import contract_for
from orchestration.intake.readers import FileRejected
from orchestration.intake.reading import read_confined
from orchestration.intake.tables.headings import normalise_heading
from tests.benchmarks.measure import Watch
from tests.hostile_files import KINDS, VARIANTS, Hostile

SAMPLED_SECONDS = 0.005


def _most_of_one() -> int:
    """The most that one of the processes which this one has started, and theirs, ever held, in MiB."""
    return max(map(_most_held, _started_by(os.getpid())), default=0)


def _started_by(process: int) -> Iterator[int]:
    with suppress(OSError):
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            for child in map(int, children.read_text(encoding="ascii").split()):
                yield child
                yield from _started_by(child)


def _most_held(process: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) >> 10
    return 0


def score() -> Iterator[dict[str, Any]]:
    """One line for each hostile file."""
    for kind in KINDS:
        for variant in VARIANTS:
            with tempfile.TemporaryDirectory() as folder:
                yield _measured(kind, variant, kind.write(Path(folder), variant))


def _measured(kind: Hostile, variant: int, path: Path) -> dict[str, Any]:
    known = frozenset(map(normalise_heading, contract_for(kind.source).headings()))
    memory, begun = Watch(_most_of_one, SAMPLED_SECONDS), time.perf_counter()
    memory.start()
    try:
        read_confined(path, known)
        said = "read"
    except FileRejected as refused:
        said = str(refused)
    return {
        "case": f"{kind.name}, {variant}",
        "bytes": path.stat().st_size,
        "wall_seconds": round(time.perf_counter() - begun, 2),
        "worker_peak_mib": memory.stop(),
        "said": said,
    }
