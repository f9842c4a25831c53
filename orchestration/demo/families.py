"""Who comes to notice: families referred for the first time, their children, contacts and early help.

The population is a stock of known size: only children who come to notice exist one by one. What happens to
them afterwards is in `cases.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from orchestration.demo import intensities
from orchestration.demo.areas import Area
from orchestration.demo.days import (
    Days,
    by_year,
    financial_years,
    first_day,
    parse_month,
    working_days_of,
)
from orchestration.demo.draws import Draws, Keys, keys_of

# Early enough that a child in care since birth has left it, whichever month is written first.
EPOCH = parse_month("2003-04")
EARLIEST_MONTH = parse_month("2012-04")
# A month has room for so many arrivals of a kind, a family for so many children, so that a number names one
# of them for good and no later month changes it. The digit keeps the kinds apart in the children's ids.
ROOM = {"families": 4_096, "unaccompanied": 4_096, "contact": 32_768, "early_help": 32_768}
DIGITS = {"families": 1, "unaccompanied": 2, "contact": 3, "early_help": 4}
SIBLINGS = 8
DAYS_PER_YEAR = 365.25
ANY_DAY = 0.03

ETHNICITIES = {
    "WBRI": 0.27, "WIRI": 0.01, "WIRT": 0.01, "WOTH": 0.15, "WROM": 0.02, "MWBC": 0.05, "MWBA": 0.03,
    "MWAS": 0.03, "MOTH": 0.06, "AIND": 0.03, "APKN": 0.03, "ABAN": 0.02, "AOTH": 0.05, "BCRB": 0.04,
    "BAFR": 0.10, "BOTH": 0.03, "CHNE": 0.01, "OOTH": 0.05, "NOBT": 0.037, "REFU": 0.003,
}  # fmt: skip
# Those who arrive alone come from other countries than the borough's families.
UNACCOMPANIED_ETHNICITIES = {"OOTH": 0.45, "BAFR": 0.25, "AOTH": 0.17, "WOTH": 0.13}
BOYS, UNACCOMPANIED_BOYS = 0.515, 0.93
FEMALE, MALE = 0, 1


def _drift(draws: Draws, months: range) -> np.ndarray:
    """Slow swings of demand: one factor per month, which a later month does not change."""
    level, levels = 0.0, []
    for month in range(EPOCH, months.stop):
        shock = draws.counts("drift", month).normal(0.0, intensities.DRIFT_SIZE)
        level = intensities.DRIFT_MEMORY * level + shock
        levels.append(np.exp(level))
    return np.array(levels)[months.start - EPOCH :]


def _expected(
    area: Area, table: Mapping[int, float], season: tuple[float, ...], months: range
) -> np.ndarray:
    """Children expected in each month, from an intensity per 10,000 and year."""
    starts = np.array([first_day(month) for month in months], dtype=np.int64)
    children = area.children_in(financial_years(starts) - 1)
    of_season = np.array([season[month % 12] for month in months])
    return by_year(table, starts) * of_season * children / 10_000 / 12


def _arrivals(draws: Draws, label: str, expected: np.ndarray, months: range) -> pd.DataFrame:
    """One row per arrival: a running number, its key and its day."""
    numbers = [np.zeros(0, dtype=np.int64)]
    for month, mean in zip(months, expected, strict=True):
        count = min(int(draws.counts(label, month).poisson(mean)), ROOM[label])
        numbers.append((month - EPOCH) * ROOM[label] + np.arange(count))
    number = np.concatenate(numbers)
    key = keys_of(DIGITS[label], number)
    start = _days(draws, key, number // ROOM[label] + EPOCH)
    return pd.DataFrame({"number": number, "key": key, "start": start, "digit": DIGITS[label]})


def _days(draws: Draws, keys: Keys, months: np.ndarray) -> Days:
    """A day of the month: nearly always a working day."""
    level = draws.uniform(keys, "day of month")
    starts = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    ends = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    days = starts + (level * (ends - starts)).astype(np.int64)
    on_any = draws.chance(keys, "any day", ANY_DAY)
    for month in np.unique(months):
        here = (months == month) & ~on_any
        working = working_days_of(int(month))
        days[here] = working[(level[here] * len(working)).astype(np.int64)]
    return days


def first_referrals(area: Area, draws: Draws, end_month: int) -> pd.DataFrame:
    """One row per family, or child alone, on the day of its first referral."""
    months = range(EPOCH, end_month + 1)
    sizes = intensities.FAMILY_SIZES
    mean_size = sum(size * share for size, share in enumerate(sizes, start=1)) / sum(sizes)
    expected = _expected(area, intensities.NEW_REFERRALS, intensities.SEASON, months)
    expected = expected * _drift(draws, months) * area.factors["referrals"] / mean_size
    known = _arrivals(draws, "families", expected, months)
    known["size"] = 1 + draws.options(known["key"].to_numpy(), "size", sizes)
    expected = _expected(area, intensities.UNACCOMPANIED, intensities.UNACCOMPANIED_SEASON, months)
    expected = expected * area.factors["unaccompanied"]
    alone = _arrivals(draws, "unaccompanied", expected, months).assign(size=1)
    families = [known.assign(is_alone=False), alone.assign(is_alone=True)]
    return pd.concat(families, ignore_index=True).sort_values(["start", "key"], ignore_index=True)


def children_of(families: pd.DataFrame, draws: Draws) -> pd.DataFrame:
    """One row per child; `family` is the position of the family, youngest child first."""
    family = np.repeat(families.index.to_numpy(), families["size"])
    place = np.arange(len(family)) - np.repeat(
        np.cumsum(families["size"]) - families["size"], families["size"]
    )
    of_family = families.iloc[family]
    number = of_family["number"].to_numpy() * SIBLINGS + place.to_numpy()
    key = keys_of(of_family["key"].to_numpy(), place.to_numpy())
    children = pd.DataFrame({"family": family, "number": number, "key": key})
    for column, source in (("is_alone", "is_alone"), ("digit", "digit"), ("family_key", "key")):
        children[column] = of_family[source].to_numpy()
    years = _ages_at_first_referral(of_family, key, place.to_numpy(), draws)
    children["birth"] = of_family["start"].to_numpy() - np.rint(years * DAYS_PER_YEAR).astype(
        np.int64
    )
    # The older ones who are of age are not referred.
    children = children[years < 18].reset_index(drop=True)
    return _describe(children, draws)


def _ages_at_first_referral(
    families: pd.DataFrame, key: Keys, place: np.ndarray, draws: Draws
) -> np.ndarray:
    family_key = families["key"].to_numpy()
    youngest = intensities.YOUNGEST_AGE_YEARS.at(draws.uniform(family_key, "youngest"))
    alone = intensities.UNACCOMPANIED_AGE_YEARS.at(draws.uniform(family_key, "age alone"))
    gap = intensities.SIBLING_GAP_YEARS.at(draws.uniform(key, "sibling gap"))
    gap[place == 0] = 0.0
    total = pd.Series(gap).groupby(family_key, sort=False).cumsum().to_numpy()
    return np.where(families["is_alone"].to_numpy(), alone, youngest + total)


def _describe(children: pd.DataFrame, draws: Draws) -> pd.DataFrame:
    key, alone = children["key"].to_numpy(), children["is_alone"].to_numpy()
    boys = np.where(alone, UNACCOMPANIED_BOYS, BOYS)
    children["sex"] = np.where(draws.chance(key, "sex", boys), MALE, FEMALE)
    codes = np.array(list(ETHNICITIES))
    of_family = draws.options(
        children["family_key"].to_numpy(), "ethnicity", list(ETHNICITIES.values())
    )
    of_those = draws.options(key, "ethnicity", list(UNACCOMPANIED_ETHNICITIES.values()))
    own = np.array(list(UNACCOMPANIED_ETHNICITIES))[of_those]
    children["ethnicity"] = np.where(alone, own, codes[of_family])
    children["is_disabled"] = draws.chance(key, "disabled", intensities.DISABLED) & ~alone
    return children


def light_children(area: Area, draws: Draws, label: str, months: range) -> pd.DataFrame:
    """Children of contacts that become no referral ('contact') and of early help ('early_help')."""
    table = {"contact": intensities.CONTACTS, "early_help": intensities.EARLY_HELP}[label]
    expected = (
        _expected(area, {2022: table}, intensities.SEASON, months) * area.factors["referrals"]
    )
    people = _arrivals(draws, label, expected * _drift(draws, months), months)
    key = people["key"].to_numpy()
    years = np.clip(intensities.YOUNGEST_AGE_YEARS.at(draws.uniform(key, "age")), 0.0, 17.9)
    people["birth"] = people["start"].to_numpy() - np.rint(years * DAYS_PER_YEAR).astype(np.int64)
    people["is_alone"] = False
    people["family_key"] = key
    return _describe(people, draws)
