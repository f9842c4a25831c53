"""Which cases of a long proof to run: they are numbered, so that a thousand can be run in slices, and one again."""

from __future__ import annotations

import os


def numbers(variable: str, default: str) -> range:
    """The numbers that an environment variable names, as `7` or `1-20`."""
    first, _, last = os.environ.get(variable, default).partition("-")
    return range(int(first), int(last or first) + 1)
