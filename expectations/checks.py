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
