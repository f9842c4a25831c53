"""Files read in confined workers: how much each may take, and what is said of one that takes more.

What is in a file is read by `readers/` and `extract.py`, which know nothing of processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from pathlib import Path

from expectations.contract import Contract
from orchestration.intake.extract import (
    NOT_READ,
    Extraction,
    SubmissionFiles,
    file_in_hand,
    given_up_whole,
    not_read,
    read_files,
    read_version,
)
from orchestration.intake.readers import (
    Block,
    FileRejected,
    Wanted,
    read_file,
    takes_too_much,
)
from orchestration.intake.readers.block import MEGABYTE
from orchestration.intake.readers.dispatch import Kind, kind_of
from orchestration.intake.tables.recognise import RecognisedBlock, recognise
from orchestration.workers import (
    WORKERS,
    Allowance,
    ConfinedWorkers,
    WorkerDied,
    WorkerKilled,
)

# With the 125 MB of a worker that has read nothing less than 500. DfE's Interactive Tool (641,070 rows in 1.7 MB of
# Parquet) takes 230, an SSDA903 set of 485,000 rows (22 MB of text) the same.
FREE_MEMORY = 320 * MEGABYTE
# Bytes in memory for each byte of a file, beyond that.
MEMORY_PER_BYTE = {Kind.TEXT: 12, Kind.XML: 12, Kind.WORKBOOK: 100, Kind.PARQUET: 100}
# The set takes 8 seconds of the processor, the tool's file 3.
FREE_SECONDS = 120.0
SECONDS_PER_MEGABYTE = 4.0


def allowance_for(files: Iterable[Path]) -> Allowance:
    """What files of these kinds and sizes may take, many times what honest ones do."""
    sizes = [(path.lstat().st_size, MEMORY_PER_BYTE[kind_of(path)]) for path in files]
    return Allowance(
        FREE_MEMORY + sum(size * times for size, times in sizes),
        FREE_SECONDS + SECONDS_PER_MEGABYTE * sum(size for size, _ in sizes) / MEGABYTE,
    )


def read_versions(
    versions: Sequence[tuple[SubmissionFiles, Path]], secret: bytes
) -> Iterator[Extraction]:
    """Read each version and write its rows to its folder, in their order and several at a time."""
    most = min(WORKERS, len(versions))
    if not most:
        return
    with ConfinedWorkers(most) as workers, ThreadPoolExecutor(most) as threads:
        begun = [threads.submit(_read_one, workers, version, secret) for version in versions]
        try:
            for version, reading in zip(versions, begun, strict=True):
                try:
                    yield reading.result()
                except WorkerKilled:
                    # Memory may have been short because of the others: once more, alone.
                    wait(begun)
                    yield _read_alone(workers, version, secret)
        finally:
            for reading in begun:
                reading.cancel()


def _read_alone(
    workers: ConfinedWorkers, version: tuple[SubmissionFiles, Path], secret: bytes
) -> Extraction:
    try:
        return _read_one(workers, version, secret)
    except WorkerKilled as killed:
        return not_read(*version, str(killed))


def _read_one(
    workers: ConfinedWorkers, version: tuple[SubmissionFiles, Path], secret: bytes
) -> Extraction:
    """Read a version; a file that ends the worker is given up, and the version read again without it.

    Raises WorkerKilled.
    """
    files, target = version
    while True:
        try:
            return workers.call(allowance_for(files.files), read_version, files, secret, target)
        except WorkerDied:
            in_hand = file_in_hand(target)
        if in_hand is None or in_hand in files.given_up:
            return given_up_whole(files, target)
        files = replace(files, given_up=(*files.given_up, in_hand))


def read_confined(path: Path, known_headings: frozenset[str]) -> list[Block]:
    """The same as `read_file`, in a process that may fail without harm."""
    try:
        with ConfinedWorkers(1) as workers:
            return _read_by(workers, path, known_headings, None)
    except WorkerKilled as killed:
        raise FileRejected(NOT_READ, f"{killed}. Try again") from None


def recognised_blocks(
    contract: Contract, paths: Iterable[Path]
) -> dict[str, list[RecognisedBlock]]:
    """The usable tables of a version as they were received, for checks that need what `raw/` leaves out.

    Raises WorkerKilled: a table that could not be read now is not one that is absent.
    """
    with ConfinedWorkers(1) as workers:
        files, _ = read_files(contract, paths, partial(_read_by, workers))
    found = recognise(contract, files)
    return {name: blocks for name, blocks in found.blocks.items() if name not in found.failed}


def _read_by(
    workers: ConfinedWorkers, path: Path, known_headings: frozenset[str], wanted: Wanted | None
) -> list[Block]:
    """Raises WorkerKilled where its process was ended from outside twice."""
    try:
        try:
            return workers.call(allowance_for([path]), read_file, path, known_headings, wanted)
        except WorkerKilled:
            return workers.call(allowance_for([path]), read_file, path, known_headings, wanted)
    except WorkerDied:
        pass
    raise takes_too_much(path)
