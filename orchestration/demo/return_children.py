"""The SSDA903 return: who is in it, and its files about children, episodes and what happened meanwhile."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from orchestration.demo import intensities
from orchestration.demo.care import UNACCOMPANIED
from orchestration.demo.days import (
    NEVER,
    Days,
    ages,
    birthdays,
    financial_years,
    first_day,
    is_march,
)
from orchestration.demo.draws import keys_of
from orchestration.demo.families import MALE
from orchestration.demo.incidents import REVIEW
from orchestration.demo.leaving_care import birthdays_in_year
from orchestration.demo.placements import RESIDENTIAL
from orchestration.demo.pupil_numbers import KNOWN_TO_CARE, care_serials, pupil_numbers
from orchestration.demo.view import View

# 1 and 2 until 2024, then M and F (changes by collection year).
LETTERS_FROM = 2025
EPOCH_DAY = date(1970, 1, 1)
NO_AUTHORITY = 999  # a number that no authority has
WORKER_CHANGE_DAYS, WORKERS = 420, 120
WORKER_REASONS = np.array(["LEFTRL", "ORGRST", "TSPROC", "CHCHAN", "ABSENC", "OTHERS"])
# From 4 on a child may say something at the review itself (PN1); PN0: under 4.
SPEAKING_AGE = SCHOOL_AGE = 4
LIBERTY_AGE = 11


def day_texts(days: pd.Series | np.ndarray, as_at: int) -> list[str]:
    """Days as dd/mm/yyyy; blank when they have not come."""
    return [
        (EPOCH_DAY + timedelta(days=int(day))).strftime("%d/%m/%Y") if day <= as_at else ""
        for day in np.asarray(days)
    ]


class FinancialYear:
    """The financial year up to the end of a month, which a yearly return is about."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.as_at = view.as_at
        self.collection_year = int(financial_years(np.array([view.as_at]))[0])
        self.first = first_day((self.collection_year - 1 - 1970) * 12 + 3)


class Return(FinancialYear):
    """The children looked after in the financial year up to the end of a month, and what is said of them."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        stays = view.stays
        stays = stays[stays["end"] >= self.first]
        self.stays = stays.assign(period=stays.index)

    @property
    def is_year_end(self) -> bool:
        """Whether it is the return of the whole year: only then outcomes are asked for."""
        return is_march(self.view.month)

    def texts(self, days: pd.Series | np.ndarray) -> list[str]:
        """Days as texts, those after the as-at date blank."""
        return day_texts(days, self.as_at)

    def child(self, frame: pd.DataFrame) -> dict[str, object]:
        """The columns with which most files begin."""
        return {
            "CHILD": self.view.ids(frame["child"].to_numpy()),
            "DOB": self.texts(self.births(frame)),
        }

    def births(self, frame: pd.DataFrame) -> Days:
        """The children's days of birth."""
        return self.view.history.children["birth"].to_numpy()[frame["child"]]

    def sex(self, frame: pd.DataFrame) -> np.ndarray:
        """The code of the collection year."""
        boys = self.view.history.children["sex"].to_numpy()[frame["child"]] == MALE
        letters = self.collection_year >= LETTERS_FROM
        return np.where(boys, "M" if letters else "1", "F" if letters else "2")

    def of_stays(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The records of the stays in the return."""
        return frame[frame["period"].isin(self.stays["period"])]

    def checks(self, kind: int) -> pd.DataFrame:
        """The checks or reviews of the year so far."""
        checks = self.of_stays(self.view.history.checks)
        in_year = (checks["day"] >= self.first) & (checks["day"] <= self.as_at)
        return checks[(checks["kind"] == kind) & in_year]


def header(of: Return) -> pd.DataFrame:
    """Every child of any other file, once."""
    children = of.stays["child"].unique()
    if of.is_year_end:
        children = np.union1d(children, birthdays_in_year(of.view, of.first)["child"])
    found = pd.DataFrame({"child": np.sort(children)})
    of_child = of.view.history.children.iloc[found["child"]]
    child = of.child(found)
    return pd.DataFrame(
        {
            "CHILD": child["CHILD"],
            "SEX": of.sex(found),
            "DOB": child["DOB"],
            "ETHNIC": of_child["ethnicity"].to_numpy(),
            "UPN": numbers_of_pupils(of_child, of.view),
            "MOTHER": "",
            "MC_DOB": "",
        }
    )


def numbers_of_pupils(children: pd.DataFrame, view: View) -> np.ndarray:
    """Pupil numbers of no school; UN1 under school age, UN4 for those who came alone."""
    age = ages(children["birth"].to_numpy(), view.as_at)
    serials = care_serials(view.uniform(children["key"].to_numpy(), "upn"))
    numbers = pupil_numbers(KNOWN_TO_CARE, serials)
    numbers = np.where(children["is_alone"], "UN4", numbers)
    return np.where(age < SCHOOL_AGE, "UN1", numbers)


def episodes(of: Return) -> pd.DataFrame:
    """Episodes open on or after the first day of the year; the last one ends as far as that is known."""
    found = of.of_stays(of.view.history.placements)
    found = found[(found["start"] <= of.as_at) & (found["end"] >= of.first)]
    stay = of.stays.set_index("period").reindex(found["period"])
    end = np.where(found["is_last"], stay["end"], found["end"])
    ended = end <= of.as_at
    level = of.view.uniform(found["place_key"].to_numpy().astype(np.uint64), "where")
    home = np.array([f"SYN{int(number * 900) + 100}" for number in level], dtype=object)
    return pd.DataFrame(
        {
            "CHILD": of.view.ids(found["child"].to_numpy()),
            "DECOM": of.texts(found["start"]),
            "RNE": found["began"].to_numpy(),
            "LS": found["legal"].to_numpy(),
            "CIN": stay["need"].to_numpy(),
            "PLACE": found["place"].to_numpy(),
            "PLACE_PROVIDER": found["provider"].to_numpy(),
            "DEC": of.texts(end),
            "REC": np.where(ended, found["cease_reason"], ""),
            "REASON_PLACE_CHANGE": np.where(ended, found["change_reason"], ""),
            "HOME_POST": "ZZ99 9ZZ",
            "PL_POST": [f"ZZ99 {int(number * 9) + 1}ZZ" for number in level],
            "URN": np.where(found["place"].isin(RESIDENTIAL), home, ""),
        }
    )


def reviews(of: Return) -> pd.DataFrame:
    """Reviews held in the year."""
    found = of.checks(REVIEW)
    age = ages(of.births(found), found["day"].to_numpy())
    code = np.where(age < SPEAKING_AGE, "PN0", "PN1")
    return pd.DataFrame({**of.child(found), "REVIEW": of.texts(found["day"]), "REVIEW_CODE": code})


def unaccompanied(of: Return) -> pd.DataFrame:
    """Those who came alone; the status ends with childhood."""
    found = of.stays[of.stays["route"] == UNACCOMPANIED].drop_duplicates("child")
    child = of.child(found)
    return pd.DataFrame(
        {
            "CHILD": child["CHILD"],
            "SEX": of.sex(found),
            "DOB": child["DOB"],
            "DUC": day_texts(found["adult"], NEVER),
        }
    )


def missing(of: Return) -> pd.DataFrame:
    """Incidents of the year, and those open when it began."""
    found = of.of_stays(of.view.known(of.view.history.incidents, "start"))
    found = found[found["end"] >= of.first]
    return pd.DataFrame(
        {
            **of.child(found),
            "MISSING": found["kind"].to_numpy(),
            "MIS_START": of.texts(found["start"]),
            "MIS_END": of.texts(found["end"]),
        }
    )


def deprivation_of_liberty(of: Return) -> pd.DataFrame:
    """Orders that allowed a few older children to be deprived of their liberty."""
    stays = of.stays[~of.stays["is_short_break"]]
    key = stays["key"].to_numpy()
    start = np.maximum(stays["start"] + 30, birthdays(of.births(stays), LIBERTY_AGE))
    start = start + of.view.history.draws.days(key, "liberty from", intensities.LIBERTY_FROM_DAYS)
    end = start + of.view.history.draws.days(key, "liberty", intensities.LIBERTY_DAYS)
    end = np.minimum(end, stays["end"])
    ordered = of.view.uniform(key, "deprived of liberty") < intensities.DEPRIVED_OF_LIBERTY
    here = ordered & (start < end) & (start <= of.as_at) & (end >= of.first)
    return pd.DataFrame(
        {
            **of.child(stays[here]),
            "DOLO_START": of.texts(start[here]),
            "DOLO_END": of.texts(end[here]),
        }
    )


def social_workers(of: Return) -> pd.DataFrame:
    """Who was the child's social worker in the year, by an invented number."""
    found = _worker_spells(of)
    key = keys_of(found["key"].to_numpy(), found["spell"].to_numpy())
    worker = (of.view.uniform(key, "worker") * WORKERS).astype(int) + 1
    reason = WORKER_REASONS[(of.view.uniform(key, "worker left") * len(WORKER_REASONS)).astype(int)]
    return pd.DataFrame(
        {
            **of.child(found),
            "SW_ID": [f"SYNSW{number:03d}" for number in worker],
            "SW_DECOM": of.texts(found["begins"]),
            "SW_DEC": of.texts(found["ends"]),
            "SW_REASON": np.where(found["ends"] <= of.as_at, reason, ""),
        }
    )


def _worker_spells(of: Return) -> pd.DataFrame:
    """One worker after the other from the start of each stay."""
    stays = of.stays
    longest = int((of.as_at - stays["start"]).max() // WORKER_CHANGE_DAYS) if len(stays) else 0
    spells = []
    for number in range(longest + 1):
        begins = stays["start"] + number * WORKER_CHANGE_DAYS
        ends = np.minimum(begins + WORKER_CHANGE_DAYS, stays["end"])
        in_year = (begins <= of.as_at) & (begins < stays["end"]) & (ends >= of.first)
        spells.append(stays.assign(begins=begins, ends=ends, spell=number)[in_year])
    found = pd.concat(spells).sort_values(["child", "begins", "spell"])
    return found.drop_duplicates(["child", "begins"])
