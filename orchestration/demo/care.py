"""The course of a stay in care: how it ends and when, and the steps to adoption.

Placements, legal status and what happens on the way are in `placements.py` and `incidents.py`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo import intensities
from orchestration.demo.days import NEVER, Days, Pace, ages, working_day
from orchestration.demo.draws import Keys
from orchestration.demo.world import World

NO_ROUTE, FROM_ENQUIRY, TEENAGER, UNACCOMPANIED = range(4)
OUTCOMES = tuple(intensities.CARE_OUTCOMES)
HOME, GUARDIAN, ADOPTED, ELSEWHERE, ADULTHOOD = range(5)
YOUNG_AGE = 6
CARE_PACE, GUARDIAN_PACE = Pace(intensities.CARE_ENDING), Pace(intensities.GUARDIAN_ENDING)


def settle(rows: pd.DataFrame, world: World) -> pd.DataFrame:
    """Add outcome and last day of the stay in care, and the days of the steps to adoption; NEVER otherwise."""
    key, start, adult = (rows[name].to_numpy() for name in ("key", "care_start", "adult"))
    in_care = start < NEVER
    outcome = _outcomes(rows, world)
    steps = _steps_to_adoption(key, start, world)
    ends = {
        HOME: CARE_PACE.end(start, world.draws.days(key, "home", intensities.HOME_DAYS)),
        GUARDIAN: working_day(
            GUARDIAN_PACE.end(start, world.draws.days(key, "guardian", intensities.GUARDIAN_DAYS))
        ),
        ADOPTED: steps["adoption"],
        ELSEWHERE: CARE_PACE.end(
            start, world.draws.days(key, "elsewhere", intensities.ELSEWHERE_DAYS)
        ),
        ADULTHOOD: adult,
    }
    end = np.select([outcome == number for number in ends], list(ends.values()))
    outcome = np.where(end >= adult, ADULTHOOD, outcome)
    rows["outcome"] = outcome
    rows["care_end"] = np.where(
        in_care, np.clip(end, start + 1, np.maximum(adult, start + 1)), NEVER
    )
    return _add_adoption(rows, steps, in_care, world)


def _outcomes(rows: pd.DataFrame, world: World) -> np.ndarray:
    key, start = rows["key"].to_numpy(), rows["care_start"].to_numpy()
    age = ages(rows["birth"].to_numpy(), np.minimum(start, rows["adult"]))
    band = np.searchsorted(intensities.CARE_BANDS, age, side="right")
    table = np.array(list(intensities.CARE_OUTCOMES.values()))
    alone = np.array([intensities.UNACCOMPANIED_OUTCOMES[name] for name in OUTCOMES])
    shares = np.where((rows["route"] == UNACCOMPANIED).to_numpy(), alone[:, None], table[:, band])
    edges = np.cumsum(shares, axis=0) / np.sum(shares, axis=0)
    return (world.draws.uniform(key, "outcome") >= edges[:-1]).sum(axis=0)


def _steps_to_adoption(key: Keys, start: Days, world: World) -> dict[str, Days]:
    draw = world.draws.days
    decision = working_day(start + draw(key, "decision", intensities.DECISION_DAYS))
    order = working_day(decision + draw(key, "placement order", intensities.PLACEMENT_ORDER_DAYS))
    match = working_day(
        np.maximum(order + draw(key, "match", intensities.MATCH_DAYS), decision + 14)
    )
    placed = working_day(np.maximum(match, order) + draw(key, "placed", intensities.PLACED_DAYS))
    adoption = working_day(placed + draw(key, "adoption", intensities.ADOPTION_DAYS))
    return {
        "decision": decision,
        "order": order,
        "match": match,
        "placed": placed,
        "adoption": adoption,
    }


def _add_adoption(
    rows: pd.DataFrame, steps: dict[str, Days], in_care: np.ndarray, world: World
) -> pd.DataFrame:
    key, start, end = (rows[name].to_numpy() for name in ("key", "care_start", "care_end"))
    adopted = in_care & (rows["outcome"] == ADOPTED).to_numpy()
    stays = in_care & (rows["outcome"] == ADULTHOOD).to_numpy()
    stays &= ages(rows["birth"].to_numpy(), np.minimum(start, rows["adult"])) < YOUNG_AGE
    reversed_ = stays & world.likely(key, "reversed", intensities.DECISION_REVERSED)
    decided = adopted | reversed_
    stands = world.draws.days(key, "decision stands", intensities.DECISION_STANDS_DAYS)
    for name, applies in (
        ("decision", decided), ("order", decided), ("match", adopted), ("placed", adopted),
    ):  # fmt: skip
        rows[name] = np.where(applies, steps[name], NEVER)
    rows["adoption"] = np.where(adopted, end, NEVER)
    rows["reversed"] = np.where(reversed_, working_day(steps["order"] + stands), NEVER)
    early = adopted & world.likely(
        key, "fostering for adoption", intensities.FOSTERING_FOR_ADOPTION
    )
    rows["early_placement"] = np.where(
        early, start + (world.draws.uniform(key, "early") * 60).astype(int), NEVER
    )
    rows["foster_carer_adopts"] = (
        adopted & ~early & world.likely(key, "carer adopts", intensities.FOSTER_CARER_ADOPTS)
    )
    return rows
