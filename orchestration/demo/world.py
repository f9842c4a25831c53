"""What every step of the simulation needs: chance, the authority, and turns that even out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.demo.areas import Area
from orchestration.demo.days import NEVER, Days, add_working_days, first_day, working_day
from orchestration.demo.draws import Candidates, Curve, Draws, Keys, evenly, keys_of
from orchestration.demo.families import EARLIEST_MONTH, EPOCH

EVENS_OUT_DAYS, RARE_EVENS_OUT_DAYS, LEAST_SLACK, CANDIDATES = 30, 5, 0.15, 12
# Years that every simulation holds.
SETTLED_FROM, SETTLED_UNTIL = first_day(EPOCH + 36), first_day(EARLIEST_MONTH)
SETTLED_DAYS = SETTLED_UNTIL - SETTLED_FROM
MOST_TIMELY = 0.97


@dataclass(frozen=True)
class Turn:
    """A turn that some cases take: for each case one or more days on which it might, and the share then.

    A day of NEVER is none. Several days per case even out what chance would bunch.
    """

    label: str
    days: np.ndarray  # cases by candidates
    share: np.ndarray
    evens_out_days: int = EVENS_OUT_DAYS


def rare_turn(label: str, days: np.ndarray, share: np.ndarray) -> Turn:
    """A turn that few take: the fewer, the sooner it has to even out."""
    return Turn(label, days, share / days.shape[1], RARE_EVENS_OUT_DAYS)


@dataclass(frozen=True)
class World:
    """What every step needs: chance, and the authority with its factors."""

    draws: Draws
    area: Area

    def likely(
        self, keys: Keys, label: str, share: np.ndarray | float, factor: str | None = None
    ) -> np.ndarray:
        """Whether it happens, the area's factor applied."""
        of_area = self.area.factors[factor] if factor else 1.0
        return self.draws.chance(keys, label, np.asarray(share) * of_area)

    def take_turns(self, turn: Turn, keys: Keys, sizes: np.ndarray) -> Days:
        """The day on which each case takes the turn, evenly along the days; NEVER where it does not.

        `sizes`: how many children of the case it would be, on each day.
        """
        days, share = turn.days.ravel(), turn.share.ravel()
        size = np.broadcast_to(sizes, turn.days.shape).ravel()
        n_candidates = turn.days.shape[1]
        case = np.repeat(np.arange(len(keys)), n_candidates)
        candidate = np.tile(np.arange(n_candidates), len(keys))
        key = keys_of(keys[case], candidate)
        order = np.lexsort((key, days))
        order = order[days[order] < NEVER]
        # From settled years, so that a later last month changes no earlier decision.
        settled = order[(days[order] >= SETTLED_FROM) & (days[order] < SETTLED_UNTIL)]
        slack = float((size * share)[settled].sum()) / SETTLED_DAYS * turn.evens_out_days
        level = self.draws.uniform(key, turn.label)
        found = Candidates(case[order], size[order], share[order], level[order])
        taken = order[evenly(found, max(slack, LEAST_SLACK))]
        chosen = np.full(len(keys), NEVER)
        chosen[case[taken]] = days[taken]
        return chosen

    def timely(self, keys: Keys, label: str, share: np.ndarray) -> np.ndarray:
        """Whether it is done in time, the area's factor applied."""
        of_area = share * self.area.factors["timeliness"]
        return self.draws.chance(keys, label, np.minimum(of_area, MOST_TIMELY))

    def candidate_days(self, label: str, begins: Days, keys: Keys, curve: Curve) -> np.ndarray:
        """Several days on which a rare turn might be taken, each so long after a beginning."""
        waits = [self.draws.days(keys, f"{label} {number}", curve) for number in range(CANDIDATES)]
        days = np.column_stack([working_day(begins + wait) for wait in waits])
        return np.where(begins[:, None] < NEVER, days, NEVER)

    def in_working_days(
        self, start: Days, keys: Keys, label: str, curves: tuple[np.ndarray, Curve, Curve]
    ) -> Days:
        """Some working days after the start: by the first curve where it is in time, else by the second."""
        in_time, early, late = curves
        quick = self.draws.days(keys, label, early)
        slow = self.draws.days(keys, f"{label} late", late)
        return add_working_days(start, np.where(in_time, quick, slow))
