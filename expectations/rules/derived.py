"""Rules that follow from any contract: `suites` makes them for every table, so that a new source has them."""

from __future__ import annotations

import pandas as pd

from expectations.rules.shapes import Fails

# CIN census rule 8606: a referral at most 40 weeks before the birth.
PREGNANCY = pd.Timedelta(weeks=40)
# Care leavers are in the lists up to 25; nobody in an extract of children is over 30.
OLDEST_YEARS = 30


def born_long_after(event: str, born: str) -> Fails:
    """A birth lies no more than 40 weeks after an event about the unborn child."""
    return lambda frame: (frame[born] > frame[event] + PREGNANCY).fillna(False)


def not_of_an_age(as_at: str, born: str) -> Fails:
    """A birth lies within 30 years before, and 40 weeks after, the date of the extract."""

    def fails(frame: pd.DataFrame) -> pd.Series:
        day = pd.to_datetime(frame[as_at])
        oldest = day - pd.DateOffset(years=OLDEST_YEARS)
        return ((frame[born] < oldest) | (frame[born] > day + PREGNANCY)).fillna(False)

    return fails


def key_part_missing(part: str, present: str) -> Fails:
    """A date that tells records apart is there where the date it counts by is."""
    return lambda frame: frame[part].isna() & frame[present].notna()
