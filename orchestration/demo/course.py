"""The course of one authority from its epoch on: families come, are followed, and some come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.demo.areas import Area
from orchestration.demo.cases import ALONE, ORDINARY, follow, next_cases, open_cases
from orchestration.demo.children_cases import Known, follow_children, participants
from orchestration.demo.days import last_day
from orchestration.demo.draws import Draws
from orchestration.demo.families import children_of, first_referrals
from orchestration.demo.world import World

# More returns than this fit into no childhood; those left over are a handful in twenty years.
MOST_GENERATIONS = 14


@dataclass(frozen=True)
class Course:
    """One row per child (by position), and one per child and case."""

    children: pd.DataFrame
    cases: pd.DataFrame


def run_course(area: Area, seed: int, end_month: int) -> Course:
    """Simulate all cases that begin up to the end of a month; what follows from them may lie later."""
    world = World(Draws(seed, area.code), area)
    families = first_referrals(area, world.draws, end_month)
    children = children_of(families, world.draws)
    known = Known.of(children, len(families))
    kind = np.where(families["is_alone"], ALONE, ORDINARY)
    cases = open_cases(families, families["start"].to_numpy(), kind, generation=0).assign(
        had_plan=False
    )
    found = []
    for _ in range(MOST_GENERATIONS):
        rows = participants(cases, known, world)
        for size, takes_part in (("size", "is_planned"), ("staying", "is_staying")):
            cases[size] = np.bincount(rows["case"], rows[takes_part], len(cases))
        cases = follow(cases, world)
        rows = follow_children(rows, cases, known, world)
        found.append(rows)
        following = next_cases(cases, rows, families, world)
        cases = following[following["start"] <= last_day(end_month)].reset_index(drop=True)
        if cases.empty:
            break
    return Course(children, pd.concat(found, ignore_index=True))
