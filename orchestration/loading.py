"""Loading large libraries without Python's search for unreachable objects.

What a library makes as it loads stays until the process ends, yet Python walks through all of it again and
again while it grows: a seventh of the time of a process that lives for half a minute.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager

# New objects until the next search: Python's own 700 are for programs that hold little.
SELDOM = 50_000


def hold_search() -> None:
    """Stop searching until `resume_search`."""
    gc.disable()


def resume_search() -> None:
    """Search again, seldom, and only among what was made since."""
    gc.freeze()
    gc.set_threshold(SELDOM)
    gc.enable()


@contextmanager
def loading() -> Generator[None]:
    """For the imports within."""
    hold_search()
    try:
        yield
    finally:
        resume_search()
