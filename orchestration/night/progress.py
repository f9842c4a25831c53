"""How far a step is: said to whoever listens to this logger, such as the bars of `cypp run`. Counts only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]
LOGGER = logging.getLogger("cypp.progress")


def say_progress(step: str, done: int, total: int) -> None:
    """Say that so many of the parts of a step are done."""
    LOGGER.info("%s: %d of %d", step, done, total)


class _Listener(logging.Handler):
    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.args, tuple):
            self._progress(*record.args)  # ty: ignore[invalid-argument-type]


@contextmanager
def shown_by(progress: Progress) -> Generator[None]:
    """Pass what steps say on to a display, in this process."""
    listener, before = _Listener(progress), LOGGER.level
    LOGGER.addHandler(listener)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    try:
        yield
    finally:
        LOGGER.removeHandler(listener)
        LOGGER.setLevel(before)
        LOGGER.propagate = True
