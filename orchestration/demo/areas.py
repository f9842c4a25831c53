"""Which authorities are simulated, their child population, and how they differ from each other."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from orchestration.demo import intensities
from orchestration.demo.draws import Draws
from orchestration.settings import DBT_FOLDER, DEFAULT_HOME_AREA, REFERENCE_FOLDER

LONDON = "E09"
# The City of London and the Isles of Scilly have too few children to fill the lists.
FEWEST_CHILDREN = 5_000
FACTORS = tuple(intensities.OTHER_AREAS)


@dataclass(frozen=True)
class Area:
    """An authority: its children by mid-year, and factors on the intensities (1: unchanged)."""

    code: str
    name: str
    children: Mapping[int, float]
    factors: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(FACTORS, 1.0))
    records_away: bool = False
    """Whether 'away without authorisation' is kept apart from 'missing'; some authorities do not (SC14)."""
    dfe_code: str = ""

    def children_in(self, years: np.ndarray) -> np.ndarray:
        """Children at each mid-year; before and after the estimates the nearest."""
        known = sorted(self.children)
        return np.interp(years, known, [self.children[year] for year in known])


def choose_areas(number: int, seed: int, home: str = DEFAULT_HOME_AREA) -> list[Area]:
    """The first so many authorities: `home`, London boroughs, then the rest by code; raises ValueError."""
    names, children = _authorities(), _children()
    usable = [code for code in names if min(children.get(code, {0: 0}).values()) >= FEWEST_CHILDREN]
    if home not in usable:
        raise ValueError(
            f"{home} is not the code of an authority with {FEWEST_CHILDREN:,} children"
        )
    usable.sort(key=lambda code: (code != home, not code.startswith(LONDON), code))
    if not 1 <= number <= len(usable):
        raise ValueError(f"areas must be from 1 to {len(usable)}")
    return [_area(code, *names[code], children[code], seed) for code in usable[:number]]


def _area(code: str, name: str, dfe_code: str, children: Mapping[int, float], seed: int) -> Area:
    if code == DEFAULT_HOME_AREA:
        return Area(code, name, children, dfe_code=dfe_code)
    counts = Draws(seed, code).counts("area", 0)
    factors = {
        factor: level * math.exp(counts.normal(0.0, spread))
        for factor, (level, spread) in intensities.OTHER_AREAS.items()
    }
    records_away = bool(counts.random() < 0.7)
    return Area(code, name, children, factors, records_away, dfe_code)


def _authorities() -> dict[str, tuple[str, str]]:
    """Name and DfE code by ONS code."""
    with (DBT_FOLDER / "seeds" / "areas.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["area_code"]: (row["area_name"], row["dfe_code"])
            for row in csv.DictReader(file)
            if row["area_type"] == "la" and row["is_current"] == "true"
        }


def _children() -> dict[str, dict[int, float]]:
    children: dict[str, dict[int, float]] = {}
    with (REFERENCE_FOLDER / "population" / "estimates.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        for row in csv.DictReader(file):
            if row["population_estimate"].isdigit():
                of_area = children.setdefault(row["new_la_code"], {})
                of_area[int(row["time_period"])] = float(row["population_estimate"])
    return children
