"""The process that checks: the rows of tables, then what may be published of the figures.

It begins with the night, as loading Great Expectations takes it seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import ParamSpec, TypeVar

from orchestration.loading import loading
from orchestration.workers import worker_pool

Given = TypeVar("Given")
Found = TypeVar("Found")
Arguments = ParamSpec("Arguments")


class Checker:
    """One process, loaded beside the steps before the checks; beside Dagster's own loading it then validates."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def start(self) -> None:
        """Begin to load."""
        self._pool = worker_pool(_load, most=1)
        self._pool.submit(_nothing)

    def each(self, check: Callable[[Given], Found], given: Iterable[Given]) -> Iterator[Found]:
        """What the check finds in each, in their order."""
        assert self._pool is not None  # noqa: S101 -- `start` comes first
        return self._pool.map(check, given)

    def begin(
        self, check: Callable[Arguments, Found], *given: Arguments.args, **named: Arguments.kwargs
    ) -> Future[Found]:
        """A check on its way, beside what the caller does."""
        assert self._pool is not None  # noqa: S101 -- `start` comes first
        return self._pool.submit(check, *given, **named)

    def close(self) -> None:
        """Let the process end; an interrupted one goes no further than the table it is at."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)


def _load() -> None:
    with loading():
        import great_expectations
        import great_expectations.expectations  # noqa: F401 -- loaded for who checks next


def _nothing() -> None:
    """A first task: a pool starts its process with one."""
