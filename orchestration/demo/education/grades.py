"""Which subjects a pupil takes at sixteen, with which grades, and the Attainment 8 score of them.

Subjects are columns of a table of pupils: points, or NaN where a pupil does not take one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.demo.draws import Draws
from orchestration.demo.education import intensities as of_education
from orchestration.demo.education.spread import normal

ENGLISH_LANGUAGE, ENGLISH_LITERATURE, MATHS, COMBINED = "ENGLANG", "ENGLIT", "MATHS", "COMBSCI"
EBACC, OPEN = "EBACC", "OPEN"
HIGHEST = 9


@dataclass(frozen=True)
class Subject:
    """A subject: its qualification's invented number, bucket, and what others count as the same."""

    title: str
    bucket: str
    number: str
    is_gcse: bool = True


SUBJECTS = {
    "LANG": Subject("English Language", ENGLISH_LANGUAGE, "SYN00001"),
    "LIT": Subject("English Literature", ENGLISH_LITERATURE, "SYN00002"),
    "MATH": Subject("Mathematics", MATHS, "SYN00003"),
    "COMB": Subject("Combined Science", COMBINED, "SYN00004"),
    "PHYS": Subject("Physics", EBACC, "SYN00005"),
    "CHEM": Subject("Chemistry", EBACC, "SYN00006"),
    "BIOL": Subject("Biology", EBACC, "SYN00007"),
    "HIST": Subject("History", EBACC, "SYN00008"),
    "GEOG": Subject("Geography", EBACC, "SYN00009"),
    "FREN": Subject("French", EBACC, "SYN00010"),
    "SPAN": Subject("Spanish", EBACC, "SYN00011"),
    "COMP": Subject("Computer Science", EBACC, "SYN00012"),
    "RS": Subject("Religious Studies", OPEN, "SYN00013"),
    "ART": Subject("Art and Design", OPEN, "SYN00014"),
    "BUS": Subject("Business", OPEN, "SYN00015"),
    "PE": Subject("Physical Education", OPEN, "SYN00016"),
    "DRAMA": Subject("Drama", OPEN, "SYN00017"),
    "MUSIC": Subject("Music", OPEN, "SYN00018"),
    "SPORT": Subject("Sport (technical award)", OPEN, "SYN00019", is_gcse=False),
    "MEDIA": Subject("Media (technical award)", OPEN, "SYN00020", is_gcse=False),
}
SCIENCES, HUMANITIES, LANGUAGES = ("PHYS", "CHEM", "BIOL"), ("HIST", "GEOG"), ("FREN", "SPAN")
# Points of the grades of a technical award (DfE, Secondary accountability measures guide, 2025).
AWARD_GRADES = {"D*": 8.5, "D": 7.0, "M": 5.5, "P": 4.0, "U": 0.0}
Points = dict[str, np.ndarray]


def taken(draws: Draws, key: np.ndarray, language: float, fewer: np.ndarray) -> Points:
    """Which subjects each pupil takes; `fewer`: the share of them that a pupil with fewer takes."""

    def chance(label: str, share: float) -> np.ndarray:
        return draws.chance(key, f"takes {label}", share)

    separate = chance("separate sciences", of_education.KS4_SEPARATE_SCIENCES)
    humanity = chance("humanities", of_education.KS4_HUMANITIES)
    speaks = chance("language", language)
    history, french = chance("history", 0.55), chance("french", 0.45)
    takes = {
        "LANG": np.ones(len(key), dtype=bool),
        "LIT": chance("literature", of_education.KS4_BOTH_ENGLISH),
        "MATH": np.ones(len(key), dtype=bool),
        "COMB": ~separate,
        **dict.fromkeys(SCIENCES, separate),
        "HIST": humanity & history,
        "GEOG": humanity & ~history,
        "FREN": speaks & french,
        "SPAN": speaks & ~french,
        **{name: chance(name, share) for name, share in of_education.KS4_OTHERS.items()},
    }
    kept = {name: draws.uniform(key, f"keeps {name}") < fewer for name in takes}
    return {name: takes[name] & (kept[name] | (name in ("LANG", "MATH"))) for name in SUBJECTS}


def points_of(
    draws: Draws, key: np.ndarray, grade: np.ndarray, core: float, takes: Points
) -> Points:
    """The points in each subject, around the grade of the pupil."""
    found = {}
    for name, subject in SUBJECTS.items():
        level = grade + of_education.KS4_SUBJECT_SPREAD * normal(
            draws.uniform(key, f"grade {name}")
        )
        if name in ("LANG", "LIT", "MATH"):
            level = level + core
        if subject.bucket == COMBINED:
            points = np.round(level * 2) / 2
        elif subject.is_gcse:
            points = np.round(level)
        else:
            awards = np.array(sorted(AWARD_GRADES.values()))
            points = awards[np.clip(np.searchsorted(awards, level, side="right") - 1, 0, 4)]
        found[name] = np.where(takes[name], np.clip(points, 0, HIGHEST), np.nan)
    return found


@dataclass(frozen=True)
class Attainment:
    """Attainment 8 and its parts."""

    english: np.ndarray
    maths: np.ndarray
    ebacc: np.ndarray
    open: np.ndarray

    @property
    def score(self) -> np.ndarray:
        return self.english + self.maths + self.ebacc + self.open


def attainment8(points: Points) -> Attainment:
    """English and maths twice, the best three of the EBacc slots, the best three of what is left.

    DfE, Secondary accountability measures guide, 2025: English counts twice only for pupils who took both.
    """
    language, literature = points["LANG"], points["LIT"]
    both = ~np.isnan(language) & ~np.isnan(literature)
    best = np.nan_to_num(np.fmax(language, literature))
    slots = np.column_stack(
        [points["COMB"], points["COMB"], *(points[name] for name in _of_bucket(EBACC))]
    )
    slots = -np.sort(-np.nan_to_num(slots), axis=1)
    unused = np.where(both, np.fmin(language, literature), 0.0)
    left = np.column_stack([slots[:, 3:], unused, *(points[name] for name in _of_bucket(OPEN))])
    left = -np.sort(-np.nan_to_num(left), axis=1)
    return Attainment(
        english=best * np.where(both, 2, 1),
        maths=2 * np.nan_to_num(points["MATH"]),
        ebacc=slots[:, :3].sum(axis=1),
        open=left[:, :3].sum(axis=1),
    )


def _of_bucket(bucket: str) -> list[str]:
    return [name for name, subject in SUBJECTS.items() if subject.bucket == bucket]


def english_and_maths(points: Points, grade: int) -> np.ndarray:
    """The grade or better in maths and in either English."""
    return (np.fmax(points["LANG"], points["LIT"]) >= grade) & (points["MATH"] >= grade)


def enters_ebacc(points: Points) -> np.ndarray:
    """Both English subjects, maths, sciences, a humanity and a language."""
    sat = {name: ~np.isnan(column) for name, column in points.items()}
    sciences = sat["COMB"] | (sum(sat[name].astype(int) for name in SCIENCES) >= 3)
    humanity = sat["HIST"] | sat["GEOG"]
    language = sat["FREN"] | sat["SPAN"]
    return sat["LANG"] & sat["LIT"] & sat["MATH"] & sciences & humanity & language


def achieves_ebacc(points: Points, grade: int) -> np.ndarray:
    """The English Baccalaureate at a grade."""
    two = sum((points[name] >= grade).astype(int) for name in (*SCIENCES, "COMP")) >= 2
    sciences = (points["COMB"] >= grade) | two
    humanity = np.fmax(points["HIST"], points["GEOG"]) >= grade
    language = np.fmax(points["FREN"], points["SPAN"]) >= grade
    passed = english_and_maths(points, grade) & sciences & humanity & language
    return enters_ebacc(points) & passed


def ebacc_average(points: Points) -> np.ndarray:
    """Mean points of its five parts, an empty one 0."""
    parts = [
        np.fmax(points["LANG"], points["LIT"]),
        points["MATH"],
        np.fmax(points["COMB"], np.fmax(points["PHYS"], points["BIOL"])),
        np.fmax(points["HIST"], points["GEOG"]),
        np.fmax(points["FREN"], points["SPAN"]),
    ]
    return np.nan_to_num(np.column_stack(parts)).mean(axis=1)


def grade_texts(name: str, points: np.ndarray) -> np.ndarray:
    """Grades as results files write them: 9 to 1 and U, two digits for combined science, letters for awards."""
    subject = SUBJECTS[name]
    filled = np.nan_to_num(points)
    if not subject.is_gcse:
        words = {value: text for text, value in AWARD_GRADES.items()}
        return np.array([words[value] for value in filled.tolist()], dtype=object)
    whole = np.where(filled == 0, "U", np.floor(filled).astype(int).astype(str))
    if subject.bucket != COMBINED:
        return whole.astype(object)
    upper, lower = np.ceil(filled).astype(int), np.floor(filled).astype(int)
    double = np.char.add(upper.astype(str), lower.astype(str))
    return np.where(filled < 1, "U", double).astype(object)
