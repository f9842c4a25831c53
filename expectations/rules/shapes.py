"""Shapes that rules of several sources share: fields that go together, dates in order, spans that overlap."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

Fails = Callable[[pd.DataFrame], pd.Series]
# Later than every date of a record: the end of what is still open.
OPEN_END = pd.Timestamp(2200, 1, 1)
SATURDAY = 5


def is_named(marks: pd.Series, column: str | None) -> pd.Series:
    """Rows whose mark, the list of fields that their reader could not take, names a field (mostly none does)."""
    marked = marks.dropna().astype("string")
    rows = marked.index[marked.str.contains(f" {column} ", regex=False)]
    return pd.Series(marks.index.isin(rows), index=marks.index)


def only_together(first: str, second: str) -> Fails:
    """Both fields are there or neither is."""
    return lambda frame: frame[first].isna() != frame[second].isna()


def not_earlier(later: str, earlier: str) -> Fails:
    """A date does not lie before another, where both are known."""
    return lambda frame: (frame[later] < frame[earlier]).fillna(False)


def not_before_year(column: str, year: int) -> Fails:
    """A date does not lie before a year in which no such record can have begun."""
    return lambda frame: (frame[column] < pd.Timestamp(year, 1, 1)).fillna(False)


def not_after_as_at(column: str) -> Fails:
    """A date does not lie after the date of the extract."""
    return lambda frame: (frame[column] > pd.to_datetime(frame["as_at_date"])).fillna(False)


def on_a_weekday(column: str) -> Fails:
    """A date is no Saturday or Sunday."""
    return lambda frame: (frame[column].dt.day_of_week >= SATURDAY).fillna(False)


def not_overlapping(start: str, end: str, kind: str | None = None) -> Fails:
    """A span begins after all earlier ones of the child, of the same kind, in the same submission have ended.

    One may begin on the day another ends. Of rows that are not counted anyway nothing is said.
    """
    of_one_child = ["submission_id", "child_key", *([kind] if kind else [])]

    def fails(frame: pd.DataFrame) -> pd.Series:
        counted = frame[frame["outcome"] == "loaded"] if "outcome" in frame else frame
        spans = counted.sort_values([*of_one_child, start], kind="stable")
        keys = [spans[name] for name in of_one_child]
        reached = spans[end].fillna(OPEN_END).groupby(keys, dropna=True).cummax()
        before = reached.groupby(keys, dropna=True).shift()
        return (before > spans[start]).fillna(False).reindex(frame.index, fill_value=False)

    return fails


def missing(column: str) -> Fails:
    """A value without which something else has to stand in for it."""
    return lambda frame: frame[column].isna()


def holds(column: str, code: str) -> Fails:
    """A code that counts, but should not be used any more."""
    return lambda frame: (frame[column] == code).fillna(False)
