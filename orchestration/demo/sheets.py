"""The contents of a sheet: columns of texts, numbers and dates, and who it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from orchestration.demo.draws import Keys


class Kind(Enum):
    """How a cell is written. A date after the as-at date, and an empty text, stay blank."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True)
class Column:
    """A heading and one value per row; dates as day numbers, no number as -1."""

    heading: str
    kind: Kind
    values: np.ndarray


@dataclass(frozen=True)
class Sheet:
    """A list as it will be written, with the key and day of entry of each row's record for `faults.py`."""

    name: str
    columns: tuple[Column, ...]
    keys: Keys
    entered: np.ndarray

    @property
    def headings(self) -> list[str]:
        return [column.heading for column in self.columns]

    def values(self, heading: str) -> np.ndarray:
        """The values under a heading."""
        return self.columns[self.headings.index(heading)].values

    def with_values(self, heading: str, values: np.ndarray) -> Sheet:
        """The sheet with other values under one heading."""
        place = self.headings.index(heading)
        changed = replace(self.columns[place], values=values)
        return replace(self, columns=(*self.columns[:place], changed, *self.columns[place + 1 :]))

    def rows(self, places: np.ndarray) -> Sheet:
        """The sheet with these rows, in this order."""
        columns = tuple(replace(column, values=column.values[places]) for column in self.columns)
        return Sheet(self.name, columns, self.keys[places], self.entered[places])


def texts(heading: str, values: np.ndarray | Sequence[str]) -> Column:
    """A column of texts."""
    return Column(heading, Kind.TEXT, np.asarray(values, dtype=object))


def numbers(heading: str, values: np.ndarray) -> Column:
    """A column of whole numbers."""
    return Column(heading, Kind.NUMBER, np.asarray(values, dtype=np.int64))


def dates(heading: str, values: np.ndarray) -> Column:
    """A column of days."""
    return Column(heading, Kind.DATE, np.asarray(values, dtype=np.int64))
