"""Personal education plans and school attendance of looked-after children, term by term."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo.days import last_day
from orchestration.demo.draws import keys_of
from orchestration.demo.education import intensities as of_education
from orchestration.demo.education.calendar import label, terms
from orchestration.demo.education.pupils import cohorts_of, in_care_between
from orchestration.demo.education.schooling import Schooling
from orchestration.demo.education.schools import ELSEWHERE, PRIMARY, SECONDARY, attended
from orchestration.demo.education.spread import evened
from orchestration.demo.education.texts import flags, iso_days

# Years of school by how many years after the cohort's year; nursery before Reception.
YEARS = {4 + place: name for place, name in enumerate(["R", *map(str, range(1, 14))], start=1)}
YEARS |= {3: "N1", 4: "N2"}
FIRST_SECONDARY, LAST_STATUTORY = 12, 16
NEW_PLAN_DAYS = 14


def plans_of_term(schooling: Schooling, year: int, term: str, month: int) -> pd.DataFrame:
    """One row per child, school and meeting of a term, as known at the end of a month."""
    begins, ends = terms(year)[term]
    found = in_care_between(schooling.history, begins, ends, last_day(month))
    found = found.assign(grade=year - cohorts_of(found["birth"].to_numpy()))
    found = found[found["grade"].isin(list(YEARS))].reset_index(drop=True)
    draws = schooling.draws
    child_term = keys_of(found["key"].to_numpy(), year, begins)
    due = (
        begins + 25 + (draws.uniform(child_term, "pep due") * (ends - begins - 35)).astype(np.int64)
    )
    due = np.maximum(due, found["start"].to_numpy() + NEW_PLAN_DAYS)
    met = due - (draws.uniform(child_term, "pep met") * 14).astype(np.int64)
    met = np.maximum(met, found["start"].to_numpy() + 1)
    completed = met + (draws.uniform(child_term, "pep completed on") * 9).astype(np.int64)
    holds = draws.chance(child_term, "pep completed", of_education.PEP_COMPLETED) & (met <= ends)
    names = np.array(list(of_education.PEP_RATINGS), dtype=object)
    picked = names[draws.options(child_term, "pep rating", list(of_education.PEP_RATINGS.values()))]
    rating = np.where(holds, picked, "")
    possible = _possible(
        found,
        term,
        begins,
        ends,
        draws.chance(child_term, "no school", of_education.WITHOUT_SCHOOL),
    )
    attends = np.rint(possible * (1 - _absence(schooling, found, year))).astype(np.int64)
    until = last_day(month)
    columns = {
        "child_id": found["child_id"].to_numpy(),
        "upn": found["upn"].to_numpy(),
        "dob": iso_days(found["birth"].to_numpy()),
        "academic_year": label(year),
        "term": term,
        "nc_year": np.array([YEARS[grade] for grade in found["grade"]], dtype=object),
        "school_urn": _schools(schooling, found).astype(str),
        "looked_after_from": iso_days(found["start"].to_numpy()),
        "looked_after_to": iso_days(found["end"].to_numpy(), until),
        "pep_due_date": iso_days(due),
        "pep_meeting_date": np.where(holds, iso_days(met), ""),
        "pep_completed_date": np.where(holds, iso_days(completed), ""),
        "sw_section_complete": flags(holds),
        "dt_section_complete": flags(holds & draws.chance(child_term, "teacher", 0.96)),
        "qa_date": np.where(rating != "", iso_days(completed + 12), ""),
        "qa_rating": rating,
        "attendance_sessions_possible": possible,
        "attendance_sessions_attended": attends,
        "suspensions": draws.chance(child_term, "suspended", 0.05).astype(int),
        "ppp_allocated_gbp": 900,
    }
    return _changed_schools(pd.DataFrame(columns), schooling, child_term)


def _possible(
    found: pd.DataFrame, term: str, begins: int, ends: int, without: np.ndarray
) -> np.ndarray:
    """The sessions of the term's days in care; none without a school."""
    days = np.minimum(found["end"], ends) - np.maximum(found["start"], begins)
    share = np.clip(days / (ends - begins), 0.0, 1.0).to_numpy()
    sessions = np.rint(of_education.TERM_SESSIONS[term] * share).astype(np.int64)
    return np.where(without | (found["grade"] <= 4), 0, sessions)


def _absence(schooling: Schooling, found: pd.DataFrame, year: int) -> np.ndarray:
    """The share of sessions that each child misses in the year."""
    key = keys_of(found["key"].to_numpy(), year)
    long = (found["start"] < terms(year)["AUT"][0] - 150).to_numpy()
    of_age = (found["grade"] <= LAST_STATUTORY).to_numpy()
    shape = of_education.CARE_ABSENCE_SHAPE
    level = shape.at(evened(schooling.draws.uniform(key, "absence"), long, of_age))
    mean = of_education.in_year(of_education.CARE_ABSENCE, year)
    return np.clip(level * mean / shape.mean(), 0.0, 1.0)


def _schools(schooling: Schooling, found: pd.DataFrame) -> np.ndarray:
    """The school: here, or one elsewhere."""
    key, draws = found["key"].to_numpy(), schooling.draws
    primary = attended(schooling.schools, PRIMARY, key, draws)["urn"].to_numpy()
    secondary = attended(schooling.schools, SECONDARY, key, draws)["urn"].to_numpy()
    here = np.where(found["grade"] < FIRST_SECONDARY, primary, secondary)
    elsewhere = draws.chance(key, "schooled elsewhere", of_education.SCHOOLED_ELSEWHERE)
    return np.where(elsewhere, int(f"9{ELSEWHERE}001"), here)


def _changed_schools(
    found: pd.DataFrame, schooling: Schooling, child_term: np.ndarray
) -> pd.DataFrame:
    """Some change school in the term: a row for each, the sessions shared between them."""
    moves = schooling.draws.chance(child_term, "changes school", of_education.CHANGES_SCHOOL)
    before = found[moves].assign(
        school_urn=f"9{ELSEWHERE}002",
        pep_meeting_date="",
        pep_completed_date="",
        qa_date="",
        qa_rating="",
    )
    sessions = ["attendance_sessions_possible", "attendance_sessions_attended"]
    before[sessions] = before[sessions] // 3
    found.loc[moves, sessions] -= before[sessions]
    return pd.concat([found, before], ignore_index=True)
