"""Linear programmes as HiGHS keeps them: asked for one goal after another, it goes on from the last answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import highspy
import numpy as np

from orchestration.reports.disclosure.rules import AttackFailed


@dataclass
class Rows:
    """Constraints as they are collected: `low <= sum of weight * column <= high`."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    start: list[int] = field(default_factory=lambda: [0])
    column: list[int] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)

    def add(self, weights: Mapping[int, float], low: float, high: float) -> None:
        """One more constraint, with its weights by column."""
        self.low.append(low)
        self.high.append(high)
        self.column += weights.keys()
        self.weight += weights.values()
        self.start.append(len(self.column))


def programme(rows: Rows, least: np.ndarray, most: np.ndarray, n_whole: int = 0) -> highspy.Highs:
    """Amounts from `least` to `most`, one per column, that keep to the rows; every column costs nothing yet.

    Those of the first `n_whole` columns are whole numbers. Raises AttackFailed.
    """
    found = highspy.HighsLp()
    found.num_row_, found.num_col_ = len(rows.low), len(least)
    found.row_lower_, found.row_upper_ = np.array(rows.low), np.array(rows.high)
    found.col_lower_, found.col_upper_ = least, most
    found.col_cost_ = np.zeros(len(least))
    found.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    found.a_matrix_.start_ = np.array(rows.start)
    found.a_matrix_.index_ = np.array(rows.column, dtype=np.int32)
    found.a_matrix_.value_ = np.array(rows.weight)
    if n_whole:
        found.integrality_ = [
            highspy.HighsVarType.kInteger if column < n_whole else highspy.HighsVarType.kContinuous
            for column in range(len(least))
        ]
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    # The parts of a pack are solved side by side instead.
    solver.setOptionValue("threads", 1)
    if solver.passModel(found) == highspy.HighsStatus.kError:
        raise AttackFailed("a linear programme was refused")
    return solver
