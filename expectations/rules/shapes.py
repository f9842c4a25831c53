"""Shapes that rules of several sources share: two fields that go together, two dates in order."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

Fails = Callable[[pd.DataFrame], pd.Series]


def only_together(first: str, second: str) -> Fails:
    """Both fields are there or neither is."""
    return lambda frame: frame[first].isna() != frame[second].isna()


def not_earlier(later: str, earlier: str) -> Fails:
    """A date does not lie before another, where both are known."""
    return lambda frame: (frame[later] < frame[earlier]).fillna(False)


def not_before_year(column: str, year: int) -> Fails:
    """A date does not lie before a year in which no such record can have begun."""
    return lambda frame: (frame[column] < pd.Timestamp(year, 1, 1)).fillna(False)
