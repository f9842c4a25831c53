"""SEN2: the modules of an extract, from 1 January of the year before it up to its day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo.days import NEVER, last_day
from orchestration.demo.draws import keys_of
from orchestration.demo.education import intensities as of_education
from orchestration.demo.education.calendar import day_number, year_of
from orchestration.demo.education.plans import REQUESTS
from orchestration.demo.education.pupils import ethnicities, numbers_in_register
from orchestration.demo.education.schooling import Schooling
from orchestration.demo.education.texts import flags, iso_days, sexes
from orchestration.demo.families import BOYS

NEIGHBOUR = "304"


def modules_of(schooling: Schooling, month: int) -> dict[str, pd.DataFrame]:
    """The modules of the extract as at a month's end, by name."""
    as_at = last_day(month)
    found = _in_extract(schooling, as_at, day_number(year_of(month) - 1, 1, 1))
    request = np.array([f"SYNR{number}" for number in found["number"]], dtype=object)
    person = np.array([f"SYNP{number:016X}" for number in found["pupil"]], dtype=object)
    issued = (found["issued"] <= as_at).to_numpy()
    assessed = (found["assessed"] <= as_at).to_numpy()
    return {
        "person": _persons(schooling, found, person),
        "requests": _requests(schooling, found, request, person, as_at),
        "assessment": _assessments(found[assessed], request[assessed], as_at),
        "named_plan": _plans(schooling, found[issued], request[issued], as_at),
        "active_plans": _active_plans(found[issued], request[issued]),
    }


def _in_extract(schooling: Schooling, as_at: int, since: int) -> pd.DataFrame:
    """Requests received, decided or with a plan issued or ceased since a day, undecided or in force on it."""
    every = schooling.requests
    every = every[every["received"] <= as_at]
    last = np.where(
        every["issued"] < NEVER,
        every["ceased"],
        np.where(every["assessed"] < NEVER, every["assessed"], every["decided"]),
    )
    return every[last >= since].reset_index(drop=True)


def _persons(schooling: Schooling, found: pd.DataFrame, person: np.ndarray) -> pd.DataFrame:
    pupil = found["pupil"].to_numpy()
    upn = numbers_in_register(schooling.area, found["cohort"].to_numpy(), found["place"].to_numpy())
    rows = {
        "persontableid": person,
        "surname": "",
        "forename": "",
        "personbirthdate": iso_days(found["birth"].to_numpy()),
        "sex": sexes(schooling.draws.chance(pupil, "sex", BOYS)),
        "ethnicity": ethnicities(schooling.draws, pupil),
        "postcode": "",
        "upn": upn,
        "uniquelearnernumber": "",
        "upnunknown": "",
    }
    return pd.DataFrame(rows).drop_duplicates("persontableid")


def _requests(
    schooling: Schooling, found: pd.DataFrame, request: np.ndarray, person: np.ndarray, as_at: int
) -> pd.DataFrame:
    draws, key = schooling.draws, found["key"].to_numpy()
    decided = (found["decided"] <= as_at).to_numpy()
    outcome = np.select([found["refused"], found["withdrawn"]], ["N", "W"], "Y")
    # Entered without the day on which it came in: nobody can say whether the plan was in time.
    lost = draws.chance(key, "day lost", of_education.RECEIVED_DAY_LOST)
    source = np.array(list("12345"), dtype=object)[
        draws.options(key, "source", (0.42, 0.45, 0.05, 0.05, 0.03))
    ]
    return pd.DataFrame(
        {
            "requeststableid": request,
            "persontableid": person,
            "receiveddate": np.where(lost, "", iso_days(found["received"].to_numpy())),
            "requestsource": source,
            "rya": "0",
            "requestoutcomedate": iso_days(found["decided"].to_numpy(), as_at),
            "requestoutcome": np.where(decided, outcome, "A"),
            "requestmediation": flags(
                found["refused"].to_numpy() & draws.chance(key, "mediation", 0.2)
            ),
            "requesttribunal": "0",
            "exported": "",
        }
    )


def _assessments(found: pd.DataFrame, request: np.ndarray, as_at: int) -> pd.DataFrame:
    outcome = np.select([found["no_plan"], found["moved_in"]], ["N", "S"], "Y")
    return pd.DataFrame(
        {
            "requeststableid": request,
            "assessmentoutcome": outcome,
            "assessmentoutcomedate": iso_days(found["assessed"].to_numpy(), as_at),
            "assessmentmediation": "0",
            "assessmenttribunal": "0",
            "othermediation": "0",
            "othertribunal": "0",
            "week20": flags(found["excepted"].to_numpy()),
        }
    )


def _plans(
    schooling: Schooling, found: pd.DataFrame, request: np.ndarray, as_at: int
) -> pd.DataFrame:
    """The plan as first issued, and amended ones, which begin a row of their own."""
    draws, key = schooling.draws, keys_of(REQUESTS, found["key"].to_numpy(), 1)
    columns = {"planres": "0", "planwbp": "0", "pb": "0", "oa": "0", "dp": "0"}
    ended = found["ceased"].to_numpy() <= as_at
    first = pd.DataFrame(
        {
            "requeststableid": request,
            "startdate": iso_days(found["issued"].to_numpy()),
            **columns,
            "ceasedate": iso_days(found["ceased"].to_numpy(), as_at),
            "ceasereason": np.where(ended, "1", ""),
        }
    )
    amended_on = found["issued"].to_numpy() + draws.days(
        key, "amended", of_education.PLAN_AMENDED_DAYS
    )
    amended = draws.chance(key, "is amended", of_education.PLAN_AMENDED)
    amended &= amended_on <= np.minimum(as_at, found["ceased"].to_numpy())
    again = first[amended].assign(startdate=iso_days(amended_on[amended]))
    return pd.concat([first, again], ignore_index=True)


def _active_plans(found: pd.DataFrame, request: np.ndarray) -> pd.DataFrame:
    names = (
        "reviewmeeting", "reviewoutcome", "reviewdraft", "phasetransferduedate", "phasetransferfinaldate",
        "lastreview",
    )  # fmt: skip
    moved = np.where(found["moved_in"], NEIGHBOUR, "")
    return pd.DataFrame(
        {"requeststableid": request, "transferla": moved, **dict.fromkeys(names, "")}
    )
