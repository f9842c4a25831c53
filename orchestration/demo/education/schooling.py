"""What all education extracts of one authority share: schools, register, plans, children in care."""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from orchestration.demo.education import intensities
from orchestration.demo.education.calendar import day_number, month_number
from orchestration.demo.education.plans import requests_of, with_plan
from orchestration.demo.education.pupils import cohorts_of, looked_after, pupils_of
from orchestration.demo.education.schools import schools_of
from orchestration.demo.education.spread import evened
from orchestration.demo.history import History
from orchestration.demo.returns import YEAR_END_WEEKS

# Requests are simulated once for all months that can be written.
LAST_REQUESTS = month_number(2040, 12)


class Schooling:
    """The education of one authority's children, in addition to the history of its social care."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.area, self.draws = history.area, history.draws
        self.pupils = lru_cache(maxsize=4)(self._pupils)

    @cached_property
    def schools(self) -> pd.DataFrame:
        """The school list."""
        return schools_of(self.area, self.draws)

    @cached_property
    def requests(self) -> pd.DataFrame:
        """Requests for plans, and the plans."""
        return requests_of(self.area, self.draws, LAST_REQUESTS)

    def _pupils(self, cohort: int) -> pd.DataFrame:
        return pupils_of(self.area, self.draws, cohort)

    def in_care_in_march(self, year: int) -> pd.DataFrame:
        """The children in care on 31 March, as the year-end return has them."""
        day = day_number(year, 3, 31)
        return looked_after(self.history, day, day + 7 * YEAR_END_WEEKS)

    def in_care_now(self, as_at: int) -> pd.DataFrame:
        """The children in care on a day, as known on it."""
        return looked_after(self.history, as_at, as_at)

    def at_key_stage(self, year: int, age: int, share: float, disadvantaged: float) -> pd.DataFrame:
        """The pupils who end a key stage at that age in a year, with what describes them then.

        Those of schools here, and those looked after by the authority wherever they go to school.
        """
        cohort = year - age
        register = self.pupils(cohort)
        stays = self.draws.uniform(register["key"].to_numpy(), f"at school {age}")
        register = register[evened(stays) < share]
        in_care = self.in_care_in_march(year)
        of_cohort = cohorts_of(in_care["birth"].to_numpy()) == cohort
        in_care = in_care[of_cohort & (in_care["upn"] != "").to_numpy()]
        found = pd.concat([register, in_care], ignore_index=True)[list(register.columns)]
        is_poor = found["is_cared_for"].to_numpy() | (found["poverty"] < disadvantaged).to_numpy()
        found = found.assign(is_disadvantaged=is_poor)
        return found.assign(sen=self._sen(found, year))

    def _sen(self, pupils: pd.DataFrame, year: int) -> np.ndarray:
        """N, K or E in January of the year."""
        key = pupils["key"].to_numpy()
        cared_for = pupils["is_cared_for"].to_numpy()
        level = self.draws.uniform(key, "plan of a child in care")
        own = np.isin(key, with_plan(self.requests, day_number(year, 1, 15)))
        has_plan = np.where(cared_for, level < intensities.CARED_FOR_WITH_PLAN, own)
        poor = pupils["is_disadvantaged"].to_numpy()
        share = np.array(intensities.SEN_SUPPORT)[poor.astype(int)]
        share = np.where(cared_for, intensities.CARED_FOR_SEN_SUPPORT, share)
        support = evened(self.draws.uniform(key, "sen support"), poor, cared_for, has_plan) < share
        return np.select([has_plan, support], ["E", "K"], "N").astype(object)


def standing(pupils: pd.DataFrame) -> dict[str, np.ndarray]:
    """The groups by which pupils' levels differ: plan, care (for a year, or less), SEN support, poverty."""
    care = pupils["is_cared_for"].to_numpy()
    plan = (pupils["sen"] == "E").to_numpy() & ~care
    return {
        "care": care,
        "plan": plan,
        "support": (pupils["sen"] == "K").to_numpy() & ~care,
        "poor": pupils["is_disadvantaged"].to_numpy() & ~care & ~plan,
    }
