"""Chance: every draw is a function of the seed, the area, the record drawn for and a label.

So a draw depends on no other: a month more changes nothing that was written before, and a changed
intensity leaves every other decision as it was. Nothing here knows what is drawn for.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

Keys = np.ndarray  # unsigned 64-bit
_STEP, _FIRST, _SECOND = (
    np.uint64(value) for value in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)
MOST_LEAN = 2.5
_SHIFTS = tuple(np.uint64(value) for value in (30, 27, 31, 11))


@cache
def _salt(text: str) -> np.ndarray:
    # An array of one, because numpy warns when a scalar of 64 bits overflows, as it is meant to here.
    return np.frombuffer(hashlib.blake2b(text.encode(), digest_size=8).digest(), dtype="<u8")


def _mix(values: Keys) -> Keys:
    """Spread bits (SplitMix64, Steele, Lea and Flood 2014)."""
    values = values + _STEP
    values = (values ^ (values >> _SHIFTS[0])) * _FIRST
    values = (values ^ (values >> _SHIFTS[1])) * _SECOND
    return values ^ (values >> _SHIFTS[2])


def keys_of(*parts: np.ndarray | int) -> Keys:
    """A key from the numbers that name a record."""
    shape = np.broadcast_shapes(*(np.shape(part) for part in parts))
    key = np.zeros(shape or (1,), dtype=np.uint64)
    for part in parts:
        key = _mix(key ^ np.asarray(part).astype(np.uint64))
    return key


@dataclass(frozen=True)
class Curve:
    """A distribution by its quantiles: (share of records, value up to which they lie), linear between."""

    points: tuple[tuple[float, float], ...]

    def at(self, shares: np.ndarray) -> np.ndarray:
        """The value at each share."""
        levels, values = zip(*self.points, strict=True)
        return np.interp(shares, levels, values)

    def mean(self) -> float:
        """The mean of the distribution."""
        levels, values = (np.array(side) for side in zip(*self.points, strict=True))
        return float(np.sum(np.diff(levels) * (values[1:] + values[:-1]) / 2))


class Draws:
    """The chance of one area under one seed."""

    def __init__(self, seed: int, area_code: str) -> None:
        self._text = f"{seed}|{area_code}"

    def uniform(self, keys: Keys, label: str) -> np.ndarray:
        """A number above 0 and below 1 for each key."""
        mixed = _mix(_mix(keys ^ _salt(self._text)) ^ _salt(label))
        return (mixed >> _SHIFTS[3]).astype(np.float64) * 2.0**-53 + 2.0**-54

    def chance(self, keys: Keys, label: str, probability: np.ndarray | float) -> np.ndarray:
        """Whether it happens."""
        return self.uniform(keys, label) < probability

    def days(self, keys: Keys, label: str, curve: Curve) -> np.ndarray:
        """A whole number of days from a distribution."""
        return np.rint(curve.at(self.uniform(keys, label))).astype(np.int64)

    def options(self, keys: Keys, label: str, weights: Sequence[float]) -> np.ndarray:
        """The position of one of several options, by weight."""
        edges = np.cumsum(weights) / np.sum(weights)
        return np.searchsorted(edges[:-1], self.uniform(keys, label), side="right")

    def counts(self, label: str, number: int) -> np.random.Generator:
        """A generator for the counts of one month (or whatever `number` says)."""
        salts = [int(_salt(self._text)[0]), int(_salt(label)[0]), number]
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(salts)))


@dataclass(frozen=True)
class Candidates:
    """In order of the day: which family might take a turn, how many children it is, and its share of chance."""

    family: np.ndarray
    size: np.ndarray
    share: np.ndarray
    uniform: np.ndarray


def evenly(candidates: Candidates, slack: float) -> np.ndarray:
    """Which candidates take a turn, a family at most once, so that the children keep near to the intensity.

    A balance of children due runs along and leans on the chance of the next family, the more the less slack
    there is. Drawn freely, fourteen long plans a year would swing by 40 % from seed to seed with the sizes
    of the families, and no few seeds would show the intensity that was set.
    """
    taken = np.zeros(len(candidates.family), dtype=bool)
    done: set[int] = set()
    balance = 0.0
    columns = (candidates.family, candidates.size, candidates.share, candidates.uniform)
    for place, (family, size, share, level) in enumerate(
        zip(*(c.tolist() for c in columns), strict=True)
    ):
        balance += size * share
        if family in done:
            continue
        if level < share * math.exp(max(-MOST_LEAN, min(MOST_LEAN, balance / slack))):
            taken[place] = True
            done.add(family)
            balance -= size
    return taken
