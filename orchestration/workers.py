"""Processes that work for a step: they end with it, and what they are given reaches them by no file or argument."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.process import BaseProcess
from threading import Thread

WORKERS = multiprocessing.cpu_count()


def worker_pool(prepare: Callable[[], None] | None = None) -> ProcessPoolExecutor:
    """One process per core, each of which first prepares itself."""
    context = multiprocessing.get_context("forkserver")
    # The steps of a night open several pools: what all of them import is imported once.
    context.set_forkserver_preload(["pandas", "orchestration.intake.extract"])
    return ProcessPoolExecutor(WORKERS, context, _start, (prepare,))


def _start(prepare: Callable[[], None] | None) -> None:
    # Ctrl-C reaches every process of a terminal; the run says what happened, its workers only end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent,), daemon=True).start()
    if prepare is not None:
        prepare()


def _end_with(parent: BaseProcess) -> None:
    """End this worker when the run is killed: it would wait for ever, or write beside the next run."""
    parent.join()
    os._exit(1)
