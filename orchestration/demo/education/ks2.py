"""Pupils at the end of key stage 2: provisional in September, revised in December."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo.education import intensities as of_education
from orchestration.demo.education.calendar import KS2_AGE, label
from orchestration.demo.education.schooling import Schooling, standing
from orchestration.demo.education.schools import (
    ELSEWHERE,
    PRIMARY,
    SPECIAL,
    attended,
)
from orchestration.demo.education.spread import evened, normal
from orchestration.demo.education.texts import flags, numbers, sexes

SUBJECTS = ("read", "mat", "writ")
LOWEST, EXPECTED, HIGHEST = 80, 100, 120
# Standard deviations from the expected standard: below it no test is taken, above it greater depth.
BELOW_THE_TEST, GREATER_DEPTH, NEARLY = -2.6, 1.35, -1.5


def levels_of(schooling: Schooling, pupils: pd.DataFrame, year: int) -> np.ndarray:
    """How far each pupil is from the expected standard, in standard deviations."""
    group = standing(pupils)
    settled = pupils["is_settled"].to_numpy()

    def by(table: dict[int, float]) -> float:
        return of_education.in_year(table, year)

    level = by(of_education.KS2_LEVEL) - np.where(
        group["poor"], by(of_education.KS2_DISADVANTAGE), 0
    )
    level = level - np.where(group["support"], by(of_education.KS2_SEN_SUPPORT), 0)
    level = np.where(group["plan"], by(of_education.KS2_WITH_PLAN), level)
    level = np.where(group["care"], by(of_education.KS2_CARED_FOR), level)
    own = evened(
        schooling.draws.uniform(pupils["key"].to_numpy(), "ability"), *group.values(), settled
    )
    return level + np.sqrt(of_education.KS2_COMMON) * normal(own)


def scores_of(schooling: Schooling, pupils: pd.DataFrame, year: int) -> dict[str, np.ndarray]:
    """How far each pupil is from the expected standard in each subject."""
    level, key = levels_of(schooling, pupils, year), pupils["key"].to_numpy()
    apart = np.sqrt(1 - of_education.KS2_COMMON)
    return {
        subject: level
        + of_education.KS2_SUBJECTS[subject]
        + apart * normal(schooling.draws.uniform(key, f"key stage 2 {subject}"))
        for subject in SUBJECTS
    }


def ks2_pupils(schooling: Schooling, year: int, *, is_revised: bool) -> pd.DataFrame:
    """The file of a year."""
    pupils = schooling.at_key_stage(
        year, KS2_AGE, of_education.AT_SCHOOL_KS2, of_education.DISADVANTAGED_KS2
    )
    draws, key = schooling.draws, pupils["key"].to_numpy()
    scores = scores_of(schooling, pupils, year)
    columns = described(schooling, pupils, year, PRIMARY)
    columns["eal"] = flags(draws.chance(key, "first language", of_education.EAL))
    changed = draws.chance(key, "changed later", of_education.CHANGED_LATER) & (not is_revised)
    for subject in ("read", "mat"):
        mark = EXPECTED + np.floor(of_education.KS2_SCALE * scores[subject]) - changed
        sat = scores[subject] > BELOW_THE_TEST
        mark = np.where(sat, np.clip(mark, LOWEST, HIGHEST), np.nan)
        columns[f"{subject}_scaled"] = numbers(mark)
        absent = draws.chance(key, f"absent {subject}", 0.25)
        columns[f"{subject}_status"] = np.where(sat, "", np.where(absent, "A", "B"))
    columns["writ_ta"] = _judged(scores["writ"])
    # Just arrived from abroad, and not assessed: not eligible.
    arrived = draws.chance(key, "just arrived", 0.004)
    for subject in ("rwm", "read", "writ", "mat"):
        columns[f"elig_{subject}"] = flags(~arrived)
    measured = draws.chance(key, "key stage 1", of_education.KS2_WITH_KEY_STAGE_1)
    for subject in SUBJECTS:
        columns[f"{subject}_prog"] = _progress(schooling, key, subject, year, measured)
    columns["release"] = "revised" if is_revised else "provisional"
    found = pd.DataFrame(columns)[COLUMNS]
    return found if is_revised else found[~draws.chance(key, "added", of_education.ADDED_LATER)]


def described(
    schooling: Schooling, pupils: pd.DataFrame, year: int, phase: str
) -> dict[str, np.ndarray | str]:
    """The columns with which the files of both key stages begin."""
    draws, key = schooling.draws, pupils["key"].to_numpy()
    school = attended(schooling.schools, phase, key, draws)
    special = attended(schooling.schools, SPECIAL, key, draws)
    is_special = (pupils["sen"] == "E").to_numpy() & draws.chance(
        key, "special school", of_education.SPECIAL_SCHOOL_WITH_PLAN
    )
    elsewhere = pupils["is_cared_for"].to_numpy() & draws.chance(
        key, "schooled elsewhere", of_education.SCHOOLED_ELSEWHERE
    )
    urn = np.where(is_special, special["urn"], school["urn"])
    number = np.where(is_special, special["school_number"], school["school_number"])
    unknown = draws.chance(key, "sen unknown", of_education.SEN_UNKNOWN)
    return {
        "academic_year": label(year),
        "urn": np.where(elsewhere, int(f"9{ELSEWHERE}001"), urn).astype(str),
        "laestab": np.where(elsewhere, f"{ELSEWHERE}9001", number),
        "upn": pupils["upn"].to_numpy(),
        "sex": sexes(pupils["is_boy"].to_numpy()),
        "ethnicity": pupils["ethnicity"].to_numpy(),
        "fsm6cla1a": flags(pupils["is_disadvantaged"].to_numpy()),
        "senprovision": np.where(unknown & (pupils["sen"] == "N"), "", pupils["sen"]),
        "cla_flag": flags(pupils["is_cared_for"].to_numpy()),
    }


def _judged(score: np.ndarray) -> np.ndarray:
    """The teacher's assessment of writing."""
    return np.select(
        [score >= GREATER_DEPTH, score >= 0, score >= NEARLY, score >= BELOW_THE_TEST],
        ["GDS", "EXS", "WTS", "PK5"],
        "PK2",
    ).astype(object)


def _progress(
    schooling: Schooling, key: np.ndarray, subject: str, year: int, measured: np.ndarray
) -> np.ndarray:
    """DfE's score of progress, in the years in which it was made."""
    means = of_education.KS2_PROGRESS[subject]
    if year in NO_PROGRESS:
        return np.full(len(key), "", dtype=object)
    level = evened(schooling.draws.uniform(key, f"progress {subject}"), measured)
    score = of_education.in_year(means, year) + of_education.KS2_PROGRESS_SPREAD * normal(level)
    return np.where(measured, numbers(score, 2), "")


# The assessments of 2020 and 2021 were cancelled, so those who were seven then have nothing to start from.
CANCELLED = (2020, 2021)
NO_PROGRESS = (2024, 2025)
COLUMNS = [
    "academic_year", "urn", "laestab", "upn", "sex", "ethnicity", "fsm6cla1a", "senprovision", "cla_flag", "eal",
    "read_scaled", "read_status", "mat_scaled", "mat_status", "writ_ta", "elig_rwm", "elig_read", "elig_writ",
    "elig_mat", "read_prog", "writ_prog", "mat_prog", "release",
]  # fmt: skip
