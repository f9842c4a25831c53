"""Shapes of rules: an expectation that Great Expectations brings, else a function of the columns that it reads."""

from __future__ import annotations

from typing import Any

import pandas as pd

from expectations.checks import AS_AT, OF_OUR_OWN, OUTCOME, SUBMISSION, Fails, Shape

# Later than every date of a record: the end of what is still open.
OPEN_END = pd.Timestamp(2200, 1, 1)
SATURDAY = 5


def rows(*reads: str, fails: Fails) -> Shape:
    """A rule of our own, by the rows that break it: `fails` sees the columns that it reads, and the submission."""
    columns = list(dict.fromkeys((SUBMISSION, *reads)))
    return Shape(OF_OUR_OWN, {"column_list": columns}, fails)


def present(column: str) -> Shape:
    """There is a value, without which something else has to be used instead."""
    return Shape("ExpectColumnValuesToNotBeNull", {"column": column})


def never(column: str, code: str) -> Shape:
    """A code is not used (any more)."""
    return Shape("ExpectColumnValuesToNotBeInSet", {"column": column, "value_set": [code]})


def unmarked(marks: str, column: str) -> Shape:
    """The reader did not name a column among those of the row that it marked."""
    return Shape("ExpectColumnValuesToNotMatchRegex", {"column": marks, "regex": f" {column} "})


def names(marks: pd.Series, column: str) -> pd.Series:
    """Rows whose mark, the list of fields that their reader could not take, names a field (mostly none does)."""
    marked = marks.dropna().astype("string")
    rows = marked.index[marked.str.contains(f" {column} ", regex=False)]
    return pd.Series(marks.index.isin(rows), index=marks.index)


def not_less(larger: str, smaller: str, *, or_equal: bool = True) -> Shape:
    """A number or date is at least another, where both are known."""
    pair: dict[str, Any] = {"column_A": larger, "column_B": smaller, "or_equal": or_equal}
    pair["ignore_row_if"] = "either_value_is_missing"
    return Shape("ExpectColumnPairValuesAToBeGreaterThanB", pair)


def not_after_as_at(column: str) -> Shape:
    """A date does not lie after the date of the extract."""
    return not_less(AS_AT, column)


def unique(*columns: str) -> Shape:
    """A key with all its parts is there once in a submission."""
    key = [SUBMISSION, *columns]
    return Shape(
        "ExpectCompoundColumnsToBeUnique",
        {"column_list": key, "ignore_row_if": "any_value_is_missing"},
    )


def only_together(first: str, second: str) -> Shape:
    """Both fields are there or neither is."""
    return rows(first, second, fails=lambda frame: frame[first].isna() != frame[second].isna())


def not_before_year(column: str, year: int) -> Shape:
    """A date does not lie before a year in which no such record can have begun."""
    return rows(column, fails=lambda frame: frame[column] < pd.Timestamp(year, 1, 1))


def on_a_weekday(column: str) -> Shape:
    """A date is no Saturday or Sunday."""
    return rows(column, fails=lambda frame: frame[column].dt.day_of_week >= SATURDAY)


def not_overlapping(start: str, end: str, kind: str | None = None) -> Shape:
    """A span begins after all earlier ones of the child, of the same kind, in the same submission have ended.

    One may begin on the day another ends. Of rows that are not counted anyway nothing is said.
    """
    of_one_child = [SUBMISSION, "child_key", *([kind] if kind else [])]

    def fails(frame: pd.DataFrame) -> pd.Series:
        counted = frame[frame[OUTCOME] == "loaded"]
        spans = counted.sort_values([*of_one_child, start], kind="stable")
        keys = [spans[name] for name in of_one_child]
        reached = spans[end].fillna(OPEN_END).groupby(keys, dropna=True).cummax()
        before = reached.groupby(keys, dropna=True).shift()
        return (before > spans[start]).fillna(False).reindex(frame.index, fill_value=False)

    return rows(*of_one_child, OUTCOME, start, end, fails=fails)
