"""Applications for school places of a round, with the offers of national offer day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo.draws import keys_of
from orchestration.demo.education import intensities as of_education
from orchestration.demo.education.calendar import (
    RECEPTION_AGE,
    YEAR_7_AGE,
    closing_day,
    day_number,
    offer_day,
)
from orchestration.demo.education.plans import with_plan
from orchestration.demo.education.schooling import Schooling
from orchestration.demo.education.schools import PRIMARY, SECONDARY, attended
from orchestration.demo.education.texts import iso_days, letters

ROUNDS = {"PRI": (RECEPTION_AGE, PRIMARY, "R"), "SEC": (YEAR_7_AGE, SECONDARY, "7")}
PREFERENCES, ANOTHER_PLACE = 6, 7
APPLICANTS_ELSEWHERE = 14  # names the keys of applicants from other boroughs
OPEN_DAYS = 135  # that a round is open before its closing day


def applications(schooling: Schooling, phase: str, entry_year: int) -> pd.DataFrame:
    """The applications of a round, those of other boroughs' residents too."""
    found = _applicants(schooling, phase, entry_year)
    draws, key = schooling.draws, found["key"].to_numpy()
    closing, offers = closing_day(phase, entry_year), offer_day(phase, entry_year)
    late = draws.chance(key, f"late {phase}", of_education.LATE)
    early = closing - (draws.uniform(key, f"applied {phase}") ** 2 * OPEN_DAYS).astype(np.int64)
    after = closing + 1 + (draws.uniform(key, f"applied late {phase}") * 40).astype(np.int64)
    withdrawn = draws.chance(key, f"withdrawn {phase}", of_education.WITHDRAWN)
    withdrawn_on = closing + (draws.uniform(key, f"withdrawn {phase} on") * 100).astype(np.int64)
    withdrawn_on = np.maximum(withdrawn_on, after + 1)
    gone = withdrawn & (withdrawn_on <= offers)
    nothing = draws.chance(key, f"no offer {phase}", of_education.NO_OFFER[phase])
    offered = ~nothing & ~gone & ~(late & draws.chance(key, f"late offer {phase}", 0.7))
    rank = 1 + draws.options(key, f"rank {phase}", of_education.OFFER_RANKS[phase])
    schools = [
        attended(schooling.schools, ROUNDS[phase][1], keys_of(key, number), draws)
        for number in range(ANOTHER_PLACE)
    ]
    wishes = np.column_stack([school["school_number"] for school in schools])
    urns = np.column_stack([school["urn"] for school in schools])
    named = 1 + draws.options(key, f"preferences {phase}", (0.1, 0.14, 0.18, 0.16, 0.14, 0.28))
    rank = np.where(rank > named, ANOTHER_PLACE, rank)
    row = np.arange(len(found))
    preferences = {
        f"pref{number}_dfe": np.where(number <= named, wishes[:, number - 1], "")
        for number in range(1, PREFERENCES + 1)
    }
    columns = {
        "application_id": found["id"].to_numpy() + phase[0],
        "child_id": found["id"].to_numpy(),
        "date_of_birth": iso_days(found["birth"].to_numpy()),
        "resident_la_code": found["resident"].to_numpy(),
        "phase": phase,
        "nc_year": ROUNDS[phase][2],
        "entry_year": entry_year,
        "application_received": iso_days(np.where(late, after, early)),
        "is_on_time": letters(~late),
        "has_ehcp": letters(found["has_plan"].to_numpy()),
        **preferences,
        "offer_dfe": np.where(offered, wishes[row, rank - 1], ""),
        "offer_urn": np.where(offered, urns[row, rank - 1].astype(str), ""),
        "offer_rank": np.where(offered, rank.astype(str), ""),
        "offer_date": iso_days(np.where(offered, offers, 0)),
        "status": np.select([withdrawn, offered], ["WITHDRAWN", "OFFERED"], "NO_OFFER"),
        "withdrawn_date": np.where(withdrawn, iso_days(withdrawn_on), ""),
    }
    columns["offer_date"] = np.where(offered, columns["offer_date"], "")
    return _some_twice(pd.DataFrame(columns), schooling, key)


def _applicants(schooling: Schooling, phase: str, entry_year: int) -> pd.DataFrame:
    """Children who live here and apply, and some of other boroughs."""
    draws, age = schooling.draws, ROUNDS[phase][0]
    here = schooling.pupils(entry_year - age)
    key = here["key"].to_numpy()
    here = here[draws.chance(key, f"applies {phase}", of_education.APPLIES[phase])]
    planned = np.isin(here["key"], with_plan(schooling.requests, offer_day(phase, entry_year)))
    own = here.assign(
        has_plan=planned, resident=int(schooling.area.dfe_code), id="SYN" + here["upn"].str[1:]
    )
    number = np.arange(int(len(own) * of_education.FROM_ELSEWHERE))
    other_key = keys_of(APPLICANTS_ELSEWHERE, entry_year, age, number)
    others = pd.DataFrame(
        {
            "key": other_key,
            "birth": day_number(entry_year - age - 1, 9, 1)
            + (draws.uniform(other_key, "born") * 365).astype(np.int64),
            "has_plan": False,
            "resident": np.where(draws.uniform(other_key, "borough") < 0.5, 304, 308),
            "id": [f"SYN{entry_year}{phase}{one:05d}" for one in number],
        }
    )
    columns = list(others.columns)
    return pd.concat([own[columns], others], ignore_index=True)


def _some_twice(found: pd.DataFrame, schooling: Schooling, key: np.ndarray) -> pd.DataFrame:
    """Some families send a second application; the latest counts."""
    twice = schooling.draws.chance(key, "applies twice", of_education.APPLIES_TWICE)
    again = found[twice]
    again = again.assign(application_id=again["application_id"] + "2")
    return pd.concat([found, again], ignore_index=True)
