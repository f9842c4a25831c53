"""The steps before publication, begun while Dagster still loads.

Dagster needs some seconds of one core before its first step begins; meanwhile a thread takes in, checks and
has dbt transform. Dagster's steps then wait for what they are about, and an error shows in its own step.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from queue import SimpleQueue

from orchestration.checks.statutory import Statutory
from orchestration.checks.tables import TableCheck
from orchestration.intake.submissions import TakenIn
from orchestration.night.steps import Night, Outcome
from orchestration.warehouse.dbt import FinishedNode
from orchestration.warehouse.inputs import Run


class NightAhead:
    """A `Night` whose steps run in their order by themselves, but for the last one, which replaces what serves."""

    def __init__(self, night: Night, thread: ThreadPoolExecutor) -> None:
        self._night = night
        self._nodes: SimpleQueue[FinishedNode | None] = SimpleQueue()
        self._taken: Future[TakenIn] = thread.submit(night.take_in)
        self._checked: Future[list[tuple[TableCheck, bool]]] = thread.submit(self._check)
        self._told: Future[Run] = thread.submit(self._write_inputs)
        self._transformed: Future[None] = thread.submit(self._transform)
        self.folder = night.folder

    def _check(self) -> list[tuple[TableCheck, bool]]:
        self._taken.result()
        return self._night.check()

    def _write_inputs(self) -> Run:
        self._checked.result()
        return self._night.write_inputs()

    def _transform(self) -> None:
        try:
            self._told.result()
            for node in self._night.transform():
                self._nodes.put(node)
        finally:
            self._nodes.put(None)

    def take_in(self) -> TakenIn:
        """See `Night.take_in`; so with the other steps."""
        return self._taken.result()

    def wait_for_intake(self) -> None:
        """Until landing is taken in, which works in this process, as Dagster's loading does: each would slow the other."""
        wait([self._taken])

    def check(self) -> list[tuple[TableCheck, bool]]:
        return self._checked.result()

    @property
    def statutory(self) -> Statutory:
        """What DfE's rules found; known once `check` has returned."""
        return self._night.statutory

    def write_inputs(self) -> Run:
        return self._told.result()

    def transform(self) -> Iterator[FinishedNode]:
        while (node := self._nodes.get()) is not None:
            yield node
        self._transformed.result()

    def publish(self) -> Outcome:
        """In the caller's thread: nothing that readers see is replaced before Dagster's last step."""
        return self._night.publish()


@contextmanager
def begun(night: Night) -> Generator[NightAhead]:
    """The night's steps on their way; leaving early ends dbt, and the step that runs at its next progress."""
    with ThreadPoolExecutor(1, thread_name_prefix="night") as thread:
        try:
            yield NightAhead(night, thread)
        finally:
            thread.shutdown(wait=False, cancel_futures=True)
            night.interrupt()
