"""What each group adds to the change of a figure on the year before: parts that sum to the change.

Of a rate a group's part is the change of its own count per head of everybody. Of a share it is taken apart
(Kitagawa, 1955): how the group's own share moved, and how its size among all moved, against the average of both years.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

BY = ["indicator_id", "area_code", "breakdown"]
WHOLE = ["whole", "of_whole", "whole_before", "of_whole_before"]
COUNTS = ["numerator", "denominator", "numerator_before", "denominator_before", *WHOLE]
SCALE = {"rate_per_10k": 10_000.0, "percentage": 100.0}


def parts_of_change(groups: pd.DataFrame) -> pd.DataFrame:
    """Add `change`, `part`, `own_part` and `size_part` to the groups of breakdowns that count everybody once.

    `groups`: a row per group with its counts (`numerator`, `denominator`, the same `_before`) and those of all
    (`whole`, `of_whole`, the same `_before`). Of a rate, which has no denominator of a group, `own_part` and `size_part`
    are null.
    """
    groups = groups.astype(dict.fromkeys(COUNTS, "float64"))
    found = groups[_counts_everybody_once(groups)].copy()
    scale = found["kind"].map(SCALE).fillna(1.0).astype("float64")
    now, before = found["of_whole"], found["of_whole_before"]
    value, value_before = found["whole"] / now, found["whole_before"] / before
    found["change"] = (value - value_before) * scale
    is_share = found["kind"] != "rate_per_10k"
    size, size_before = found["denominator"] / now, found["denominator_before"] / before
    own = found["numerator"] / found["denominator"].replace(0, np.nan)
    own_before = found["numerator_before"] / found["denominator_before"].replace(0, np.nan)
    # A group that one of the years lacks has no share of its own to move: only its size did.
    own, own_before = own.fillna(own_before).fillna(0.0), own_before.fillna(own).fillna(0.0)
    moved = (size + size_before) / 2 * (own - own_before)
    grown = (size - size_before) * ((own + own_before) - (value + value_before)) / 2
    of_rate = found["numerator"] / now - found["numerator_before"] / before
    found["own_part"] = (moved * scale).where(is_share)
    found["size_part"] = (grown * scale).where(is_share)
    found["part"] = (moved + grown).where(is_share, of_rate) * scale
    return found


def _counts_everybody_once(groups: pd.DataFrame) -> pd.Series:
    """Whether a breakdown's groups have, in both years, all that the figure counts, each once."""
    totals = groups.groupby(BY)[["numerator", "numerator_before"]].transform("sum")
    is_whole = np.isclose(totals["numerator"], groups["whole"]) & np.isclose(
        totals["numerator_before"], groups["whole_before"]
    )
    of = groups.groupby(BY)[["denominator", "denominator_before"]].transform("sum")
    is_whole_too = np.isclose(of["denominator"], groups["of_whole"]) & np.isclose(
        of["denominator_before"], groups["of_whole_before"]
    )
    is_rate = (groups["kind"] == "rate_per_10k").to_numpy()
    return pd.Series(is_whole & (is_rate | is_whole_too), index=groups.index)
