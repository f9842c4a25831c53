"""Annex A lists 10 and 11: adoption cases and prospective adopters."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo import options
from orchestration.demo.days import NEVER
from orchestration.demo.draws import keys_of
from orchestration.demo.families import ETHNICITIES
from orchestration.demo.sheets import Column, Sheet, dates, numbers, texts
from orchestration.demo.view import View

# Days before the match at which the adopters took each step, and how far these spread.
STAGES = {
    "Date enquiry received": 470,
    "Date Stage 1 started": 430,
    "Date Stage 1 ended": 360,
    "Date Stage 2 started": 340,
    "Date Stage 2 ended": 230,
    "Date application submitted": 225,
    "Date application approved": 200,
}
STAGE_SPREAD = 0.6


def adoption_cases(view: View) -> Sheet:
    """List 10: current cases, and those that ended in the twelve months."""
    stays = view.stays
    adopted = stays["adoption"].where(stays["end"] <= view.as_at, NEVER)
    stays = stays.assign(adoption=adopted)
    ended = np.minimum(stays["adoption"], stays["reversed"])
    found = stays[(stays["decision"] <= view.as_at) & (ended >= view.year_start)].sort_values(
        ["start", "key"]
    )
    key, child = found["key"].to_numpy(), found["child"].to_numpy()
    reason = np.array(list(options.REVERSAL), dtype=object)[
        (view.uniform(key, "reversal") * 4).astype(int)
    ]
    is_reversed = (found["reversed"] <= view.as_at).to_numpy()
    columns: list[Column] = [
        *view.child_columns(child, family=texts("Family identifier", _family_ids(found, view))),
        view.disability(child),
        dates("Date the Child Entered Care", found["start"]),
        dates("Date of Decision that Child Should be Placed for Adoption", found["decision"]),
        dates("Date of Placement Order", found["order"]),
        dates("Date of Matching Child and Prospective Adopters", found["match"]),
        dates("Date Placed for Adoption", found["placed"]),
        dates("Date of Adoption Order", found["adoption"]),
        dates(
            "Date of Decision that Child Should No Longer be Placed for Adoption", found["reversed"]
        ),
        texts(
            "Reason Why Child No Longer Placed for Adoption",
            options.spelled(np.where(is_reversed, reason, ""), options.REVERSAL),
        ),
        dates(
            "Date the child was placed for fostering in FFA or concurrent planning placement",
            found["early_placement"],
        ),
    ]
    return Sheet("List 10", tuple(columns), key, found["entered"].to_numpy())


def _family_ids(found: pd.DataFrame, view: View) -> np.ndarray:
    """The adopters' family: known once the child is matched."""
    number = (view.uniform(found["key"].to_numpy(), "adopters") * 1e7).astype(int)
    known = (found["match"] <= view.as_at).to_numpy()
    return np.where(known, np.char.add("SYNF", number.astype(str)).astype(object), "")


def adopters(view: View) -> Sheet:
    """List 11: one row per adopter, from the enquiry until twelve months after the order."""
    stays = view.history.periods
    stays = stays[stays["match"] < NEVER]
    two = view.uniform(stays["key"].to_numpy(), "couple") < options.COUPLES
    first, second = stays.assign(place=0), stays[two].assign(place=1)
    found = pd.concat([first, second]).sort_values(["match", "key", "place"])
    family = found["key"].to_numpy()
    spread = 1 + STAGE_SPREAD * view.uniform(family, "stages")
    enquired = found["match"].to_numpy() - (STAGES["Date enquiry received"] * spread).astype(int)
    here = (enquired <= view.as_at) & (found["adoption"] >= view.year_start).to_numpy()
    found, spread, family = found[here], spread[here], family[here]
    key = keys_of(family, found["place"].to_numpy())
    ethnicity = np.array(list(ETHNICITIES), dtype=object)[
        view.history.draws.options(key, "ethnicity", list(ETHNICITIES.values()))
    ]
    sex = (view.uniform(key, "sex") < 0.48).astype(int)
    early = (found["early_placement"] < NEVER).to_numpy().astype(int)
    is_placed = (found["placed"] <= view.as_at).to_numpy()
    columns: list[Column] = [
        texts("Individual adopter identifier", _numbered("SYNA", view.uniform(key, "adopter"))),
        texts("Family identifier", _numbered("SYNF", view.uniform(family, "adopters"))),
        texts("Gender", options.SEX[sex]),
        texts("Ethnicity", options.spelled(ethnicity, options.ETHNICITY)),
        texts("Disability", options.YES_NO[(view.uniform(key, "disabled") < 0.03).astype(int)]),
        texts("Is the (prospective) adopter fostering for adoption?", options.YES_NO[early]),
        *(
            dates(heading, found["match"].to_numpy() - (before * spread).astype(int))
            for heading, before in STAGES.items()
        ),
        dates("Date adopter matched with child(ren)", found["match"]),
        dates("Date child/children placed with adopter(s)", found["placed"]),
        numbers("No. of children placed", np.where(is_placed, 1, -1)),
        dates("Date of Adoption Order", found["adoption"]),
        dates("Date of leaving adoption process", np.full(len(found), NEVER)),
        texts("Reason for leaving adoption process", np.full(len(found), "", dtype=object)),
    ]
    return Sheet("List 11", tuple(columns), key, np.full(len(found), 0))


def _numbered(prefix: str, level: np.ndarray) -> np.ndarray:
    return np.char.add(prefix, (level * 1e7).astype(int).astype(str)).astype(object)
