"""Which figures are unsafe by themselves. What follows from others is not here.

Source: dbt_project/docs/disclosure.md, 'Figures that are unsafe by themselves'.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orchestration.registry.indicators import NOT_PERSONS

LEAST_SAFE_COUNT = 6
"""Counts of 1 to 5 are withheld; zero is a true zero."""
LEAST_BASE_OF_A_PERCENTAGE = 10
LEAST_RECORDS_OF_A_MEAN = 6
LEAST_PUPILS_OF_AN_ATTAINMENT_MEAN = 10
ATTAINMENT = ("ks2", "ks4")


class AttackFailed(Exception):
    """The attack had no answer, so that nothing is shown to be safe."""


class NoRule(Exception):
    """An indicator of a kind that has no rule: nothing is published rather than too much."""


@dataclass(frozen=True)
class Counts:
    """What a figure is made of. Sums that are no counts (days, scores) are not counted here."""

    kind: str
    population: str
    numerator: float | None
    denominator: float | None
    is_of_few: bool = False


def is_small(count: float | None) -> bool:
    """A count from which a person could be known."""
    return count is not None and 0 < count < LEAST_SAFE_COUNT


def is_of_few(numerator: int, rest: int, denominator: int) -> bool:
    """Whether a share is of too few people; 0 where nobody is known by name, as in what schools have added up."""
    has_small_base = 0 < denominator < LEAST_BASE_OF_A_PERCENTAGE
    return has_small_base or is_small(numerator) or is_small(rest)


def _is_unsafe_rate(counts: Counts) -> bool:
    return is_small(counts.numerator)


def _is_unsafe_share(counts: Counts) -> bool:
    if counts.numerator is None or not counts.denominator:
        return is_small(counts.numerator)
    remainder = counts.denominator - counts.numerator
    has_small_base = counts.denominator < LEAST_BASE_OF_A_PERCENTAGE
    return has_small_base or is_small(counts.numerator) or is_small(remainder)


def _is_unsafe_mean(counts: Counts) -> bool:
    is_attainment = any(name in counts.population for name in ATTAINMENT)
    least = LEAST_PUPILS_OF_AN_ATTAINMENT_MEAN if is_attainment else LEAST_RECORDS_OF_A_MEAN
    return counts.denominator is not None and 0 < counts.denominator < least


def _is_unsafe_gap(counts: Counts) -> bool:
    """The local measure of a gap is a share or a mean: it passes the stricter rule of each."""
    return _is_unsafe_share(counts) or _is_unsafe_mean(counts)


RULES: dict[str, Callable[[Counts], bool]] = {
    "rate_per_10k": _is_unsafe_rate,
    "rate": _is_unsafe_rate,
    "count": _is_unsafe_rate,
    "percentage": _is_unsafe_share,
    "mean": _is_unsafe_mean,
    "score": _is_unsafe_mean,
    "gap": _is_unsafe_gap,
}


def is_unsafe(counts: Counts) -> bool:
    """Whether the figure may not be published by itself; raises NoRule for a kind that is not known."""
    rule = RULES.get(counts.kind)
    if rule is None:
        raise NoRule(f"no disclosure rule for figures of the kind {counts.kind}")
    return counts.population not in NOT_PERSONS and (counts.is_of_few or rule(counts))
