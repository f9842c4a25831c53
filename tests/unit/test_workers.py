"""Confined workers: what takes too much ends its own process and nothing else."""

from __future__ import annotations

import os
import resource
import signal
import time
from threading import Thread

import pytest

from orchestration.workers import (
    Allowance,
    ConfinedWorkers,
    NotEnoughMemory,
    WorkerDied,
    WorkerKilled,
)

MEGABYTE = 1 << 20
ENOUGH = Allowance(64 * MEGABYTE, 60.0)


def _take(n_bytes: int) -> int:
    return len(bytearray(n_bytes))


def _keep_for_ever(n_bytes: int) -> None:
    _KEPT.append(bytearray(n_bytes))


_KEPT: list[bytearray] = []


def _work_for(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def _end_by(number: int) -> None:
    os.kill(os.getpid(), number)


def test_work_within_its_allowance_is_done_by_one_process() -> None:
    with ConfinedWorkers(1) as workers:
        first, second = (workers.call(ENOUGH, os.getpid) for _ in range(2))
        assert workers.call(ENOUGH, _take, 32 * MEGABYTE) == 32 * MEGABYTE

    assert first == second != os.getpid()


@pytest.mark.parametrize(
    ("work", "given"),
    [(_take, 128 * MEGABYTE), (_end_by, signal.SIGABRT), (_end_by, signal.SIGPROF)],
)
def test_work_that_ends_its_process_is_told_and_the_next_one_done(work: object, given: int) -> None:
    with ConfinedWorkers(1) as workers:
        with pytest.raises(WorkerDied):
            workers.call(ENOUGH, work, given)  # ty: ignore[invalid-argument-type]

        assert workers.call(ENOUGH, _take, MEGABYTE) == MEGABYTE


# Not SIGHUP: `nohup` has it ignored.
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_work_whose_process_somebody_else_ends_is_told_apart(number: int) -> None:
    with ConfinedWorkers(1) as workers:
        with pytest.raises(WorkerKilled, match="from outside"):
            workers.call(ENOUGH, _end_by, number)

        assert workers.call(ENOUGH, _take, MEGABYTE) == MEGABYTE


def test_more_memory_is_given_where_more_is_allowed() -> None:
    with ConfinedWorkers(1) as workers:
        assert workers.call(Allowance(256 * MEGABYTE, 60.0), _take, 128 * MEGABYTE)
        with pytest.raises(WorkerDied):
            workers.call(ENOUGH, _take, 128 * MEGABYTE)


def test_processor_time_is_limited_for_each_piece_of_work() -> None:
    allowance = Allowance(64 * MEGABYTE, 0.5)
    with ConfinedWorkers(1) as workers:
        for _ in range(3):
            workers.call(allowance, _work_for, 0.3)
        with pytest.raises(WorkerDied):
            workers.call(allowance, _work_for, 30.0)


def test_what_earlier_work_left_behind_costs_nobody_his_file() -> None:
    with ConfinedWorkers(1) as workers:
        workers.call(ENOUGH, _keep_for_ever, 48 * MEGABYTE)

        assert workers.call(ENOUGH, _take, 48 * MEGABYTE) == 48 * MEGABYTE


def test_what_the_work_raises_is_raised() -> None:
    with ConfinedWorkers(1) as workers, pytest.raises(ValueError, match="invalid literal"):
        workers.call(ENOUGH, int, "x")


def test_process_without_room_for_the_allowance_says_so_before_it_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ConfinedWorkers(1) as workers:
        monkeypatch.setattr(
            resource, "getrlimit", lambda _: (32 * MEGABYTE, resource.RLIM_INFINITY)
        )
        with pytest.raises(NotEnoughMemory):
            workers.call(ENOUGH, os.getpid)
        monkeypatch.undo()
        assert workers.call(ENOUGH, os.getpid) != os.getpid()


def test_pool_that_could_not_start_its_thread_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def start(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    with ConfinedWorkers(1) as workers:
        monkeypatch.setattr(Thread, "start", start)
        with pytest.raises(RuntimeError):
            workers.call(ENOUGH, os.getpid)
        monkeypatch.undo()
        assert workers.call(ENOUGH, os.getpid) != os.getpid()
