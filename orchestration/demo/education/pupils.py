"""The register: every pupil of a cohort once, whichever extract shows it, and its lasting attributes.

Children whom social care looks after are not drawn here: `in_care_between` takes them from the simulated case
system, with the pupil number that the SSDA903 return gives them, and the extracts put both together.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo.areas import Area
from orchestration.demo.days import Days, as_dates
from orchestration.demo.draws import Draws, keys_of
from orchestration.demo.education import intensities
from orchestration.demo.education.calendar import birth_days
from orchestration.demo.education.spread import evened
from orchestration.demo.families import BOYS, ETHNICITIES, MALE
from orchestration.demo.history import History
from orchestration.demo.pupil_numbers import (
    KNOWN_TO_CARE,
    OTHER_PUPILS,
    care_serials,
    pupil_numbers,
)
from orchestration.demo.recording import known

REGISTER = 11  # names the register's keys among all others
YEARS_OF_CHILDHOOD = 18
# A pupil number names authority, cohort (of forty) and place in it.
COHORTS, PLACES = 40, 25_000
FIRST_SCHOOL_MONTH = 8  # September, counted from 0


def size_of_cohort(area: Area, cohort: int) -> int:
    """How many children of a cohort the schools and services here ever meet."""
    children = area.children_in(np.array([cohort + 11]))[0] / YEARS_OF_CHILDHOOD
    return min(int(children * intensities.REGISTERED), PLACES)


def key_of_pupil(cohort: np.ndarray | int, place: np.ndarray) -> np.ndarray:
    """The key of the pupil in that place of a cohort."""
    return keys_of(REGISTER, cohort, place)


def pupils_of(area: Area, draws: Draws, cohort: int) -> pd.DataFrame:
    """One row per pupil of a cohort."""
    place = np.arange(size_of_cohort(area, cohort))
    key = key_of_pupil(cohort, place)
    return pd.DataFrame(
        {
            "key": key,
            "place": place,
            "upn": numbers_in_register(area, cohort, place),
            "birth": birth_days(cohort, draws.uniform(key, "born")),
            "is_boy": draws.chance(key, "sex", BOYS),
            "ethnicity": ethnicities(draws, key),
            # Poverty is the pupil's; from which share on it counts is the year's.
            "poverty": evened(draws.uniform(key, "poverty")),
            "is_cared_for": False,
            "is_settled": False,
        }
    )


def numbers_in_register(area: Area, cohort: np.ndarray | int, place: np.ndarray) -> np.ndarray:
    """Pupil numbers by authority, cohort and place."""
    serial = (int(area.dfe_code) * COHORTS + np.asarray(cohort) % COHORTS) * PLACES + place
    return pupil_numbers(OTHER_PUPILS, serial)


def ethnicities(draws: Draws, key: np.ndarray) -> np.ndarray:
    """Ethnicity codes, as in the borough."""
    picked = draws.options(key, "ethnicity", list(ETHNICITIES.values()))
    return np.array(list(ETHNICITIES), dtype=object)[picked]


def looked_after(history: History, day: int, known_on: int) -> pd.DataFrame:
    """The children in care at the end of a day, as the case system holds them on another."""
    found = in_care_between(history, day + 1, day, known_on)
    return found[(found["start"] <= day) & (found["end"] > day)].reset_index(drop=True)


def in_care_between(history: History, begins: int, ends: int, known_on: int) -> pd.DataFrame:
    """One row per child in care on any day of a span (the latest stay), with who it is.

    `is_settled`: for twelve months on the last day, which is what statistics of looked-after pupils are about.
    """
    periods = known(history.periods, known_on)
    here = (periods["start"] <= ends) & (periods["end"] >= begins)
    stays = periods[here & ~periods["is_short_break"]].sort_values(["child", "start"])
    stays = stays.drop_duplicates("child", keep="last")
    children = history.children.iloc[stays["child"]]
    key = children["key"].to_numpy()
    numbers = pupil_numbers(KNOWN_TO_CARE, care_serials(history.draws.uniform(key, "upn")))
    is_alone = children["is_alone"].to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "key": key,
            "child_id": children["id"].to_numpy(),
            # Those who came alone have no number in the return, so none that anything joins on.
            "upn": np.where(is_alone, "", numbers),
            "birth": children["birth"].to_numpy(),
            "is_boy": children["sex"].to_numpy() == MALE,
            "ethnicity": children["ethnicity"].to_numpy(),
            "poverty": 0.0,
            "is_cared_for": True,
            "is_settled": (stays["start"] <= ends - 365).to_numpy(),
            "start": stays["start"].to_numpy(),
            "end": stays["end"].to_numpy(),
        }
    )


def cohorts_of(births: Days) -> np.ndarray:
    """The cohort of each birthday: the year in whose August its school year ends."""
    months = as_dates(births).astype("datetime64[M]").astype(np.int64)
    return 1970 + months // 12 + (months % 12 >= FIRST_SCHOOL_MONTH)
