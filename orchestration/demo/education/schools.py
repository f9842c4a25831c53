"""The schools of an authority: one list with one number each, which every extract uses.

Unique reference numbers have seven digits, one more than any real one, and begin with 9; establishment
numbers begin with 9, which no school has. Names say that they are invented.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo.areas import Area
from orchestration.demo.days import NEVER
from orchestration.demo.draws import Draws, keys_of
from orchestration.demo.education import intensities
from orchestration.demo.education.calendar import day_number

SCHOOLS = 12  # names the schools' keys among all others
PRIMARY, SECONDARY, SPECIAL, ALTERNATIVE = PHASES = ("PRIMARY", "SECONDARY", "SPECIAL", "AP")
# Codes of Get information about schools: type of establishment, by how common, and phase of education.
TYPES = {
    PRIMARY: {1: 0.45, 2: 0.28, 3: 0.05, 28: 0.02, 34: 0.12, 35: 0.08},
    SECONDARY: {1: 0.06, 2: 0.12, 3: 0.04, 28: 0.22, 34: 0.44, 35: 0.12},
    SPECIAL: {7: 0.7, 44: 0.15, 36: 0.15},
    ALTERNATIVE: {14: 0.6, 42: 0.2, 38: 0.2},
}  # fmt: skip
PHASE_CODES = {PRIMARY: 2, SECONDARY: 4, SPECIAL: 0, ALTERNATIVE: 0}
NAMES = {
    PRIMARY: "Primary School", SECONDARY: "Secondary School", SPECIAL: "Special School",
    ALTERNATIVE: "Pupil Referral Unit",
}  # fmt: skip
ELSEWHERE = 999  # a number that no authority has: schools outside the area


def schools_of(area: Area, draws: Draws) -> pd.DataFrame:
    """One row per school."""
    scale = area.children_in(np.array([2022]))[0] / 10_000
    numbers = {
        phase: max(1, round(scale * share)) for phase, share in intensities.SCHOOLS_PER_10K.items()
    }
    phase = np.repeat(np.array(list(numbers), dtype=object), list(numbers.values()))
    place = np.arange(1, len(phase) + 1)
    key = keys_of(SCHOOLS, place)
    relative = 0.5 + draws.uniform(key, "size of school")
    typical = np.array([intensities.PUPILS_PER_SCHOOL[name] for name in phase])
    opened, closed = _lives(draws, key)
    return pd.DataFrame(
        {
            "key": key,
            "urn": int(f"9{area.dfe_code}000") + place,
            "school_number": [f"{area.dfe_code}9{number:03d}" for number in place],
            "name": [
                f"Synthetic {NAMES[name]} {number}"
                for name, number in zip(phase, place, strict=True)
            ],
            "phase": phase,
            "type": _types(draws, key, phase),
            "n_pupils": np.rint(relative * typical).astype(np.int64),
            "opened": opened,
            "closed": closed,
        }
    )


def _types(draws: Draws, key: np.ndarray, phase: np.ndarray) -> np.ndarray:
    found = np.zeros(len(key), dtype=np.int64)
    for name, shares in TYPES.items():
        picked = draws.options(key, "type of school", list(shares.values()))
        found = np.where(phase == name, np.array(list(shares))[picked], found)
    return found


def _lives(draws: Draws, key: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Most schools have always been there; a few opened lately."""
    lately = draws.chance(key, "opened lately", intensities.OPENED_LATELY)
    year = 2013 + (draws.uniform(key, "year opened") * 10).astype(np.int64)
    day = np.array([day_number(int(number), 9, 1) for number in year])
    return np.where(lately, day, -NEVER), np.full(len(key), NEVER)


def attended(schools: pd.DataFrame, phase: str, key: np.ndarray, draws: Draws) -> pd.DataFrame:
    """The school of that phase which each pupil attends, by size."""
    of_phase = schools[schools["phase"] == phase]
    picked = draws.options(key, f"{phase} school", of_phase["n_pupils"].tolist())
    return of_phase.iloc[picked].reset_index(drop=True)
