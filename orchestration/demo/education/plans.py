"""Requests for education, health and care needs assessments and the plans that follow, from 2006 on.

A request is about a pupil of the register, so that SEN2 and the key stage files know the same pupils: whoever
has a plan in January is `E` in that year's results.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo.areas import Area
from orchestration.demo.days import NEVER, ages, as_dates, first_day
from orchestration.demo.draws import Draws, keys_of
from orchestration.demo.education import intensities
from orchestration.demo.education.calendar import birth_days, month_number, year_of
from orchestration.demo.education.pupils import cohorts_of, key_of_pupil, size_of_cohort
from orchestration.demo.education.spread import evened

REQUESTS = 13  # names the requests' keys among all others
FIRST_MONTH = month_number(2006, 1)
ROOM = 4_096  # requests of a month
DAYS_PER_YEAR = 365.25
OLDEST = 25
# Requests follow the school year: few in August. The twelve average 1. [shape]
SEASON = (1.05, 1.0, 1.2, 0.85, 1.1, 1.15, 1.15, 0.5, 0.8, 1.05, 1.15, 1.0)


def requests_of(area: Area, draws: Draws, last_month: int) -> pd.DataFrame:
    """One row per request up to a month, with all that follows; what has not come is NEVER."""
    found = _received(area, draws, last_month)
    key = found["key"].to_numpy()
    received = found["received"].to_numpy()
    decided = received + draws.days(key, "decision", intensities.DECISION_DAYS)
    level = draws.uniform(key, "course")
    refused = level < intensities.REQUEST_REFUSED
    withdrawn = level > 1 - intensities.REQUEST_WITHDRAWN
    assessed = ~refused & ~withdrawn
    no_plan = assessed & draws.chance(key, "no plan", intensities.ASSESSED_WITHOUT_PLAN)
    moved_in = draws.chance(key, "moved in", intensities.PLAN_MOVED_IN)
    issued, excepted = _issued(draws, key, received, assessed & ~no_plan)
    found = found.assign(
        decided=decided,
        refused=refused,
        withdrawn=withdrawn,
        no_plan=no_plan,
        assessed=np.where(no_plan, received + 112, np.where(assessed, issued - 21, NEVER)),
        issued=issued,
        excepted=excepted,
        moved_in=moved_in,
        ceased=_ceased(draws, key, found["birth"].to_numpy(), issued),
    )
    return _one_plan_each(found)


def _received(area: Area, draws: Draws, last_month: int) -> pd.DataFrame:
    months = range(FIRST_MONTH, last_month + 1)
    numbers = [np.zeros(0, dtype=np.int64)]
    for month in months:
        year = year_of(month)
        children = area.children_in(np.array([year]))[0] / 10_000
        mean = intensities.in_year(intensities.PLAN_REQUESTS, year) * children / 12
        count = draws.counts("plan requests", month).poisson(mean * SEASON[month % 12])
        numbers.append((month - FIRST_MONTH) * ROOM + np.arange(min(int(count), ROOM)))
    number = np.concatenate(numbers)
    key = keys_of(REQUESTS, number)
    month = number // ROOM + FIRST_MONTH
    starts = np.array([first_day(int(one)) for one in range(FIRST_MONTH, last_month + 2)])
    begin, after = starts[month - FIRST_MONTH], starts[month - FIRST_MONTH + 1]
    received = begin + (draws.uniform(key, "received") * (after - begin)).astype(np.int64)
    return _with_pupils(
        area, draws, pd.DataFrame({"number": number, "key": key, "received": received})
    )


def _with_pupils(area: Area, draws: Draws, found: pd.DataFrame) -> pd.DataFrame:
    """Say which pupil of the register each request is about."""
    key = found["key"].to_numpy()
    age = intensities.REQUEST_AGE_YEARS.at(draws.uniform(key, "age at request"))
    cohort = cohorts_of(
        found["received"].to_numpy() - np.rint(age * DAYS_PER_YEAR).astype(np.int64)
    )
    sizes = {int(one): size_of_cohort(area, int(one)) for one in np.unique(cohort)}
    size = np.array([sizes[int(one)] for one in cohort], dtype=np.int64)
    place = (draws.uniform(key, "pupil") * size).astype(np.int64)
    pupil = key_of_pupil(cohort, place)
    birth = np.empty(len(found), dtype=np.int64)
    for one in sizes:
        here = cohort == one
        birth[here] = birth_days(one, draws.uniform(pupil[here], "born"))
    return found.assign(cohort=cohort, place=place, pupil=pupil, birth=birth)


def _issued(
    draws: Draws, key: np.ndarray, received: np.ndarray, gets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The day of the plan, and whether an exception to the time limit applied."""
    year = as_dates(received + 125).astype("datetime64[Y]").astype(np.int64) + 1970

    def by_year(table: dict[int, float]) -> np.ndarray:
        shares = {int(one): intensities.in_year(table, int(one)) for one in np.unique(year)}
        return np.array([shares[int(one)] for one in year])

    excepted = evened(draws.uniform(key, "exception"), year) < by_year(intensities.PLAN_EXCEPTION)
    level = evened(draws.uniform(key, "in time"), year, excepted, gets)
    share = np.where(
        excepted,
        by_year(intensities.PLAN_IN_TIME_WITH_EXCEPTION),
        by_year(intensities.PLAN_IN_TIME),
    )
    quick = draws.days(key, "plan", intensities.PLAN_DAYS_IN_TIME)
    slow = draws.days(key, "plan late", intensities.PLAN_DAYS_LATE)
    days = np.where(level < share, quick, slow)
    return np.where(gets, received + days, NEVER), excepted & gets


def _ceased(draws: Draws, key: np.ndarray, birth: np.ndarray, issued: np.ndarray) -> np.ndarray:
    age = intensities.PLAN_ENDS_AGE_YEARS.at(draws.uniform(key, "plan ends"))
    end = birth + (age * DAYS_PER_YEAR).astype(np.int64)
    least = issued + 200 + (draws.uniform(key, "plan lasts") * 900).astype(np.int64)
    latest = birth + int(OLDEST * DAYS_PER_YEAR)
    return np.where(issued < NEVER, np.minimum(np.maximum(end, least), latest), NEVER)


def _one_plan_each(found: pd.DataFrame) -> pd.DataFrame:
    """A pupil with a plan makes no further request; nor does one of 25."""
    found = found.sort_values(["received", "key"], ignore_index=True)
    pupil = found["pupil"]
    so_far = found.groupby(pupil)["issued"].cummin()
    earlier = so_far.groupby(pupil).shift(1, fill_value=NEVER)
    young = ages(found["birth"].to_numpy(), np.minimum(found["issued"], NEVER - 1)) < OLDEST
    keeps = (earlier == NEVER) & (young | (found["issued"] == NEVER))
    return found[keeps].reset_index(drop=True)


def with_plan(requests: pd.DataFrame, day: int) -> np.ndarray:
    """The keys of the pupils who have a plan on a day."""
    has = (requests["issued"] <= day) & (requests["ceased"] > day)
    return requests.loc[has, "pupil"].to_numpy()
