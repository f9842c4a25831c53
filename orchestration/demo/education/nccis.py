"""What young people of 16 and 17 do at the end of a month."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo.days import last_day
from orchestration.demo.draws import keys_of
from orchestration.demo.education import intensities as of_education
from orchestration.demo.education.calendar import academic_year, day_number, month_of_year
from orchestration.demo.education.plans import with_plan
from orchestration.demo.education.pupils import cohorts_of
from orchestration.demo.education.schooling import Schooling
from orchestration.demo.education.spread import evened
from orchestration.demo.education.texts import iso_days, letters, sexes

# Academic ages, by how many years before the academic year's end the cohort was born.
AGES = {17: 16, 18: 17}
IN_CARE, CUSTODY = "110", 710
# How much the order in which young people drop out changes from month to month.
TURNOVER = 0.004


def young_people(schooling: Schooling, month: int) -> pd.DataFrame:
    """One row per young person known here."""
    as_at = last_day(month)
    found = _known(schooling, as_at)
    draws, key = schooling.draws, found["key"].to_numpy()
    activity, lapsed = _activities(schooling, found, month)
    began = day_number(academic_year(as_at) - 1, 9, 5)
    since = as_at - 20 - (draws.uniform(key, "out since") * 90).astype(np.int64)
    is_out = ~np.isin(activity, list(of_education.ACTIVITIES))
    start = np.where(is_out, np.maximum(since, began), began)
    leaves = draws.chance(keys_of(key, month), "leaves", of_education.LEFT / 12)
    plan = np.isin(key, with_plan(schooling.requests, as_at))
    cared_for = found["is_cared_for"].to_numpy()
    return pd.DataFrame(
        {
            "yp_id": [f"SYN{number:016X}" for number in key],
            "upn": found["upn"].to_numpy(),
            "dob": iso_days(found["birth"].to_numpy()),
            "sex": sexes(found["is_boy"].to_numpy()),
            "ethnic_code": found["ethnicity"].to_numpy(),
            "postcode": "",
            "la_code": int(schooling.area.dfe_code),
            "cohort_status": np.where(leaves, "L", "P"),
            "academic_age": found["age"].to_numpy(),
            "nc_year": found["age"].to_numpy() - 4,
            "activity_code": activity,
            "activity_start": iso_days(start),
            "activity_review_date": iso_days(np.where(lapsed, as_at - 10, as_at + 60)),
            "currency_ok": letters(~lapsed),
            "send_flag": np.where(plan, "E", "N"),
            "characteristic_codes": np.where(cared_for, IN_CARE, ""),
            "extract_date": str(iso_days(np.array([as_at]))[0]),
        }
    )


def _known(schooling: Schooling, as_at: int) -> pd.DataFrame:
    """Residents of academic age 16 and 17, and those whom the authority looks after."""
    year = academic_year(as_at)
    in_care = schooling.in_care_now(as_at)
    parts = []
    for before, age in AGES.items():
        register = schooling.pupils(year - before)
        level = evened(schooling.draws.uniform(register["key"].to_numpy(), "resident at 16"))
        here = register[level < of_education.KNOWN_16_17]
        own = in_care[cohorts_of(in_care["birth"].to_numpy()) == year - before]
        both = pd.concat([here, own], ignore_index=True)[list(register.columns)]
        parts.append(both.assign(age=age))
    return pd.concat(parts, ignore_index=True)


def _activities(
    schooling: Schooling, found: pd.DataFrame, month: int
) -> tuple[np.ndarray, np.ndarray]:
    """What each does, and whether what is known of it has lapsed."""
    draws, key = schooling.draws, found["key"].to_numpy()
    cared_for = found["is_cared_for"].to_numpy()
    year, of_year = academic_year(last_day(month)), month_of_year(month)
    neet = of_education.in_year(of_education.NEET, year) * of_education.NEET_SEASON.get(
        of_year, 1.0
    )
    unknown = of_education.in_year(of_education.NOT_KNOWN, year)
    unknown = unknown * of_education.NOT_KNOWN_SEASON.get(of_year, 1.0)
    out = np.where(cared_for, of_education.CARED_FOR_NEET, neet)
    lost = np.where(cared_for, of_education.CARED_FOR_NOT_KNOWN, unknown)

    def level(label: str) -> np.ndarray:
        now = draws.uniform(keys_of(key, month), label)
        return evened(draws.uniform(key, label) + TURNOVER * now, cared_for)

    is_neet = level("out of education") < out
    is_lost = ~is_neet & (level("not known") < lost)
    lapsed = is_lost & draws.chance(key, "lapsed", of_education.CURRENCY_LAPSED)
    found_codes = [
        _picked(draws.options(key, name, list(codes.values())), codes)
        for name, codes in (
            ("activity", of_education.ACTIVITIES),
            ("neet activity", of_education.NEET_ACTIVITIES),
            ("unknown activity", of_education.NOT_KNOWN_ACTIVITIES),
        )
    ]
    does, does_not, unsaid = found_codes
    activity = np.select([is_neet, is_lost & ~lapsed], [does_not, unsaid], does)
    custody = ~is_neet & ~is_lost & draws.chance(key, "custody", of_education.IN_CUSTODY)
    return np.where(custody, CUSTODY, activity), lapsed


def _picked(places: np.ndarray, codes: dict[int, float]) -> np.ndarray:
    return np.array(list(codes))[places]
