"""Rules that follow from any contract: `suites` makes them for every table, so that a new source has them."""

from __future__ import annotations

import pandas as pd

from expectations.rules.shapes import Fails, is_named

# CIN census rule 8606: a referral at most 40 weeks before the birth.
PREGNANCY = pd.Timedelta(weeks=40)
# Care leavers are in the lists up to 25; nobody in an extract of children is over 30.
OLDEST_YEARS = 30
SEPTEMBER = 9


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


def empty_cell(column: str, stored: str) -> Fails:
    """There is a value; one that cannot be read is told as that."""
    return lambda frame: frame[stored].isna() & ~is_named(frame["unreadable_columns"], column)


def needed_for_code(needed: str, other: str, code: str) -> Fails:
    """A value is there where another column holds a code."""
    return lambda frame: frame[needed].isna() & (frame[other] == code).fillna(False)


def age_reached(day: str, born: str, years: int, as_at: str) -> Fails:
    """A person has had a birthday on a day; not where the date of birth is a fault of its own."""
    implausible = not_of_an_age(as_at, born)

    def fails(frame: pd.DataFrame) -> pd.Series:
        days, births = pd.to_datetime(frame[day]), pd.to_datetime(frame[born])
        to_come = (days.dt.month * 100 + days.dt.day) < (births.dt.month * 100 + births.dt.day)
        age = days.dt.year - births.dt.year - to_come
        return (age >= years).fillna(False) & ~implausible(frame)

    return fails


def before_known(later: str, earlier: str, as_at: str) -> Fails:
    """A date lies before one of another table; not where that one lies ahead, which is told over there."""

    def fails(frame: pd.DataFrame) -> pd.Series:
        known = frame[earlier] <= pd.to_datetime(frame[as_at])
        return ((frame[later] < frame[earlier]) & known).fillna(False).astype(bool)

    return fails


def first_orphan(there: str, by: str) -> Fails:
    """The first row of a submission with an id that the other table does not have: one question per id."""

    def fails(frame: pd.DataFrame) -> pd.Series:
        orphans = ~frame[there].astype("boolean").fillna(True).astype(bool)
        return orphans & ~frame.assign(orphan=orphans).duplicated(["submission_id", by, "orphan"])

    return fails


def repeated(keys: tuple[str, ...]) -> Fails:
    """A key stands once among the rows of a submission that were not kept out; no value is a value, too."""

    def fails(frame: pd.DataFrame) -> pd.Series:
        judged = frame[frame["outcome"] != "quarantined"]
        again = judged.duplicated(["submission_id", *keys], keep=False)
        return again.reindex(frame.index, fill_value=False)

    return fails


def differs_within(of: str, value: str) -> Fails:
    """A value is another than most rows of the same submission with the same id have; of as many, than the first's."""

    def fails(frame: pd.DataFrame) -> pd.Series:
        counted = frame[frame["outcome"] != "deduplicated"] if "outcome" in frame else frame
        known = counted[["submission_id", of, value]].dropna()
        same_id = known.groupby(["submission_id", of], sort=False)[value]
        several = known[same_id.transform("nunique") > 1]
        counted = several.groupby(["submission_id", of, value], sort=False)[value].transform("size")
        most = several.assign(counted=counted).sort_values(
            "counted", ascending=False, kind="stable"
        )
        usual = most.groupby(["submission_id", of], sort=False)[value].transform("first")
        other = (several[value] != usual.reindex(several.index)).reindex(frame.index)
        return other.fillna(False).astype(bool)

    return fails


def births_differ(of: str, born: str, as_at: str) -> Fails:
    """A person has one date of birth; one that cannot be is told as that, and not against the others."""
    implausible, differs = not_of_an_age(as_at, born), differs_within(of, born)
    return lambda frame: differs(frame.assign(**{born: frame[born].mask(implausible(frame))}))


def year_ahead(year: str, as_at: str) -> Fails:
    """An academic year, named by the year in which it ends, has begun by the date of the extract."""

    def fails(frame: pd.DataFrame) -> pd.Series:
        day = pd.to_datetime(frame[as_at])
        begun = day.dt.year + (day.dt.month >= SEPTEMBER)
        return (frame[year] > begun).fillna(False).astype(bool)

    return fails
