"""Processes that read what others sent: confined in memory and time, used again and again, replaced when they die.

They end with the step that started them, and what they are given reaches them by no file or argument. What is read,
and what becomes of a file that ends its worker, is decided by those who call.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import LifoQueue
from threading import Thread
from typing import Any, Self, TypeVar

import pyarrow as pa

WORKERS = multiprocessing.cpu_count()
# Linux tells here, in pages, what a process has asked for, and refuses it more than RLIMIT_DATA. Elsewhere only the
# processor time is limited.
STATM = Path("/proc/self/statm")
DATA_PAGES = 5

# Our own limits end a process by SIGPROF or by what a library does without memory; a fault of its own, by others again.
FROM_OUTSIDE = frozenset({-signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP})

Result = TypeVar("Result")


@dataclass(frozen=True)
class Allowance:
    """What one piece of work may take: bytes beyond those of a new worker, and seconds of processor time."""

    memory: int
    cpu_seconds: float


class WorkerDied(Exception):
    """The work took more than its allowance, or ended its process in another way."""


class WorkerKilled(Exception):
    """Somebody else ended the process: that says nothing about the work."""

    def __init__(self) -> None:
        super().__init__(
            "the process that reads it was ended from outside: by the system for want of memory, or by an operator"
        )


class NotEnoughMemory(Exception):
    """This process's own limit leaves no room for what the work may take: that says nothing about the work."""


class ConfinedWorkers:
    """At most so many processes, each started when it is needed and replaced when it dies."""

    def __init__(self, most: int = WORKERS) -> None:
        # The one that worked last works next; None is one that has not been started.
        self._idle: LifoQueue[ProcessPoolExecutor | None] = LifoQueue()
        for _ in range(most):
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        """End the processes; whoever called them has been answered."""
        while not self._idle.empty():
            if worker := self._idle.get():
                worker.shutdown()

    def call(self, allowance: Allowance, work: Callable[..., Result], *arguments: object) -> Result:
        """What the work returns or raises; WorkerDied where it ended a process that had done nothing before.

        Raises WorkerKilled where somebody else ended such a process, and NotEnoughMemory before the work is begun.
        """
        _refuse_without_memory(allowance)
        worker, given = self._idle.get(), None
        is_new = worker is None
        worker = worker or _start_worker()
        try:
            given = worker.submit(_work_confined, allowance, work, arguments)
            return given.result()
        except (BrokenProcessPool, MemoryError) as error:
            if given is None and isinstance(error, MemoryError):
                raise
            # The executor alone knows its processes, and forgets them.
            processes = [*(worker._processes or {}).values()]  # noqa: SLF001
            worker.shutdown()
            worker = None
            if is_new:
                killed = any(process.exitcode in FROM_OUTSIDE for process in processes)
                raise (WorkerKilled() if killed else WorkerDied()) from None
        finally:
            # A pool whose thread or process could not be started would answer nobody any more.
            self._idle.put(worker if given else None)
        # What earlier work left behind may have filled the process: a new one decides.
        return self.call(allowance, work, *arguments)


def _refuse_without_memory(allowance: Allowance) -> None:
    """Raise NotEnoughMemory where a process like this one could not hold what is allowed."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY or not STATM.exists():
        return
    addressed = int(STATM.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    if addressed + allowance.memory > limit:
        raise NotEnoughMemory


def _start_worker() -> ProcessPoolExecutor:
    context = multiprocessing.get_context("forkserver")
    # The steps of a night start several workers: what all of them import is imported once.
    context.set_forkserver_preload(["pandas", "orchestration.intake.extract"])
    return ProcessPoolExecutor(1, context, _prepare)


def _prepare() -> None:
    # Ctrl-C reaches every process of a terminal; the run says what happened, its workers only end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent,), daemon=True).start()
    # A core file would hold records.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Arrow's own allocator asks for a gigabyte in advance, which says nothing about a file.
    pa.set_memory_pool(pa.system_memory_pool())
    # A library that ends this process says so at length; the run says it in a sentence.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    _memory_of_new_worker()


def _end_with(parent: BaseProcess) -> None:
    """End this worker when the run is killed: it would wait for ever, or write alongside the next run."""
    parent.join()
    os._exit(1)


@cache
def _memory_of_new_worker() -> int:
    """Bytes that this process had asked for before it did any work; 0 where the platform does not say."""
    if not STATM.exists():
        return 0
    return int(STATM.read_text(encoding="ascii").split()[DATA_PAGES]) * resource.getpagesize()


def _work_confined(
    allowance: Allowance, work: Callable[..., Any], arguments: tuple[object, ...]
) -> Any:
    """The work within its allowance; the system ends this process when the processor time is used up."""
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if held := _memory_of_new_worker():
        resource.setrlimit(resource.RLIMIT_DATA, (held + allowance.memory, most))
    signal.setitimer(signal.ITIMER_PROF, allowance.cpu_seconds)
    try:
        return work(*arguments)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
