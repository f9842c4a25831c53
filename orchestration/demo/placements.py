"""Placements and legal status of stays in care: one row per episode, as the SSDA903 return counts them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo import intensities
from orchestration.demo.care import (
    ADOPTED,
    ADULTHOOD,
    ELSEWHERE,
    FROM_ENQUIRY,
    GUARDIAN,
    HOME,
    TEENAGER,
    UNACCOMPANIED,
)
from orchestration.demo.days import NEVER, Days, ages, first_day, parse_month
from orchestration.demo.draws import keys_of
from orchestration.demo.world import World

MOST_MOVES = 14
LONG_CARE_AGE = 14
EMERGENCY, EMERGENCY_DAYS = 0.12, 3
# Placement types by age at their start (under 5, 5-11, 12-15, 16 and over), and of those who came alone.
PLACE_BANDS = (5, 12, 16)
PLACES = {
    "U6": (0.66, 0.50, 0.44, 0.25), "U4": (0.08, 0.20, 0.20, 0.12), "U3": (0.14, 0.10, 0.04, 0.01),
    "U1": (0.04, 0.08, 0.05, 0.02), "P1": (0.05, 0.05, 0.04, 0.02),
    "K2": (0.0, 0.07, 0.21, 0.13), "K1": (0.0, 0.0, 0.01, 0.01), "R3": (0.0, 0.0, 0.01, 0.0),
    "H5": (0.0, 0.0, 0.0, 0.34), "P2": (0.0, 0.0, 0.0, 0.10),
}  # fmt: skip
PLACES_ALONE = {"U6": 0.42, "H5": 0.43, "P2": 0.13, "U4": 0.02}
# Changes by collection year: from the return of 2025 supported accommodation has a code of its own, and new
# placements under the codes that it replaces end a year later.
SUPPORTED = "K3"
SUPPORTED_FROM = {"H5": first_day(parse_month("2024-04")), "P2": first_day(parse_month("2025-04"))}
PROVIDERS = {"PR1": 0.40, "PR2": 0.05, "PR4": 0.43, "PR5": 0.12}
PARENTS_OR_RELATIVES = ("U1", "U2", "U3", "P1")
RESIDENTIAL = ("K1", "K2", "R3")
CHANGE_REASONS = {
    "CARPL": 0.42, "CLOSE": 0.03, "ALLEG": 0.02, "STAND": 0.02, "CREQB": 0.14, "CREQO": 0.12, "CHILD": 0.09,
    "LAREQ": 0.06, "PLACE": 0.05, "OTHER": 0.05,
}  # fmt: skip
CEASE_REASONS = {
    HOME: {"E4A": 0.62, "E4B": 0.28, "E13": 0.10},
    GUARDIAN: {"E47": 0.58, "E45": 0.17, "E46": 0.13, "E48": 0.02, "E41": 0.10},
    ADOPTED: {"E11": 0.3, "E12": 0.7},
    ELSEWHERE: {"E3": 0.28, "E8": 0.42, "E9": 0.16, "E16": 0.13, "E2": 0.01},
    ADULTHOOD: {"E5": 0.42, "E6": 0.18, "E17": 0.2, "E7": 0.12, "E8": 0.08},
}
AGE_ASSESSED = "E15"  # assessed as an adult: those who came alone only


def cease_reasons(periods: pd.DataFrame, world: World) -> np.ndarray:
    """The code of how each stay ends."""
    key, outcome = periods["key"].to_numpy(), periods["outcome"].to_numpy()
    codes = np.full(len(periods), "E8", dtype=object)
    for number, reasons in CEASE_REASONS.items():
        picked = world.draws.options(key, "cease reason", list(reasons.values()))
        codes = np.where(outcome == number, np.array(list(reasons), dtype=object)[picked], codes)
    alone = (periods["route"] == UNACCOMPANIED).to_numpy() & (outcome == ELSEWHERE)
    reset = alone & world.draws.chance(key, "age assessed", 0.35)
    return np.where(reset, AGE_ASSESSED, codes)


def placements_of(periods: pd.DataFrame, world: World) -> pd.DataFrame:
    """One row per episode: period, start, end, why it began, legal status, placement; `end` as far as known."""
    events = pd.concat([_legal_changes(periods, world), _moves(periods, world)], ignore_index=True)
    events = events[(events["day"] < periods["end"].to_numpy()[events["period"]])]
    by_day = events.groupby(["period", "day"], sort=True)
    episodes = by_day.agg(
        legal=("legal", "last"), move=("move", "max"), same_carer=("same_carer", "max")
    )
    episodes = episodes.reset_index().rename(columns={"day": "start"})
    of_period = episodes.groupby("period")
    is_first = ~episodes["period"].duplicated()
    began = np.select(
        [is_first, episodes["move"].isna(), episodes["legal"].isna()],
        ["S", "L", np.where(episodes["same_carer"] > 0, "T", "P")],
        np.where(episodes["same_carer"] > 0, "U", "B"),
    )
    episodes = episodes.assign(began=began, legal=of_period["legal"].ffill())
    episodes["move"] = of_period["move"].ffill().astype(np.int64)
    following = of_period["start"].shift(-1)
    episodes["is_last"] = following.isna()
    last_end = periods["end"].to_numpy()[episodes["period"]]
    episodes["end"] = np.where(following.isna(), last_end, following.fillna(0)).astype(np.int64)
    return _place(episodes, periods, world)


def _changes(period: np.ndarray, day: Days, **values: object) -> pd.DataFrame:
    empty = {"legal": None, "move": np.nan, "same_carer": 0}
    return pd.DataFrame({"period": period, "day": day, **empty, **values})[day < NEVER]


def _is_emergency(periods: pd.DataFrame, world: World) -> np.ndarray:
    """Whether a stay begins under police protection, which lasts three days (Children Act 1989, s. 46)."""
    level = world.draws.uniform(periods["key"].to_numpy(), "legal")
    return (periods["route"] == FROM_ENQUIRY).to_numpy() & (level < EMERGENCY)


def _legal_changes(periods: pd.DataFrame, world: World) -> pd.DataFrame:
    key, start, route, outcome = (
        periods[name].to_numpy() for name in ("key", "start", "route", "outcome")
    )
    number, level = np.arange(len(periods)), world.draws.uniform(key, "legal")
    emergency = _is_emergency(periods, world)
    first = np.select(
        [
            periods["is_short_break"],
            emergency,
            (route == FROM_ENQUIRY) & (level > 0.5),
            (route == TEENAGER) & (level > 0.95),
        ],
        ["V4", "L1", "C1", "J1"],
        "V2",
    )
    age = ages(periods["birth"].to_numpy(), start)
    stays = np.isin(outcome, (GUARDIAN, ADOPTED)) | ((outcome == ADULTHOOD) & (age < LONG_CARE_AGE))
    stays &= (route == FROM_ENQUIRY) | (route == TEENAGER)
    lag = (world.draws.uniform(key, "legal lag") * 45).astype(np.int64)
    later = np.where(stays & (first == "V2"), start + 20 + lag, NEVER)
    interim = np.where(emergency, start + EMERGENCY_DAYS, later)
    interim_code = np.where(stays, "C1", "V2")
    full = np.where(stays & np.isin(outcome, (ADULTHOOD, GUARDIAN)), start + 190 + 2 * lag, NEVER)
    full = np.where(full < periods["order"], full, NEVER)
    return pd.concat(
        [
            _changes(number, start, legal=first),
            _changes(number, interim, legal=interim_code),
            _changes(number, full, legal="C2"),
            _changes(number, periods["order"].to_numpy(), legal="E1"),
            _changes(number, periods["reversed"].to_numpy(), legal="C2"),
        ]
    )


def _moves(periods: pd.DataFrame, world: World) -> pd.DataFrame:
    key, day = periods["key"].to_numpy(), periods["start"].to_numpy()
    placed, early = periods["placed"].to_numpy(), periods["early_placement"].to_numpy()
    settled = np.minimum(np.minimum(placed, early), periods["end"].to_numpy())
    number = np.arange(len(periods))
    # Some move to other carers on the day the emergency ends.
    moves_on = _is_emergency(periods, world) & world.draws.chance(key, "moves on", 0.5)
    found = [_changes(number, day, move=0)]
    for move in range(1, MOST_MOVES):
        curve = intensities.FIRST_PLACEMENT_DAYS if move == 1 else intensities.NEXT_PLACEMENT_DAYS
        day = day + 1 + world.draws.days(key, f"move {move}", curve)
        if move == 1:
            day = np.where(moves_on, periods["start"] + EMERGENCY_DAYS, day)
        day = np.where((day < settled) & ~periods["is_short_break"], day, NEVER)
        same = world.draws.chance(key, f"same carer {move}", intensities.SAME_CARER).astype(int)
        found.append(_changes(number, day, move=move, same_carer=same))
    at_once = np.maximum(early, periods["start"].to_numpy() + 1)
    found.append(_changes(number, np.where(early < NEVER, at_once, NEVER), move=MOST_MOVES))
    same = ((early < NEVER) | periods["foster_carer_adopts"]).to_numpy().astype(int)
    found.append(_changes(number, placed, move=MOST_MOVES + 1, same_carer=same))
    return pd.concat(found)


def _place(episodes: pd.DataFrame, periods: pd.DataFrame, world: World) -> pd.DataFrame:
    """Say where each episode is; a change of legal status alone leaves the child where it is."""
    of_period = periods.iloc[episodes["period"]].reset_index(drop=True)
    move = episodes["move"].to_numpy()
    key = keys_of(of_period["key"].to_numpy(), move)
    began = episodes.groupby(["period", "move"])["start"].transform("min").to_numpy()
    band = np.searchsorted(PLACE_BANDS, ages(of_period["birth"].to_numpy(), began), side="right")
    shares = np.array(list(PLACES.values()))[:, band]
    edges = np.cumsum(shares, axis=0) / np.sum(shares, axis=0)
    picked = (world.draws.uniform(key, "place") >= edges[:-1]).sum(axis=0)
    place = np.array(list(PLACES), dtype=object)[picked]
    alone = world.draws.options(key, "place alone", list(PLACES_ALONE.values()))
    is_alone = (of_period["route"] == UNACCOMPANIED).to_numpy()
    place = np.where(is_alone, np.array(list(PLACES_ALONE), dtype=object)[alone], place)
    for before, since in SUPPORTED_FROM.items():
        place = np.where((place == before) & (began >= since), SUPPORTED, place)
    own = (
        of_period["foster_carer_adopts"].to_numpy()
        | (of_period["early_placement"] < NEVER).to_numpy()
    )
    place = np.select(
        [move == MOST_MOVES, move == MOST_MOVES + 1], ["U5", np.where(own, "A5", "A6")], place
    )
    place = np.where(of_period["is_short_break"], "U6", place)
    provider = np.array(list(PROVIDERS), dtype=object)[
        world.draws.options(key, "provider", list(PROVIDERS.values()))
    ]
    reason = np.array(list(CHANGE_REASONS), dtype=object)[
        world.draws.options(key, "change reason", list(CHANGE_REASONS.values()))
    ]
    moves_on = ~episodes["is_last"] & (
        episodes.groupby("period")["move"].shift(-1) != episodes["move"]
    )
    return episodes.assign(
        child=of_period["child"].to_numpy(),
        key=keys_of(of_period["key"].to_numpy(), episodes["start"].to_numpy()),
        place_key=key,
        place=place,
        placed_on=began,
        provider=np.where(np.isin(place, PARENTS_OR_RELATIVES), "PR0", provider),
        change_reason=np.where(moves_on, reason, ""),
        cease_reason=np.where(episodes["is_last"], of_period["reason"], "X1"),
    )
