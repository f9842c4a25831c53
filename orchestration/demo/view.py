"""One authority as its case system shows it on an as-at day: what lists and returns have in common."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from orchestration.demo import options
from orchestration.demo.days import Days, ages, first_day, last_day
from orchestration.demo.draws import Keys, keys_of
from orchestration.demo.history import LOOK_BACK_MONTHS, History
from orchestration.demo.recording import known
from orchestration.demo.sheets import Column, dates, numbers, texts

CHILDREN_PER_WORKER = 600
CATEGORY_STANDS_DAYS = 30


class View:
    """A history as known on a day (`known_on`), for extracts as at the end of a month."""

    def __init__(self, history: History, month: int, known_on: int | None = None) -> None:
        self.history, self.month = history, month
        self.as_at = last_day(month)
        self.known_on = self.as_at if known_on is None else known_on
        self.window_start = first_day(month + 1 - LOOK_BACK_MONTHS)
        self.year_start = first_day(month + 1 - 12)

    def known(self, frame: pd.DataFrame, day: str | None = None) -> pd.DataFrame:
        """The records entered by then; none of a later day than the as-at date."""
        found = known(frame, self.known_on, day)
        return found if day is None else found[found[day] <= self.as_at]

    def in_window(self, days: pd.Series) -> pd.Series:
        """Days in the six months up to the as-at date."""
        return (days >= self.window_start) & (days <= self.as_at)

    def open_or_ended(self, frame: pd.DataFrame, end: str = "end") -> pd.DataFrame:
        """Records open at the as-at date, or ended in the six months before it."""
        return frame[frame[end] >= self.window_start]

    def ids(self, child: np.ndarray) -> np.ndarray:
        """The local ids of children."""
        return self.history.children["id"].to_numpy()[child]

    def uniform(self, keys: Keys, label: str) -> np.ndarray:
        """Chance for what an extract shows and no record holds."""
        return self.history.draws.uniform(keys, label)

    def lately(
        self,
        keys: Keys,
        label: str,
        most_days: Days | int,
        since: Days,
        until: Days,
        late: float = 0,
    ) -> Days:
        """When it last happened before the as-at date, within a record's days: a visit, a contact.

        `late`: the share for whom that is longer ago than it should be, up to twice as long.
        """
        now = keys_of(keys, self.month)
        before = (self.uniform(now, label) * most_days).astype(np.int64)
        is_late = self.history.draws.chance(now, f"{label} late", late)
        before = before + np.where(is_late, most_days + 1, 0)
        return np.maximum(np.minimum(self.as_at, until) - before, since)

    # ------------------------------------------------------------------------------------- columns

    def child_columns(self, child: np.ndarray, *, family: Column | None = None) -> list[Column]:
        """Id, gender, ethnicity, date of birth and age, as all lists begin."""
        of_child = self.history.children.iloc[child]
        birth = of_child["birth"].to_numpy()
        age = ages(birth, self.as_at)
        sex = np.where(age < 0, options.SEX_UNBORN, options.SEX[of_child["sex"].to_numpy()])
        return [
            texts("Child Unique ID", self.ids(child)),
            *([family] if family else []),
            texts("Gender", sex),
            texts(
                "Ethnicity", options.spelled(of_child["ethnicity"].to_numpy(), options.ETHNICITY)
            ),
            dates("Date of Birth", birth),
            numbers("Age of Child (Years)", np.maximum(age, -1)),
        ]

    def disability(self, child: np.ndarray) -> Column:
        """Whether the child is disabled."""
        is_disabled = self.history.children["is_disabled"].to_numpy()[child].astype(int)
        return texts("Does the Child have a Disability", options.YES_NO[is_disabled])

    def latest_category(self, plans: pd.DataFrame) -> np.ndarray:
        """The category of abuse now: a change comes with the first review."""
        changed = plans["day"] + CATEGORY_STANDS_DAYS <= self.as_at
        return np.where(changed, plans["latest_category"], plans["first_category"])

    def worker_names(self, child: np.ndarray, label: str = "worker") -> np.ndarray:
        """Who is allocated to the child's family: invented, and obviously so."""
        size = self.history.area.children_in(np.array([2022]))[0] / CHILDREN_PER_WORKER
        number = (self._of_family(child, label) * max(size, 3)).astype(int) + 1
        return np.array([f"Worker {worker}" for worker in number], dtype=object)

    def worker_columns(self, child: np.ndarray) -> list[Column]:
        """Team and worker, as most lists end."""
        team = (self._of_family(child, "team") * len(options.TEAMS)).astype(int)
        return [
            texts("Allocated Team", np.array(options.TEAMS, dtype=object)[team]),
            texts("Allocated Worker", self.worker_names(child)),
        ]

    def _of_family(self, child: np.ndarray, label: str) -> np.ndarray:
        return self.uniform(self.history.children["family_key"].to_numpy()[child], label)

    # --------------------------------------------------------------------------------------- state

    @cached_property
    def stays(self) -> pd.DataFrame:
        """Stays in care and short breaks that began by the as-at date, by position."""
        return self.known(self.history.periods, "start")

    @cached_property
    def in_care(self) -> np.ndarray:
        """The children looked after at the as-at date."""
        stays = self.stays
        return stays.loc[~stays["is_short_break"] & (stays["end"] > self.as_at), "child"].to_numpy()
