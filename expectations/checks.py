"""What a check is: an expectation with a severity, a dimension and words for the person who must act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

Dimension = Literal[
    "completeness", "uniqueness", "consistency", "timeliness", "validity", "accuracy"
]


@dataclass(frozen=True)
class Check:
    """One check of one table. Row checks never hold an indicator; they quarantine or flag a row."""

    check_id: str
    """`<source>.<table>.<rule>[.<column>]`: stable, so that an issue is recognised next month."""
    source: str
    table: str
    rule: str
    column: str | None
    dimension: Dimension
    severity: Literal["error", "warn"]
    quarantines: bool
    message: str
    remedy: str
    fails: Callable[[pd.DataFrame], pd.Series] | None = None
    """For a rule that a contract cannot say: the rows of the typed frame that break it."""


def row_rule(
    check_id: str,
    fails: Callable[[pd.DataFrame], pd.Series],
    dimension: Dimension,
    words: tuple[str, str],
) -> Check:
    """A rule that flags rows, by its whole name. `words`: what is wrong, and what to do."""
    source, table, rule, column = check_id.split(".")
    message, remedy = words
    return Check(
        check_id, source, table, rule, column, dimension, "warn",
        quarantines=False, message=message, remedy=remedy, fails=fails,
    )  # fmt: skip
