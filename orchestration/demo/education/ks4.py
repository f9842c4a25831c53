"""Pupils at the end of key stage 4 and their results: provisional in October, revised in February."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from orchestration.demo.draws import keys_of
from orchestration.demo.education import grades
from orchestration.demo.education import intensities as of_education
from orchestration.demo.education.calendar import KS4_AGE, day_number, label
from orchestration.demo.education.ks2 import described
from orchestration.demo.education.schooling import Schooling, standing
from orchestration.demo.education.schools import SECONDARY
from orchestration.demo.education.spread import evened, normal
from orchestration.demo.education.texts import flags, iso_days, numbers
from orchestration.settings import DBT_FOLDER

# No tests at eleven lie behind these years' pupils, or no examinations were held.
NO_PROGRESS = (2020, 2021, 2025, 2026)
BANDS_OF = 2024  # the year whose table of bands there is
LOWEST_PRIOR, HIGHEST_PRIOR = 80, 120
LEAST_GRADE = 0.5


@dataclass(frozen=True)
class Leavers:
    """The pupils of a year with their points in each subject."""

    pupils: pd.DataFrame
    points: grades.Points
    grade: np.ndarray


def leavers_of(schooling: Schooling, year: int) -> Leavers:
    """Who ends key stage 4 in a year, and with which results."""
    pupils = schooling.at_key_stage(
        year, KS4_AGE, of_education.AT_SCHOOL_KS4, of_education.DISADVANTAGED_KS4
    )
    draws, key = schooling.draws, pupils["key"].to_numpy()
    group, settled = standing(pupils), pupils["is_settled"].to_numpy()
    grade = _grade(schooling, pupils, year)
    shares = of_education.KS4_NOTHING
    share = np.where(
        group["plan"], shares["plan"], np.where(group["care"], shares["care"], shares["others"])
    )
    nothing = evened(draws.uniform(key, "no results"), *group.values(), settled) < share
    fewer = np.where(group["plan"] | group["care"], of_education.KS4_FEWER, 1.0)
    language = of_education.in_year(of_education.KS4_LANGUAGE, year)
    takes = grades.taken(draws, key, language, fewer)
    takes = {name: column & ~nothing for name, column in takes.items()}
    core = of_education.in_year(of_education.KS4_CORE, year)
    return Leavers(pupils, grades.points_of(draws, key, grade, core, takes), grade)


def _grade(schooling: Schooling, pupils: pd.DataFrame, year: int) -> np.ndarray:
    """The grade around which each pupil's results lie."""
    group, settled = standing(pupils), pupils["is_settled"].to_numpy()

    def by(table: dict[int, float]) -> float:
        return of_education.in_year(table, year)

    level = by(of_education.KS4_LEVEL) - np.where(
        group["poor"], by(of_education.KS4_DISADVANTAGE), 0
    )
    level = level - np.where(group["support"], of_education.KS4_SEN_SUPPORT, 0)
    level = np.where(group["plan"], by(of_education.KS4_WITH_PLAN), level)
    level = np.where(group["care"], by(of_education.KS4_CARED_FOR), level)
    key = pupils["key"].to_numpy()
    own = evened(schooling.draws.uniform(key, "ability"), *group.values(), settled)
    return level + of_education.KS4_SPREAD * normal(own)


def ks4_pupils(schooling: Schooling, year: int, *, is_revised: bool) -> pd.DataFrame:
    """The file of pupils of a year."""
    leavers = leavers_of(schooling, year)
    pupils, points = leavers.pupils, leavers.points
    draws, key = schooling.draws, pupils["key"].to_numpy()
    columns = described(schooling, pupils, year, SECONDARY)
    scored = grades.attainment8(points)
    reading, maths = _prior(schooling, leavers, year)
    prior = (reading + maths) / 2
    measured = ~np.isnan(prior)
    progress = np.round((scored.score - estimated(prior, year)) / 10, 3)
    left_out = draws.chance(key, "score left out", of_education.KS4_SCORE_LEFT_OUT) & is_revised
    # Without the year's table of bands nobody could work progress out again.
    no_progress = left_out & (year == BANDS_OF)
    columns |= {
        "ks2_read_ss": numbers(reading),
        "ks2_mat_ss": numbers(maths),
        "ks2_prior": numbers(prior, 1),
        "inp8": flags(measured),
        "att8": np.where(left_out, "", numbers(scored.score, 1)),
        "att8_eng": numbers(scored.english, 1),
        "att8_mat": numbers(scored.maths, 1),
        "att8_ebacc": numbers(scored.ebacc, 1),
        "att8_open": numbers(scored.open, 1),
        "p8": np.where(no_progress, "", numbers(progress, 3)),
        "p8_adj": np.where(no_progress, "", numbers(progress, 3)),
        "gcse_eng_lang": _grade_column(points, "LANG"),
        "gcse_eng_lit": _grade_column(points, "LIT"),
        "gcse_maths": _grade_column(points, "MATH"),
        "l2basics_95": flags(grades.english_and_maths(points, 5)),
        "l2basics_94": flags(grades.english_and_maths(points, 4)),
        "ebacc_entry": flags(grades.enters_ebacc(points)),
        "ebacc_95": flags(grades.achieves_ebacc(points, 5)),
        "ebacc_94": flags(grades.achieves_ebacc(points, 4)),
        "ebacc_aps": numbers(grades.ebacc_average(points), 2),
        "release": "revised" if is_revised else "provisional",
    }
    found = pd.DataFrame(columns)
    return found if is_revised else found[~draws.chance(key, "added", of_education.ADDED_LATER)]


def _grade_column(points: grades.Points, name: str) -> np.ndarray:
    return np.where(np.isnan(points[name]), "", grades.grade_texts(name, points[name]))


def _prior(schooling: Schooling, leavers: Leavers, year: int) -> tuple[np.ndarray, np.ndarray]:
    """Scaled scores at eleven in reading and maths; none for pupils who came later from abroad."""
    pupils, draws = leavers.pupils, schooling.draws
    key = pupils["key"].to_numpy()
    if year in NO_PROGRESS:
        nothing = np.full(len(key), np.nan)
        return nothing, nothing
    group = standing(pupils)

    def by(table: dict[int, float]) -> float:
        return of_education.in_year(table, year)

    level = by(of_education.KS4_PRIOR) + of_education.KS4_PRIOR_PER_GRADE * (
        np.maximum(leavers.grade, LEAST_GRADE) - by(of_education.KS4_LEVEL)
    )
    level = level + np.where(group["poor"], by(of_education.KS4_PRIOR_DISADVANTAGE), 0)
    level = level + np.where(group["plan"], by(of_education.KS4_PRIOR_WITH_PLAN), 0)
    level = level + np.where(group["care"], by(of_education.KS4_PRIOR_CARED_FOR), 0)
    has = (
        evened(draws.uniform(key, "key stage 2"), *group.values())
        < of_education.KS4_WITH_KEY_STAGE_2
    )
    scores = []
    for subject in ("read", "mat"):
        own = of_education.KS4_PRIOR_SPREAD * normal(draws.uniform(key, f"prior {subject}"))
        mark = np.clip(np.round(level + own), LOWEST_PRIOR, HIGHEST_PRIOR)
        scores.append(np.where(has, mark, np.nan))
    return scores[0], scores[1]


@cache
def bands() -> tuple[np.ndarray, np.ndarray]:
    """DfE's bands of 2024: upper bounds and the nation's mean score in each."""
    with (DBT_FOLDER / "seeds" / "progress8_bands.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["academic_year"] == str(BANDS_OF)]
    rows.sort(key=lambda row: float(row["upper_bound"]))
    bounds = np.array([float(row["upper_bound"]) for row in rows])
    return bounds, np.array([float(row["estimate"]) for row in rows])


def estimated(prior: np.ndarray, year: int) -> np.ndarray:
    """The nation's mean score for a prior score; other years than 2024 lie the nation's difference apart."""
    bounds, estimates = bands()
    band = np.clip(np.searchsorted(bounds, np.nan_to_num(prior), side="left"), 0, len(bounds) - 1)
    found = estimates[band] + of_education.in_year(of_education.KS4_NATION, year)
    return np.where(np.isnan(prior), np.nan, found)


def ks4_results(schooling: Schooling, year: int) -> pd.DataFrame:
    """The file of results of a year: one row per pupil and qualification."""
    leavers = leavers_of(schooling, year)
    upn, key = leavers.pupils["upn"].to_numpy(), leavers.pupils["key"].to_numpy()
    summer, before = day_number(year, 6, 1), day_number(year - 1, 11, 1)
    found = []
    for place, name in enumerate(grades.SUBJECTS):
        points = leavers.points[name]
        sat = ~np.isnan(points)
        rows = _rows_of(name, upn[sat], points[sat], year)
        rows["exam_date"] = str(iso_days(np.array([summer]))[0])
        found.append(rows)
        # A first entry the November before counts; the second, in summer, does not.
        twice = sat & schooling.draws.chance(
            keys_of(key, place), "entered twice", of_education.KS4_ENTERED_TWICE
        )
        if name == "MATH" and twice.any():
            rows.loc[np.isin(rows["upn"], upn[twice]), "exam_date"] = str(
                iso_days(np.array([before]))[0]
            )
            again = _rows_of(name, upn[twice], np.minimum(points[twice] + 1, 9), year)
            again["exam_date"] = str(iso_days(np.array([summer]))[0])
            found.append(again)
    return pd.concat(found, ignore_index=True).sort_values("upn", kind="stable")


def _rows_of(name: str, upn: np.ndarray, points: np.ndarray, year: int) -> pd.DataFrame:
    subject = grades.SUBJECTS[name]
    return pd.DataFrame(
        {
            "academic_year": label(year),
            "upn": upn,
            "qan": subject.number,
            "subject": subject.title,
            "a8_bucket": subject.bucket,
            "qual_type": "GCSE" if subject.is_gcse else "NONGCSE",
            "grade": grades.grade_texts(name, points),
            "points": np.where(subject.is_gcse, "", numbers(points, 1)),
            "discount_code": f"SYN{name}",
            "exam_date": "",
        }
    )
