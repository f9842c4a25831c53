"""What is recorded about children in care on the way: missing incidents, health and dental checks, reviews, visits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo import intensities
from orchestration.demo.days import Days, birthdays, by_year, financial_years, months_of
from orchestration.demo.draws import keys_of
from orchestration.demo.world import World

HEALTH, DENTAL, REVIEW, VISIT = range(4)
SCHOOL_AGE_HEALTH, YOUNG_HEALTH, DENTAL_DAYS = 355, 175, 340
# Reviews: within 20 working days, three months later, then every six months (Care Planning Regulations
# 2010, reg. 33).
FIRST_REVIEWS, REVIEW_DAYS = (26, 90), 178
# Visits: in the first week of a placement, then every six weeks, in long-term fostering after a year every three
# months (reg. 28).
FIRST_VISIT_DAYS, VISIT_DAYS, VISIT_DAYS_LONG_TERM, LONG_TERM = 7, 42, 89, ("U1", "U4")
MOST_CHECKS = 48
AWAY_SHARE = 0.3


def incidents_of(periods: pd.DataFrame, world: World, last: int) -> pd.DataFrame:
    """One row per missing ('M') or away ('A') incident: at most two a month."""
    stays = periods[~periods["is_short_break"]]
    begin = np.maximum(
        stays["start"], birthdays(stays["birth"].to_numpy(), intensities.MISSING_AGE)
    )
    end = np.minimum(stays["end"], last + 1)
    rate = intensities.MISSING_MONTHLY.at(
        world.draws.uniform(stays["key"].to_numpy(), "missing rate")
    )
    roams = (rate > 0) & (begin < end).to_numpy()
    stays, begin, end, rate = (
        stays[roams],
        begin[roams].to_numpy(),
        end[roams].to_numpy(),
        rate[roams],
    )
    months = months_of(end) - months_of(begin) + 1
    row = np.repeat(np.arange(len(stays)), months)
    month = (
        np.repeat(months_of(begin), months)
        + np.arange(len(row))
        - np.repeat(np.cumsum(months) - months, months)
    )
    found = []
    for turn in range(2):
        key = keys_of(stays["key"].to_numpy()[row], month, turn)
        first = month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
        day = first + (world.draws.uniform(key, "incident day") * 28).astype(np.int64)
        monthly = rate[row] * by_year(intensities.MISSING_FACTOR, day) / 2
        yearly = keys_of(stays["key"].to_numpy()[row], financial_years(day))
        happens = (
            world.draws.chance(key, "incident", 1 - np.exp(-monthly))
            & world.draws.chance(yearly, "roams", by_year(intensities.MISSING_SHARE, day))
            & (day >= begin[row])
            & (day < end[row])
        )
        frame = pd.DataFrame({"period": stays.index.to_numpy()[row], "key": key, "start": day})
        frame["end"] = np.minimum(
            day + world.draws.days(key, "incident days", intensities.MISSING_DAYS), end[row]
        )
        found.append(frame[happens])
    incidents = (
        pd.concat(found).drop_duplicates(["period", "start"]).sort_values(["period", "start"])
    )
    away = (
        world.draws.chance(incidents["key"].to_numpy(), "away", AWAY_SHARE)
        & world.area.records_away
    )
    return incidents.assign(kind=np.where(away, "A", "M")).reset_index(drop=True)


def checks_of(
    periods: pd.DataFrame, episodes: pd.DataFrame, world: World, last: int
) -> pd.DataFrame:
    """One row per health assessment, dental check, review and visit, by period and day."""
    stays = periods[~periods["is_short_break"]]
    found = []
    for kind in (HEALTH, DENTAL, REVIEW):
        day = stays["start"].to_numpy()
        for number in range(MOST_CHECKS):
            day = day + _wait(kind, number, day, stays, world)
            here = day < np.minimum(stays["end"], last + 1)
            found.append(
                pd.DataFrame({"period": stays.index[here], "kind": kind, "day": day[here]})
            )
            if not here.any():
                break
    checks = pd.concat([*found, _visits(episodes, world, last)], ignore_index=True)
    checks["key"] = keys_of(
        periods["key"].to_numpy()[checks["period"]], checks["kind"], checks["day"]
    )
    return checks.sort_values(["kind", "period", "day"], ignore_index=True)


def _visits(episodes: pd.DataFrame, world: World, last: int) -> pd.DataFrame:
    """One row per visit, placement by placement; those who are late are late again and again."""
    placed = episodes.groupby(["period", "move"], as_index=False).agg(
        start=("start", "min"), end=("end", "max"), place=("place", "first"), key=("place_key", "first")
    )  # fmt: skip
    end = np.minimum(placed["end"].to_numpy(), last + 1)
    start, place = placed["start"].to_numpy(), placed["key"].to_numpy()
    is_prone = world.draws.chance(place, "visited late", intensities.VISITED_LATE)
    share_late = np.where(is_prone, *intensities.VISITS_LATE)
    found, day, number = [], start, 0
    while (day < end).any():
        key = keys_of(place, number)
        is_long_term = placed["place"].isin(LONG_TERM).to_numpy() & (day - start >= 366)
        limit = (
            np.where(is_long_term, VISIT_DAYS_LONG_TERM, VISIT_DAYS) if number else FIRST_VISIT_DAYS
        )
        level = world.draws.uniform(key, "visit")
        is_late = world.draws.uniform(key, "visit late") < share_late
        wait = np.where(is_late, limit * (1 + level) + 1, limit * (0.6 + 0.4 * level))
        day = day + wait.astype(np.int64)
        here = day < end
        found.append(
            pd.DataFrame({"period": placed["period"][here], "kind": VISIT, "day": day[here]})
        )
        number += 1
    return pd.concat(found)


def _wait(kind: int, number: int, day: Days, stays: pd.DataFrame, world: World) -> np.ndarray:
    key = keys_of(stays["key"].to_numpy(), kind, number)
    jitter = (world.draws.uniform(key, "check jitter") * 20).astype(np.int64)
    if kind == REVIEW:
        due = FIRST_REVIEWS[number] if number < len(FIRST_REVIEWS) else REVIEW_DAYS
        is_prone = world.draws.chance(
            stays["key"].to_numpy(), "reviewed late", intensities.REVIEWED_LATE
        )
        share_late = np.where(is_prone, *intensities.REVIEWS_LATE)
        is_late = world.draws.uniform(key, "review late") < share_late
        late = world.draws.days(key, "review days late", intensities.LATE_REVIEW_DAYS)
        return due - jitter // 2 + np.where(is_late, 10 + late, 0)
    if number == 0:
        return 15 + 3 * jitter
    late = world.draws.days(key, "check late", intensities.LATE_CHECK_DAYS)
    if kind == DENTAL:
        in_time = world.draws.chance(
            key, "dental in time", by_year(intensities.DENTAL_ON_TIME, day)
        )
        return DENTAL_DAYS - jitter + np.where(in_time, 0, 30 + late)
    is_young = day + SCHOOL_AGE_HEALTH < birthdays(stays["birth"].to_numpy(), 5)
    in_time = world.draws.chance(key, "health in time", by_year(intensities.HEALTH_ON_TIME, day))
    return (
        np.where(is_young, YOUNG_HEALTH, SCHOOL_AGE_HEALTH)
        - jitter
        + np.where(in_time, 0, 30 + late)
    )
