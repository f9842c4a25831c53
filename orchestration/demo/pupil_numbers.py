"""Pupil numbers that are valid and nobody's: authority numbers 998 and 999 belong to no authority.

999 marks children whom social care knows, 998 all other pupils, so that no number is given twice. DfE's own rule
on the authority (CIN 1530) therefore asks about each of them, as its rules on postcodes do about `ZZ99`: a number
or an address that they pass could be a child's, and invented data must be distinct from real data at a glance.
"""

from __future__ import annotations

import numpy as np

CHECK_LETTERS = np.array(list("ABCDEFGHJKLMNPQRTUVWXYZ"), dtype=object)
KNOWN_TO_CARE, OTHER_PUPILS = 999, 998
SERIALS = 10**9


def pupil_numbers(authority: int, serials: np.ndarray) -> np.ndarray:
    """Numbers with the right check letter (DfE, Unique pupil numbers guide, 2019, section 9)."""
    numbers = authority * SERIALS + np.asarray(serials, dtype=np.int64)
    places = np.arange(11, -1, -1)
    digits = numbers[:, None] // 10**places % 10
    letters = CHECK_LETTERS[(digits * np.arange(2, 14)).sum(axis=1) % len(CHECK_LETTERS)]
    return letters + numbers.astype(str).astype(object)


def care_serials(levels: np.ndarray) -> np.ndarray:
    """The serials of children known to social care, from numbers between 0 and 1."""
    return (levels * SERIALS).astype(np.int64)
