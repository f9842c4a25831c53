"""The faults of real education files, a few per file: rows twice, codes of no list, impossible figures.

A fault depends on file and row, so the next extract does not have it, as when somebody puts it right.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo.draws import Draws, keys_of
from orchestration.demo.education import intensities as of_education

FAULTS = 17  # names the faults' keys among all others
# A column that takes a code of no list, and which code; a figure that cannot be.
WRONG_CODES = {
    "ks2": ("ethnicity", "ZZZZ"), "ks4": ("ethnicity", "ZZZZ"), "nccis": ("activity_code", "999"),
    "epep": ("qa_rating", "TBC"), "admissions": ("nc_year", "0"),
}  # fmt: skip
WRONG_FIGURES = {"attendance": "attended_sessions"}
REPEATED = frozenset({"ks2", "ks4", "nccis", "admissions", "attendance"})


def with_faults(frame: pd.DataFrame, source: str, month: int, draws: Draws) -> pd.DataFrame:
    """The file with its faults."""
    key = keys_of(FAULTS, month, np.arange(len(frame)))
    if source in WRONG_CODES and WRONG_CODES[source][0] in frame:
        column, code = WRONG_CODES[source]
        wrong = draws.chance(key, f"{source} code", of_education.CODE_WRONG)
        frame = frame.assign(**{column: np.where(wrong, code, frame[column])})
    if source in WRONG_FIGURES:
        column = WRONG_FIGURES[source]
        wrong = draws.chance(key, f"{source} figure", of_education.FIGURE_WRONG)
        frame = frame.assign(**{column: np.where(wrong, frame[column] * 10, frame[column])})
    if source in REPEATED:
        twice = draws.chance(key, f"{source} twice", of_education.ROW_TWICE)
        places = np.sort(np.concatenate([np.arange(len(frame)), np.flatnonzero(twice)]))
        frame = frame.iloc[places]
    return frame
