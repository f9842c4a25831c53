"""Chance spread evenly over a group: ranks take the place of free draws.

A cohort has twenty looked-after pupils, a borough a dozen schools that are not good. Drawn freely their means
would swing so far from seed to seed that no intensity could be seen in them.
"""

from __future__ import annotations

from functools import cache
from statistics import NormalDist

import numpy as np
import pandas as pd


def evened(levels: np.ndarray, *groups: np.ndarray) -> np.ndarray:
    """Numbers between 0 and 1 in the order of the draws, evenly spaced within each group."""
    if not len(levels):
        return levels
    frame = pd.Series(levels)
    by = [np.asarray(group) for group in groups] or [np.zeros(len(levels), dtype=np.int64)]
    grouped = frame.groupby(by)
    return ((grouped.rank(method="first") - 0.5) / grouped.transform("size")).to_numpy()


@cache
def _quantiles() -> tuple[np.ndarray, np.ndarray]:
    levels = np.linspace(0.0005, 0.9995, 1_999)
    return levels, np.array([NormalDist().inv_cdf(level) for level in levels])


def normal(levels: np.ndarray) -> np.ndarray:
    """The normal distribution's value at each level (within three and a bit standard deviations)."""
    return np.interp(levels, *_quantiles())
