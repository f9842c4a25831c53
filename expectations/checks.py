"""What a check is: an expectation about the rows of a table, with words for the person who must act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

Dimension = Literal[
    "completeness", "uniqueness", "consistency", "timeliness", "validity", "accuracy"
]
Fails = Callable[[pd.DataFrame], pd.Series]
# Columns that every judged frame has: which submission a row is of, and the date of that extract.
SUBMISSION, AS_AT = "submission_id", "as_at_date"
# And, for checks that do not decide it, what became of the row.
OUTCOME = "outcome"
# What a cell is read as that holds a code of no list.
UNMAPPED = "unmapped"
# The expectation of our own, for rules that are a function of some columns (`row_expectation`).
OF_OUR_OWN = "ExpectRowsToKeepRule"


@dataclass(frozen=True)
class Shape:
    """The Great Expectations class that evaluates a rule, and its arguments."""

    expectation: str
    arguments: Mapping[str, Any]
    fails: Fails | None = None
    """For the class of our own: the rows that break the rule, of a frame with the columns that it reads."""


@dataclass(frozen=True)
class Check:
    """One check of one table. Row checks never hold an indicator; they quarantine or flag a row."""

    check_id: str
    """`<source>.<table>.<rule>[.<column>]`: stable, so that an issue is recognised next month."""
    source: str
    table: str
    rule: str
    column: str | None
    shape: Shape
    dimension: Dimension
    severity: Literal["error", "warn"]
    quarantines: bool
    message: str
    remedy: str


def row_rule(
    check_id: str,
    shape: Shape,
    dimension: Dimension,
    words: tuple[str, str],
    *,
    quarantines: bool = False,
) -> Check:
    """Declare a rule by its whole name. `words`: what is wrong, and what to do."""
    source, table, rule, *column = check_id.split(".")
    message, remedy = words
    return Check(
        check_id, source, table, rule, column[0] if column else None, shape, dimension, "warn",
        quarantines, message, remedy,
    )  # fmt: skip
