"""Inspections of schools, and the national files that show schools and judgements at a month's end."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo.days import NEVER, as_dates, last_day
from orchestration.demo.draws import Draws, keys_of
from orchestration.demo.education import intensities as of_education
from orchestration.demo.education.calendar import day_number
from orchestration.demo.education.spread import evened
from orchestration.demo.education.texts import british_days

FIRST, LAST = day_number(2009, 9, 1), day_number(2040, 8, 31)
# No routine inspections in the pandemic; no overall judgement since September 2024; report cards since
# November 2025 (Ofsted).
PAUSE = (day_number(2020, 3, 17), day_number(2021, 9, 1))
NO_OVERALL_FROM, CARDS_FROM = day_number(2024, 9, 2), day_number(2025, 11, 10)
NEW_HEADINGS_FROM = day_number(2025, 10, 1)
PUBLISHED_AFTER = 45

MOST_INSPECTIONS = 14
CARD_AREAS = (
    "Inclusion", "Curriculum and teaching", "Achievement", "Attendance and behaviour",
    "Personal development and wellbeing", "Leadership and governance",
)  # fmt: skip


def inspections_of(schools: pd.DataFrame, draws: Draws) -> pd.DataFrame:
    """One row per inspection: school (by position), day, kind, grade (1 to 4)."""
    key = schools["key"].to_numpy()
    day = FIRST + (draws.uniform(key, "first inspection") * 1_500).astype(np.int64)
    day = np.where(schools["opened"] > FIRST, schools["opened"] + 800, day)
    found = []
    for number in range(MOST_INSPECTIONS):
        one = keys_of(key, number)
        graded = draws.chance(one, "graded anew", of_education.GRADED_ANEW) | (number == 0)
        found.append(
            pd.DataFrame({"school": np.arange(len(key)), "key": one, "day": day, "graded": graded})
        )
        day = _after_the_pause(
            day + draws.days(one, "next inspection", of_education.INSPECTION_GAP_DAYS), one, draws
        )
    routine = pd.concat(found, ignore_index=True)
    routine = routine[routine["day"] <= LAST].reset_index(drop=True)
    year = as_dates(routine["day"].to_numpy()).astype("datetime64[Y]").astype(np.int64) + 1970
    graded = routine["graded"].to_numpy()
    share = np.array([of_education.in_year(of_education.BELOW_GOOD, int(one)) for one in year])
    level = evened(draws.uniform(routine["key"].to_numpy(), "judgement"), year, graded)
    below = graded & (level < share)
    best = graded & (level > 1 - of_education.OUTSTANDING)
    routine["grade"] = np.select([below, best], [3, 1], 2)
    again = _inspected_again(routine[below], draws)
    every = pd.concat([routine, again], ignore_index=True)
    return every.sort_values(["day", "key"], ignore_index=True)


def _inspected_again(below: pd.DataFrame, draws: Draws) -> pd.DataFrame:
    """A school that is not good is graded again before its turn, and is good then."""
    key = keys_of(below["key"].to_numpy(), 99)
    day = below["day"].to_numpy() + draws.days(key, "again", of_education.BELOW_GOOD_DAYS)
    day = _after_the_pause(day, key, draws)
    return pd.DataFrame(
        {"school": below["school"].to_numpy(), "key": key, "day": day, "graded": True, "grade": 2}
    )


def _after_the_pause(day: np.ndarray, key: np.ndarray, draws: Draws) -> np.ndarray:
    begins, ends = PAUSE
    later = ends + (draws.uniform(key, "after the pause") * 500).astype(np.int64)
    return np.where((day >= begins) & (day < ends), later, day)


def establishments(schools: pd.DataFrame, dfe_code: str, month: int) -> pd.DataFrame:
    """The schools as Get information about schools lists them."""
    as_at = last_day(month)
    there = schools[schools["opened"] <= as_at]
    from_schools = {"PRIMARY": 2, "SECONDARY": 4}
    return pd.DataFrame(
        {
            "URN": there["urn"].to_numpy(),
            "LA (code)": int(dfe_code),
            "EstablishmentName": there["name"].to_numpy(),
            "TypeOfEstablishment (code)": there["type"].to_numpy(),
            "EstablishmentStatus (code)": 1,
            "OpenDate": british_days(there["opened"].to_numpy(), "-"),
            "CloseDate": "",
            "PhaseOfEducation (code)": [from_schools.get(phase, 0) for phase in there["phase"]],
            "NumberOfPupils": there["n_pupils"].to_numpy(),
        }
    )


def latest_inspections(schools: pd.DataFrame, draws: Draws, month: int) -> pd.DataFrame:
    """Every school's latest judgements, as published by the end of a month."""
    as_at = last_day(month)
    there = schools[schools["opened"] <= as_at]
    every = inspections_of(schools, draws)
    every = every[every["day"] + PUBLISHED_AFTER <= as_at]
    cards = every[every["day"] >= CARDS_FROM].groupby("school").last()
    earlier = every[every["day"] < CARDS_FROM]
    graded = earlier[earlier["graded"]].groupby("school").last()
    ungraded = earlier[~earlier["graded"]].groupby("school").last()
    columns = {"URN": there["urn"].to_numpy()}
    columns |= _graded_columns(graded.reindex(there.index), is_new=as_at >= NEW_HEADINGS_FROM)
    later = ungraded.reindex(there.index)
    later = later.where(later["day"] > graded.reindex(there.index)["day"].fillna(0))
    columns |= _ungraded_columns(later, is_new=as_at >= NEW_HEADINGS_FROM)
    if as_at >= NEW_HEADINGS_FROM:
        columns |= _card_columns(cards.reindex(there.index), draws)
    return pd.DataFrame(columns)


def _graded_columns(graded: pd.DataFrame, *, is_new: bool) -> dict[str, np.ndarray]:
    known = graded["grade"].notna().to_numpy()
    grade = graded["grade"].fillna(0).astype(int).to_numpy()
    overall = known & (graded["day"] < NO_OVERALL_FROM).to_numpy()
    words = np.where(overall, grade.astype(str), np.where(known, "Not judged", ""))
    of_area = np.where(known, grade.astype(str), "")
    names = NEW_HEADINGS if is_new else OLD_HEADINGS
    values = (
        british_days(graded["day"].fillna(NEVER).to_numpy()),
        words, of_area, of_area,
        np.where(known, np.where(grade == 4, "No", "Yes"), ""),
    )  # fmt: skip
    return dict(zip(names, values, strict=True))


def _ungraded_columns(ungraded: pd.DataFrame, *, is_new: bool) -> dict[str, np.ndarray]:
    known = ungraded["day"].notna().to_numpy()
    before = (ungraded["day"] < NO_OVERALL_FROM).to_numpy()
    text = np.where(
        before, "School remains Good", "School has taken effective action to maintain standards"
    )
    day, outcome = (
        ("Date of latest ungraded inspection", "Ungraded inspection overall outcome")
        if is_new
        else ("Date of latest section 8 inspection", "Section 8 inspection overall outcome")
    )
    return {
        day: british_days(ungraded["day"].fillna(NEVER).to_numpy()),
        outcome: np.where(known, text, ""),
        "Most recent category of concern" if is_new else "Category of concern": np.full(
            len(known), ""
        ),
    }


def _card_columns(cards: pd.DataFrame, draws: Draws) -> dict[str, np.ndarray]:
    known = cards["day"].notna().to_numpy()
    key = cards["key"].fillna(0).astype("uint64").to_numpy()
    columns = {
        "Inspection start date": british_days(cards["day"].fillna(NEVER).to_numpy()),
        "Safeguarding standards": np.where(known, "Met", ""),
    }
    attention = draws.chance(key, "needs attention", of_education.NEEDS_ATTENTION)
    which = (draws.uniform(key, "which area") * len(CARD_AREAS)).astype(int)
    for place, area in enumerate(CARD_AREAS):
        strong = draws.chance(keys_of(key, place), "strong", 0.35)
        grade = np.where(strong, "Strong standard", "Expected standard")
        grade = np.where(attention & (which == place), "Needs attention", grade)
        columns[area] = np.where(known, grade, "")
    return columns


OLD_HEADINGS = (
    "Inspection start date", "Overall effectiveness", "Quality of education",
    "Effectiveness of leadership and management", "Safeguarding is effective?",
)  # fmt: skip
NEW_HEADINGS = (
    "Inspection start date of latest OEIF graded inspection", "Latest OEIF overall effectiveness",
    "Latest OEIF quality of education", "Latest OEIF effectiveness of leadership and management",
    "Latest OEIF safeguarding is effective?",
)  # fmt: skip
