"""What the case system knew on a day: late entries, dates corrected after export, records withdrawn.

Added to a frame of records: `entered` and `withdrawn`, the days on which the record came into the system and
was taken out as entered in error; for an end date `<column>_entered`; for a date that was put right later
`<column>_first` and `<column>_corrected`. `known` reads them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo import intensities
from orchestration.demo.days import NEVER, Days
from orchestration.demo.draws import Draws, Keys


def _entered(days: Days, keys: Keys, draws: Draws, label: str, share: float) -> Days:
    late = draws.chance(keys, f"{label} late", share) & (days < NEVER)
    return days + np.where(
        late, draws.days(keys, f"{label} late days", intensities.LATE_ENTRY_DAYS), 0
    )


def record(frame: pd.DataFrame, draws: Draws, day: str, label: str) -> pd.DataFrame:
    """Say when each record was entered, by the day it is about, and which were withdrawn again."""
    key, days = frame["key"].to_numpy(), frame[day].to_numpy()
    entered = _entered(days, key, draws, label, intensities.LATE_ENTRY)
    wrong = draws.chance(key, f"{label} in error", intensities.WITHDRAWN)
    after = draws.days(key, f"{label} withdrawn after", intensities.CORRECTED_AFTER_DAYS)
    return frame.assign(entered=entered, withdrawn=np.where(wrong, entered + after, NEVER))


def record_end(frame: pd.DataFrame, draws: Draws, column: str, label: str) -> pd.DataFrame:
    """Say when the end of each record was entered."""
    key, days = frame["key"].to_numpy(), frame[column].to_numpy()
    return frame.assign(
        **{f"{column}_entered": _entered(days, key, draws, label, intensities.LATE_END)}
    )


def correct(
    frame: pd.DataFrame, draws: Draws, column: str, label: str, floor: str | None = None
) -> pd.DataFrame:
    """Some dates were first entered a few days off: never later than entered, nor earlier than `floor`."""
    key, days = frame["key"].to_numpy(), frame[column].to_numpy()
    wrong = draws.chance(key, f"{label} corrected", intensities.DATE_CORRECTED) & (days < NEVER)
    shift = draws.days(key, f"{label} correction", intensities.CORRECTION_DAYS)
    entered = frame[f"{column}_entered" if f"{column}_entered" in frame else "entered"].to_numpy()
    first = np.minimum(days + shift, entered)
    if floor is not None:
        first = np.maximum(first, frame[floor])
    after = draws.days(key, f"{label} corrected after", intensities.CORRECTED_AFTER_DAYS)
    return frame.assign(
        **{
            f"{column}_first": np.where(wrong, first, days),
            f"{column}_corrected": np.where(wrong, entered + after, 0),
        }
    )


def known(frame: pd.DataFrame, on: int, day: str | None = None) -> pd.DataFrame:
    """The records as the system held them on a day; dates not known then are NEVER."""
    seen = (
        (frame["entered"] <= on) & (frame["withdrawn"] > on)
        if "withdrawn" in frame
        else frame["entered"] <= on
    )
    if day is not None:
        seen &= frame[day] <= on
    found = frame[seen].copy()
    for column in [name.removesuffix("_first") for name in found if name.endswith("_first")]:
        wrong = found[f"{column}_corrected"] > on
        found[column] = found[column].where(~wrong, found[f"{column}_first"])
    for column in [name.removesuffix("_entered") for name in found if name.endswith("_entered")]:
        found[column] = found[column].where(found[f"{column}_entered"] <= on, NEVER)
    return found
