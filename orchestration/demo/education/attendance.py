"""Sessions by school and week: the school year so far, each time whole."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo.days import as_dates, last_day, months_of, working_calendar
from orchestration.demo.draws import keys_of
from orchestration.demo.education import intensities as of_education
from orchestration.demo.education.calendar import academic_year, month_of_year, school_weeks
from orchestration.demo.education.schooling import Schooling
from orchestration.demo.education.schools import PRIMARY
from orchestration.demo.education.spread import evened, normal
from orchestration.demo.education.texts import iso_days


def school_year_so_far(schooling: Schooling, month: int) -> pd.DataFrame:
    """One row per school and week up to the end of a month."""
    as_at = last_day(month)
    year = academic_year(as_at)
    weeks = school_weeks(year)
    weeks = weeks[weeks <= as_at]
    schools = schooling.schools[schooling.schools["opened"] < weeks[0]]
    rows = schools.loc[schools.index.repeat(len(weeks))].reset_index(drop=True)
    monday = np.tile(weeks, len(schools))
    possible = _possible(rows, monday)
    absent = np.rint(possible * _absence(schooling, rows, monday, year)).astype(np.int64)
    unauthorised = np.rint(absent * of_education.UNAUTHORISED).astype(np.int64)
    return pd.DataFrame(
        {
            "urn": rows["urn"].to_numpy(),
            "la_code": int(schooling.area.dfe_code),
            "week_commencing": iso_days(monday),
            "phase": np.array(
                [phase.capitalize() if phase != "AP" else phase for phase in rows["phase"]]
            ),
            "possible_sessions": possible,
            "attended_sessions": possible - absent,
            "authorised_sessions": absent - unauthorised,
            "unauthorised_sessions": unauthorised,
        }
    )


def _possible(rows: pd.DataFrame, monday: np.ndarray) -> np.ndarray:
    """Two sessions a day of every pupil of compulsory school age."""
    days = np.busday_count(as_dates(monday), as_dates(monday + 7), busdaycal=working_calendar())
    share = np.where(rows["phase"] == PRIMARY, of_education.OF_COMPULSORY_AGE, 1.0)
    pupils = np.rint(rows["n_pupils"].to_numpy() * share).astype(np.int64)
    return pupils * days * of_education.SESSIONS_A_WEEK // 5


def _absence(schooling: Schooling, rows: pd.DataFrame, monday: np.ndarray, year: int) -> np.ndarray:
    """The share of sessions missed in each school and week."""
    draws, key = schooling.draws, rows["key"].to_numpy()
    of_school = evened(draws.uniform(key, "absence of school"), monday)
    week = normal(draws.uniform(keys_of(key, monday), "absence of week"))
    season = np.array(
        [of_education.ABSENCE_SEASON[month_of_year(int(one)) - 1] for one in months_of(monday)]
    )
    phase = np.array([of_education.ABSENCE_OF_PHASE[name] for name in rows["phase"]])
    level = of_education.in_year(of_education.PRIMARY_ABSENCE, year) * phase * season
    level = level * (1 + of_education.ABSENCE_SPREAD_OF_SCHOOLS * normal(of_school))
    return np.clip(level * (1 + of_education.ABSENCE_SPREAD_OF_WEEKS * week), 0.001, 0.9)
