"""In whose name a public pack goes out: what every page and sheet of it says. Without one it is a draft."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from orchestration.reports.content import wording

DRAFT = "Draft, not for publication"
_ISSUED: ContextVar[str | None] = ContextVar("issued", default=None)


@contextmanager
def in_the_name_of(by: str, on: date) -> Generator[None]:
    """Render what a person releases."""
    token = _ISSUED.set(f"Issued by {by} on {wording.day(on)}")
    try:
        yield
    finally:
        _ISSUED.reset(token)


def release_says() -> str:
    """What a page of the public edition says of its release."""
    return _ISSUED.get() or DRAFT
