"""Rules that follow from any contract: `suites` makes them for every table, so that a new source has them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from expectations.checks import AS_AT, OUTCOME, SUBMISSION, Fails, Shape
from expectations.rules.shapes import names, rows

# CIN census rule 8606: a referral at most 40 weeks before the birth.
PREGNANCY = pd.Timedelta(weeks=40)
# Care leavers are in the lists up to 25; nobody in an extract of children is over 30.
OLDEST_YEARS = 30
SEPTEMBER = 9
# The columns of `raw/` that name the fields which the reader of a row could not take, or doubts.
UNREAD, DOUBTED = "unreadable_columns", "doubted_columns"


def born_long_after(events: Sequence[str], born: str) -> Shape:
    """A birth lies no more than 40 weeks after the first of the events about the unborn child."""

    def fails(frame: pd.DataFrame) -> pd.Series:
        first = frame[list(events)].min(axis=1)
        return frame[born] > first + PREGNANCY

    return rows(*events, born, fails=fails)


def of_an_age(born: str) -> Shape:
    """A birth lies within 30 years before, and 40 weeks after, the date of the extract."""
    return rows(AS_AT, born, fails=_implausible(born))


def _implausible(born: str) -> Fails:
    def fails(frame: pd.DataFrame) -> pd.Series:
        day = pd.to_datetime(frame[AS_AT])
        oldest = day - pd.DateOffset(years=OLDEST_YEARS)
        births = pd.to_datetime(frame[born])
        return (births < oldest) | (births > day + PREGNANCY)

    return fails


def key_part_missing(part: str, present: str) -> Shape:
    """A date that tells records apart is there where the date it counts by is."""
    return rows(part, present, fails=lambda frame: frame[part].isna() & frame[present].notna())


def empty_cell(column: str, stored: str) -> Shape:
    """There is a value; one that cannot be read is reported as that."""
    return rows(
        stored, UNREAD, fails=lambda frame: frame[stored].isna() & ~names(frame[UNREAD], column)
    )


def needed_for_code(needed: str, other: str, code: str) -> Shape:
    """A value is there where another column holds a code."""
    return rows(needed, other, fails=lambda frame: frame[needed].isna() & (frame[other] == code))


def age_not_reached(day: str, born: str, years: int, *, if_plausible: bool) -> Shape:
    """A person has not had a birthday on a day; an implausible birth is a fault of its own, told there."""
    implausible = _implausible(born)

    def fails(frame: pd.DataFrame) -> pd.Series:
        days, births = pd.to_datetime(frame[day]), pd.to_datetime(frame[born])
        to_come = (days.dt.month * 100 + days.dt.day) < (births.dt.month * 100 + births.dt.day)
        age = days.dt.year - births.dt.year - to_come
        reached = (age >= years).fillna(False)
        return reached & ~implausible(frame) if if_plausible else reached

    return rows(day, born, AS_AT, fails=fails)


def not_before_known(later: str, earlier: str) -> Shape:
    """A date is not before one of another table; not asked where that one lies ahead, which is reported there."""

    def fails(frame: pd.DataFrame) -> pd.Series:
        known = frame[earlier] <= frame[AS_AT]
        return (frame[later] < frame[earlier]) & known

    return rows(later, earlier, AS_AT, fails=fails)


def first_orphan(there: str, by: str) -> Shape:
    """The first row of a submission with an id that the other table does not have: one question per id."""

    def fails(frame: pd.DataFrame) -> pd.Series:
        orphans = ~frame[there].astype("boolean").fillna(True).astype(bool)
        return orphans & ~frame.assign(orphan=orphans).duplicated([SUBMISSION, by, "orphan"])

    return rows(there, by, fails=fails)


def not_repeated(keys: Sequence[str]) -> Shape:
    """A key is there once among the rows of a submission that were not kept out; no value is a value, too."""

    def fails(frame: pd.DataFrame) -> pd.Series:
        judged = frame[frame[OUTCOME] != "quarantined"]
        again = judged.duplicated([SUBMISSION, *keys], keep=False)
        return again.reindex(frame.index, fill_value=False)

    return rows(*keys, OUTCOME, fails=fails)


def same_within(of: str, value: str) -> Shape:
    """A value is that of most rows of the same submission with the same id; of as many, that of the first."""
    return rows(of, value, OUTCOME, fails=_differs_within(of, value))


def _differs_within(of: str, value: str) -> Fails:
    def fails(frame: pd.DataFrame) -> pd.Series:
        counted = frame[frame[OUTCOME] != "deduplicated"]
        known = counted[[SUBMISSION, of, value]].dropna()
        same_id = known.groupby([SUBMISSION, of], sort=False)[value]
        several = known[same_id.transform("nunique") > 1]
        counted = several.groupby([SUBMISSION, of, value], sort=False)[value].transform("size")
        most = several.assign(counted=counted).sort_values(
            "counted", ascending=False, kind="stable"
        )
        usual = most.groupby([SUBMISSION, of], sort=False)[value].transform("first")
        other = (several[value] != usual.reindex(several.index)).reindex(frame.index)
        return other.fillna(False).astype(bool)

    return fails


def one_birth(of: str, born: str) -> Shape:
    """A person has one date of birth; one that cannot be is reported as that, and not against the others."""
    implausible, differs = _implausible(born), _differs_within(of, born)

    def fails(frame: pd.DataFrame) -> pd.Series:
        return differs(frame.assign(**{born: frame[born].mask(implausible(frame))}))

    return rows(of, born, AS_AT, OUTCOME, fails=fails)


def year_begun(year: str) -> Shape:
    """An academic year, named by the year in which it ends, has begun by the date of the extract."""

    def fails(frame: pd.DataFrame) -> pd.Series:
        day = pd.to_datetime(frame[AS_AT])
        return frame[year] > day.dt.year + (day.dt.month >= SEPTEMBER)

    return rows(year, AS_AT, fails=fails)
