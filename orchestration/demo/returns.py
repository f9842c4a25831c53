"""The SSDA903 CSV set of a financial year so far, one frame of texts per file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd

from orchestration.demo.care import ADOPTED, UNACCOMPANIED
from orchestration.demo.days import NEVER, Days, ages, birthdays, financial_years, first_day
from orchestration.demo.draws import keys_of
from orchestration.demo.families import MALE
from orchestration.demo.incidents import DENTAL, HEALTH, REVIEW
from orchestration.demo.leaving_care import birthdays_in_year
from orchestration.demo.view import View

# 1 and 2 until 2024, then M and F; social workers from 2024 (changes by collection year).
LETTERS_FROM, WORKERS_FROM = 2025, 2024
EPOCH_DAY = date(1970, 1, 1)
CHECK_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
NO_SCHOOL = 999  # an authority number that none has
WORKER_CHANGE_DAYS, WORKER_REASONS = (
    420,
    ("LEFTRL", "ORGRST", "TSPROC", "CHCHAN", "ABSENC", "OTHERS"),
)
SCORE_AGES, MOST_SCORE = range(4, 17), 34


def _texts(days: pd.Series | np.ndarray, as_at: int) -> list[str]:
    """Days as dd/mm/yyyy; blank when they have not come."""
    return [
        (EPOCH_DAY + timedelta(days=int(day))).strftime("%d/%m/%Y") if day <= as_at else ""
        for day in np.asarray(days)
    ]


class Return:
    """The return as at the end of a month: children looked after in the financial year so far."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.collection_year = int(financial_years(np.array([view.as_at]))[0])
        self.first = first_day((self.collection_year - 1 - 1970) * 12 + 3)
        stays = view.stays
        self.stays = stays[stays["end"] >= self.first].assign(period=lambda found: found.index)

    # ----------------------------------------------------------------------------------- building

    def _child(self, frame: pd.DataFrame, *, with_birth: bool = True) -> dict[str, object]:
        columns: dict[str, object] = {"CHILD": self.view.ids(frame["child"].to_numpy())}
        if with_birth:
            birth = self.view.history.children["birth"].to_numpy()[frame["child"]]
            columns["DOB"] = _texts(birth, self.view.as_at)
        return columns

    def _sex(self, child: np.ndarray) -> np.ndarray:
        boys = self.view.history.children["sex"].to_numpy()[child] == MALE
        letters = self.collection_year >= LETTERS_FROM
        return np.where(boys, "M" if letters else "1", "F" if letters else "2")

    def _of_stays(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["period"].isin(self.stays["period"])]

    def episodes(self) -> pd.DataFrame:
        """Episodes open on or after the first day of the year; the last one ends as far as that is known."""
        view = self.view
        found = self._of_stays(view.history.placements)
        found = found[(found["start"] <= view.as_at) & (found["end"] >= self.first)]
        end_known = self.stays.set_index("period")["end"].reindex(found["period"]).to_numpy()
        end = np.where(found["is_last"], end_known, found["end"])
        ended = end <= view.as_at
        level = view.uniform(found["place_key"].to_numpy().astype(np.uint64), "where")
        need = self.stays.set_index("period")["need"].reindex(found["period"]).to_numpy()
        residential = found["place"].isin(("K1", "K2", "R1", "R3")).to_numpy()
        return pd.DataFrame(
            {
                **self._child(found, with_birth=False),
                "DECOM": _texts(found["start"], view.as_at),
                "RNE": found["began"].to_numpy(),
                "LS": found["legal"].to_numpy(),
                "CIN": need,
                "PLACE": found["place"].to_numpy(),
                "PLACE_PROVIDER": found["provider"].to_numpy(),
                "DEC": _texts(end, view.as_at),
                "REC": np.where(ended, found["cease_reason"], ""),
                "REASON_PLACE_CHANGE": np.where(ended, found["change_reason"], ""),
                "HOME_POST": "ZZ99 9ZZ",
                "PL_POST": [f"ZZ99 {int(number * 9) + 1}ZZ" for number in level],
                "URN": np.where(
                    residential, [f"SYN{int(number * 900) + 100}" for number in level], ""
                ),
            }
        )

    def header(self) -> pd.DataFrame:
        """Every child of any other file, once."""
        leavers = birthdays_in_year(self.view, self.first)
        child = np.unique(
            np.concatenate([self.stays["child"].to_numpy(), leavers["child"].to_numpy()])
        )
        of_child = self.view.history.children.iloc[child]
        frame = pd.DataFrame({"child": child})
        return pd.DataFrame(
            {
                **self._child(frame, with_birth=False),
                "SEX": self._sex(child),
                "DOB": self._child(frame)["DOB"],
                "ETHNIC": of_child["ethnicity"].to_numpy(),
                "UPN": self._pupil_numbers(of_child),
                "MOTHER": "",
                "MC_DOB": "",
            }
        )

    def _pupil_numbers(self, children: pd.DataFrame) -> list[str]:
        """Pupil numbers of no school; UN1 under school age, UN4 for those who came alone lately."""
        number = self.view.uniform(children["key"].to_numpy(), "upn") * 1e9
        age = ages(children["birth"].to_numpy(), self.view.as_at)
        return [
            "UN1" if years < 4 else "UN4" if alone else _pupil_number(int(serial))
            for serial, years, alone in zip(number, age, children["is_alone"], strict=True)
        ]

    def reviews(self) -> pd.DataFrame:
        """Reviews held in the year."""
        found = self._checks(REVIEW)
        code = np.where(ages(self._births(found), found["day"].to_numpy()) < 4, "PN0", "PN1")
        return pd.DataFrame(
            {
                **self._child(found),
                "REVIEW": _texts(found["day"], self.view.as_at),
                "REVIEW_CODE": code,
            }
        )

    def _births(self, frame: pd.DataFrame) -> Days:
        return self.view.history.children["birth"].to_numpy()[frame["child"]]

    def _checks(self, kind: int) -> pd.DataFrame:
        checks = self._of_stays(self.view.history.checks)
        return checks[
            (checks["kind"] == kind)
            & (checks["day"] >= self.first)
            & (checks["day"] <= self.view.as_at)
        ]

    def unaccompanied(self) -> pd.DataFrame:
        """Those who came alone; the status ends with childhood."""
        found = self.stays[self.stays["route"] == UNACCOMPANIED].drop_duplicates("child")
        child = found["child"].to_numpy()
        return pd.DataFrame(
            {
                **self._child(found, with_birth=False),
                "SEX": self._sex(child),
                "DOB": self._child(found)["DOB"],
                "DUC": _texts(found["adult"], NEVER),
            }
        )

    def outcomes(self) -> pd.DataFrame:
        """OC2: children looked after for the whole twelve months to the as-at date."""
        view = self.view
        stays = self.stays[~self.stays["is_short_break"]]
        whole = stays[
            (stays["start"] <= view.year_start) & (stays["end"] > view.as_at)
        ].drop_duplicates("child")
        key = keys_of(whole["key"].to_numpy(), self.collection_year)
        age = ages(self._births(whole), view.as_at)
        number = {
            kind: self._checks(kind)
            .groupby("period")
            .size()
            .reindex(whole["period"])
            .fillna(0)
            .to_numpy()
            for kind in (DENTAL, HEALTH)
        }
        scored = np.isin(age, SCORE_AGES) & (view.uniform(key, "scored") < 0.8)
        score = (view.uniform(key, "score") * MOST_SCORE).astype(int).astype(str)
        unscored = np.where(np.isin(age, SCORE_AGES) & ~scored, "SDQ2", "")
        misuse = (age >= 11) & (view.uniform(key, "misuse") < 0.06)
        flags = {
            "CONVICTED": (age >= 10) & (view.uniform(key, "convicted") < 0.03),
            "HEALTH_CHECK": (age < 5) & (view.uniform(key, "health check") < 0.9),
            "IMMUNISATIONS": view.uniform(key, "immunised") < 0.85,
            "TEETH_CHECK": number[DENTAL] >= 1,
            # Two a year under 5 (Care Planning Regulations 2010, reg. 7).
            "HEALTH_ASSESSMENT": number[HEALTH] >= np.where(age < 5, 2, 1),
            "SUBSTANCE_MISUSE": misuse,
            "INTERVENTION_RECEIVED": misuse & (view.uniform(key, "intervention") < 0.5),
            "INTERVENTION_OFFERED": misuse & (view.uniform(key, "intervention") >= 0.5),
        }
        texts = {heading: flag.astype(int).astype(str) for heading, flag in flags.items()}
        scores = {"SDQ_SCORE": np.where(scored, score, ""), "SDQ_REASON": unscored}
        return pd.DataFrame({**self._child(whole), **scores, **texts})

    def leavers(self) -> pd.DataFrame:
        """OC3: care leavers around their birthday in the year."""
        found = birthdays_in_year(self.view, self.first)
        names = {"IN_TOUCH": "in_touch", "ACTIV": "activity", "ACCOM": "accommodation"}
        return pd.DataFrame(
            {
                **self._child(found),
                **{heading: found[name].to_numpy() for heading, name in names.items()},
            }
        )

    def adopted(self) -> pd.DataFrame:
        """AD1: children adopted in the year."""
        as_at = self.view.as_at
        found = self.stays[(self.stays["outcome"] == ADOPTED) & (self.stays["end"] <= as_at)]
        key = found["key"].to_numpy()
        couple = self.view.uniform(key, "couple") < 0.72
        carer = (
            (found["foster_carer_adopts"] | (found["early_placement"] < NEVER))
            .to_numpy()
            .astype(int)
            .astype(str)
        )
        return pd.DataFrame(
            {
                **self._child(found),
                "DATE_INT": _texts(found["decision"], as_at),
                "DATE_MATCH": _texts(found["match"], as_at),
                "FOSTER_CARE": carer,
                "NB_ADOPTR": np.where(couple, "2", "1"),
                "SEX_ADOPTR": np.where(couple, "MF", "F1"),
                "LS_ADOPTR": np.where(couple, "L11", "L0"),
            }
        )

    def decisions(self) -> pd.DataFrame:
        """Decisions that a child should be placed for adoption, current in the year."""
        as_at = self.view.as_at
        found = self.stays[
            (self.stays["decision"] <= as_at) & (self.stays["reversed"] >= self.first)
        ]
        reason = np.array(["RD1", "RD2", "RD3", "RD4"])[
            (self.view.uniform(found["key"].to_numpy(), "reversal") * 4).astype(int)
        ]
        return pd.DataFrame(
            {
                **self._child(found),
                "DATE_PLACED": _texts(found["decision"], as_at),
                "DATE_PLACED_CEASED": _texts(found["reversed"], as_at),
                "REASON_PLACED_CEASED": np.where(found["reversed"] <= as_at, reason, ""),
            }
        )

    def previous_permanence(self) -> pd.DataFrame:
        """For those who started in the year: nearly none had been adopted or under an order before."""
        found = self.stays[(self.stays["start"] >= self.first) & ~self.stays["is_short_break"]]
        found = found.drop_duplicates("child")
        before = self.view.uniform(found["key"].to_numpy(), "permanence") < 0.03
        since = birthdays(self._births(found), 2)
        return pd.DataFrame(
            {
                **self._child(found),
                "PREV_PERM": np.where(before, "P2", "Z1"),
                "LA_PERM": np.where(before, str(NO_SCHOOL), ""),
                "DATE_PERM": np.where(
                    before, _texts(np.minimum(since, found["start"] - 1), self.view.as_at), ""
                ),
            }
        )

    def missing(self) -> pd.DataFrame:
        """Incidents of the year, and those open when it began."""
        view = self.view
        found = self._of_stays(view.known(view.history.incidents, "start"))
        found = found[found["end"] >= self.first]
        return pd.DataFrame(
            {
                **self._child(found),
                "MISSING": found["kind"].to_numpy(),
                "MIS_START": _texts(found["start"], view.as_at),
                "MIS_END": _texts(found["end"], view.as_at),
            }
        )

    def social_workers(self) -> pd.DataFrame:
        """Who was the child's social worker in the year, by an invented number."""
        as_at, stays = self.view.as_at, self.stays
        longest = int((as_at - stays["start"].min()) // WORKER_CHANGE_DAYS) if len(stays) else 0
        spells = []
        for number in range(longest + 1):
            begins = stays["start"] + number * WORKER_CHANGE_DAYS
            ends = np.minimum(begins + WORKER_CHANGE_DAYS, stays["end"])
            spell = stays.assign(begins=begins, ends=ends, spell=number)
            spells.append(
                spell[(begins <= np.minimum(as_at, stays["end"] - 1)) & (ends >= self.first)]
            )
        found = (
            pd.concat(spells).sort_values(["child", "begins"]).drop_duplicates(["child", "begins"])
        )
        key = keys_of(found["key"].to_numpy(), found["spell"].to_numpy())
        worker = [
            f"SYNSW{int(number * 120) + 1:03d}" for number in self.view.uniform(key, "worker")
        ]
        reason = np.array(WORKER_REASONS)[
            (self.view.uniform(key, "worker left") * len(WORKER_REASONS)).astype(int)
        ]
        return pd.DataFrame(
            {
                **self._child(found),
                "SW_ID": worker,
                "SW_DECOM": _texts(found["begins"], as_at),
                "SW_DEC": _texts(found["ends"], as_at),
                "SW_REASON": np.where(found["ends"] <= as_at, reason, ""),
            }
        )


def _pupil_number(serial: int) -> str:
    """A number with the right check letter (DfE, Unique pupil numbers guide, 2019, section 9)."""
    digits = f"{NO_SCHOOL}{serial:09d}"
    total = sum(int(digit) * weight for weight, digit in enumerate(digits, start=2))
    return CHECK_LETTERS[total % 23] + digits


FILES: Mapping[str, Callable[[Return], pd.DataFrame]] = {
    "header": Return.header,
    "episodes": Return.episodes,
    "reviews": Return.reviews,
    "uasc": Return.unaccompanied,
    "oc2": Return.outcomes,
    "oc3": Return.leavers,
    "ad1": Return.adopted,
    "placed_for_adoption": Return.decisions,
    "previous_permanence": Return.previous_permanence,
    "missing": Return.missing,
    "sw_episodes": Return.social_workers,
}


def files_of(view: View) -> dict[str, pd.DataFrame]:
    """The files of the return by name; those that the collection year did not have are left out."""
    found = Return(view)
    newer = {"sw_episodes": WORKERS_FROM}
    return {
        name: build(found)
        for name, build in FILES.items()
        if found.collection_year >= newer.get(name, 0)
    }
