"""Columns as the files write them."""

from __future__ import annotations

import numpy as np

from orchestration.demo.days import NEVER, Days, as_dates


def iso_days(days: Days, until: int = NEVER - 1) -> np.ndarray:
    """Days as YYYY-MM-DD; blank when they lie after `until`, or never come."""
    days = np.asarray(days, dtype=np.int64)
    texts = np.datetime_as_string(as_dates(np.minimum(days, NEVER))).astype(object)
    return np.where(days <= until, texts, "")


def british_days(days: Days, separator: str = "/") -> np.ndarray:
    """Days as DD/MM/YYYY; blank where there is none (NEVER, or before 1950)."""
    days = np.asarray(days, dtype=np.int64)
    known = (days < NEVER) & (days > -7_305)
    texts = np.datetime_as_string(as_dates(np.where(known, days, 0)))
    turned = [f"{text[8:]}{separator}{text[5:7]}{separator}{text[:4]}" for text in texts]
    return np.where(known, np.array(turned, dtype=object), "")


def numbers(values: np.ndarray, decimals: int = 0) -> np.ndarray:
    """Numbers as texts; blank where there is none."""
    rounded = np.round(np.asarray(values, dtype=np.float64), decimals) + 0.0
    texts = np.array([f"{value:.{decimals}f}" for value in rounded.tolist()], dtype=object)
    return np.where(np.isnan(rounded), "", texts)


def flags(values: np.ndarray) -> np.ndarray:
    """1 and 0."""
    return np.where(values, "1", "0").astype(object)


def letters(values: np.ndarray) -> np.ndarray:
    """Y and N."""
    return np.where(values, "Y", "N").astype(object)


def sexes(is_boy: np.ndarray) -> np.ndarray:
    """M and F."""
    return np.where(is_boy.astype(bool), "M", "F").astype(object)
