"""The SSDA903 return's files on outcomes: OC2, OC3, adoption, earlier permanence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo.care import ADOPTED
from orchestration.demo.days import NEVER, ages, birthdays
from orchestration.demo.draws import Keys, keys_of
from orchestration.demo.incidents import DENTAL, HEALTH
from orchestration.demo.leaving_care import birthdays_in_year
from orchestration.demo.options import COUPLES, REVERSAL
from orchestration.demo.return_children import NO_AUTHORITY, Return

# The strengths and difficulties questionnaire is for ages 4 to 16.
SCORE_AGES, MOST_SCORE = range(4, 17), 34
TWICE_A_YEAR_AGE = 5
ADOPTED_BEFORE = 0.03


def outcomes(of: Return) -> pd.DataFrame:
    """OC2: children looked after for the whole twelve months to the as-at date."""
    stays = of.stays[~of.stays["is_short_break"]]
    whole = stays[(stays["start"] <= of.view.year_start) & (stays["end"] > of.as_at)]
    whole = whole.drop_duplicates("child")
    key, age = (
        keys_of(whole["key"].to_numpy(), of.collection_year),
        ages(of.births(whole), of.as_at),
    )
    scored = np.isin(age, SCORE_AGES) & (of.view.uniform(key, "scored") < 0.8)
    score = (of.view.uniform(key, "score") * MOST_SCORE).astype(int).astype(str)
    unscored = np.where(np.isin(age, SCORE_AGES) & ~scored, "SDQ2", "")
    scores = {"SDQ_SCORE": np.where(scored, score, ""), "SDQ_REASON": unscored}
    flags = {
        "CONVICTED": (age >= 10) & (of.view.uniform(key, "convicted") < 0.03),
        "HEALTH_CHECK": (age < 5) & (of.view.uniform(key, "health check") < 0.9),
        "IMMUNISATIONS": of.view.uniform(key, "immunised") < 0.85,
        "TEETH_CHECK": _checks_of(of, DENTAL, whole) >= 1,
        # Two a year under 5 (Care Planning Regulations 2010, reg. 7).
        "HEALTH_ASSESSMENT": _checks_of(of, HEALTH, whole)
        >= np.where(age < TWICE_A_YEAR_AGE, 2, 1),
        **_substance_misuse(of, key, age),
    }
    texts = {heading: flag.astype(int).astype(str) for heading, flag in flags.items()}
    return pd.DataFrame({**of.child(whole), **scores, **texts})


def _checks_of(of: Return, kind: int, stays: pd.DataFrame) -> np.ndarray:
    counts = of.checks(kind).groupby("period").size()
    return counts.reindex(stays["period"]).fillna(0).to_numpy()


def _substance_misuse(of: Return, key: Keys, age: np.ndarray) -> dict[str, np.ndarray]:
    misuse = (age >= 11) & (of.view.uniform(key, "misuse") < 0.06)
    received = of.view.uniform(key, "intervention") < 0.5
    return {
        "SUBSTANCE_MISUSE": misuse,
        "INTERVENTION_RECEIVED": misuse & received,
        "INTERVENTION_OFFERED": misuse & ~received,
    }


def leavers(of: Return) -> pd.DataFrame:
    """OC3: care leavers around their birthday in the year."""
    found = birthdays_in_year(of.view, of.first)
    return pd.DataFrame(
        {
            **of.child(found),
            "IN_TOUCH": found["in_touch"].to_numpy(),
            "ACTIV": found["activity"].to_numpy(),
            "ACCOM": found["accommodation"].to_numpy(),
        }
    )


def adopted(of: Return) -> pd.DataFrame:
    """AD1: children adopted in the year."""
    found = of.stays[(of.stays["outcome"] == ADOPTED) & (of.stays["end"] <= of.as_at)]
    couple = of.view.uniform(found["key"].to_numpy(), "couple") < COUPLES
    by_carer = found["foster_carer_adopts"] | (found["early_placement"] < NEVER)
    return pd.DataFrame(
        {
            **of.child(found),
            "DATE_INT": of.texts(found["decision"]),
            "DATE_MATCH": of.texts(found["match"]),
            "FOSTER_CARE": by_carer.to_numpy().astype(int).astype(str),
            "NB_ADOPTR": np.where(couple, "2", "1"),
            "SEX_ADOPTR": np.where(couple, "MF", "F1"),
            "LS_ADOPTR": np.where(couple, "L11", "L0"),
        }
    )


def decisions(of: Return) -> pd.DataFrame:
    """Decisions that a child should be placed for adoption, current in the year."""
    stays = of.stays
    found = stays[(stays["decision"] <= of.as_at) & (stays["reversed"] >= of.first)]
    level = of.view.uniform(found["key"].to_numpy(), "reversal")
    reason = np.array(list(REVERSAL))[(level * len(REVERSAL)).astype(int)]
    return pd.DataFrame(
        {
            **of.child(found),
            "DATE_PLACED": of.texts(found["decision"]),
            "DATE_PLACED_CEASED": of.texts(found["reversed"]),
            "REASON_PLACED_CEASED": np.where(found["reversed"] <= of.as_at, reason, ""),
        }
    )


def previous_permanence(of: Return) -> pd.DataFrame:
    """For those who started in the year: nearly none had been under an order before."""
    found = of.stays[(of.stays["start"] >= of.first) & ~of.stays["is_short_break"]]
    found = found.drop_duplicates("child")
    before = of.view.uniform(found["key"].to_numpy(), "permanence") < ADOPTED_BEFORE
    since = np.minimum(birthdays(of.births(found), 2), found["start"] - 1)
    return pd.DataFrame(
        {
            **of.child(found),
            "PREV_PERM": np.where(before, "P2", "Z1"),
            "LA_PERM": np.where(before, str(NO_AUTHORITY), ""),
            "DATE_PERM": np.where(before, of.texts(since), ""),
        }
    )
