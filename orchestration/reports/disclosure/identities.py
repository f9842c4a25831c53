"""What an intruder is taken to know of how quantities hang together, by the names of the registry.

Each class of identity is used in protection and attack alike; a test of each shows what would be found without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import product


class IdentityClass(StrEnum):
    """A way in which one figure tells another (dbt_project/docs/disclosure.md, 'Figures that give others away')."""

    PARTS = "numerator and rest are the denominator"
    MONTHS = "a window is the sum of its months"
    EVENTS = "one event that several indicators count"
    STOCKS = "a stock is the one before with what came and went"
    SUBSETS = "part of what another counts"
    DFE = "what DfE prints of the same year"
    EARLIER = "what earlier packs printed"
    RESTATED = "what restated figures were"
    MEANS = "means of windows that overlap"


EVERY_CLASS = frozenset(IdentityClass)


@dataclass(frozen=True)
class Measures:
    """The events that an indicator counts, by the names of the registry (`events`, `flows`)."""

    numerator: str
    denominator: str = ""
    is_sum: bool = False
    """Whether the numerator adds up days or scores: it is no count, and is not printed."""
    flows: tuple[str, str] | None = None
    """Of a stock, the events by which it grows and shrinks."""
    published: tuple[str, int] | None = None
    """Of a percentage that DfE prints, the basis on which it does (its own, where it is no other), and the decimals."""


@dataclass(frozen=True)
class Identities:
    """The events of every indicator, which of them are part of others, and which have no record in common."""

    measures: Mapping[str, Measures] = field(default_factory=dict)
    part_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    apart: tuple[tuple[str, str], ...] = ()
    used: frozenset[IdentityClass] = EVERY_CLASS

    def of(self, indicator_id: str) -> Measures:
        """The events of an indicator; a figure that is supplied or published counts what nothing else counts."""
        own = Measures(f"numerator of {indicator_id}", f"denominator of {indicator_id}")
        found = self.measures.get(indicator_id, own)
        if IdentityClass.EVENTS in self.used:
            return found
        return Measures(own.numerator, own.denominator, found.is_sum, None, found.published)

    @cached_property
    def shares(self) -> frozenset[tuple[str, str]]:
        """Numerator and denominator of the figures that print both as counts."""
        return frozenset(
            (one.numerator, one.denominator)
            for one in self.measures.values()
            if one.denominator and not one.is_sum
        )

    @cached_property
    def wholes(self) -> Mapping[str, frozenset[str]]:
        """By event what it is part of: as declared, over several steps, and what is left of the parts of a share."""
        shares = self.shares
        found = {event: frozenset(wholes) for event, wholes in self.part_of.items()}
        for part, whole in shares:
            found[part] = found.get(part, frozenset()) | {whole}
        found = {event: _reached(event, found) for event in found}
        for (few, some), (many, all_) in product(shares, shares):
            if many in found[few] and all_ in found.get(some, ()):
                left = rest_of(few, some)
                found[left] = found.get(left, frozenset()) | {rest_of(many, all_)}
        return found

    @cached_property
    def parts(self) -> Mapping[str, frozenset[str]]:
        """By event what is part of it."""
        found: dict[str, frozenset[str]] = {}
        for part, whole in ((part, whole) for part, all_ in self.wholes.items() for whole in all_):
            found[whole] = found.get(whole, frozenset()) | {part}
        return found

    @property
    def sums(self) -> frozenset[str]:
        """The indicators whose numerator adds up days or scores."""
        return frozenset(name for name, measured in self.measures.items() if measured.is_sum)


def rest_of(part: str, whole: str) -> str:
    """The event of what is no part of a whole."""
    return f"{whole}, but not {part}"


def _reached(event: str, steps: Mapping[str, frozenset[str]]) -> frozenset[str]:
    found: set[str] = set()
    edge = set(steps.get(event, ()))
    while edge:
        found |= edge
        edge = {further for one in edge for further in steps.get(one, ())} - found
    return frozenset(found - {event})
