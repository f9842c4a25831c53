"""The groups of authorities that the home area is compared with, and which published figure stands for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.reports.published import Area, Benchmark

# ONS codes of the London boroughs and the City; only they are compared with London.
LONDON_BOROUGHS = "E09"


@dataclass(frozen=True)
class Comparator:
    """A group of authorities; without a name, any group of that type."""

    heading: str
    area_type: str
    area_name: str | None = None

    def matches(self, benchmark: Benchmark) -> bool:
        """Whether a published figure is about this group."""
        named = self.area_name in (None, benchmark.area_name)
        return named and benchmark.area_type == self.area_type


OUTER_LONDON = Comparator("Outer London", "region", "Outer London")
LONDON = Comparator("London", "region", "London")
NEIGHBOURS = Comparator("Statistical neighbours", "statistical_neighbours")
ENGLAND = Comparator("England", "country", "England")


def comparators_for(home: Area) -> tuple[Comparator, ...]:
    """The groups that stand in the tables, in order."""
    if home.area_code.startswith(LONDON_BOROUGHS):
        return (OUTER_LONDON, LONDON, NEIGHBOURS, ENGLAND)
    return (NEIGHBOURS, ENGLAND)


def charted_comparators(home: Area) -> tuple[Comparator, ...]:
    """A chart has room for two: London's outer boroughs (elsewhere England) and the neighbours."""
    return (OUTER_LONDON if OUTER_LONDON in comparators_for(home) else ENGLAND, NEIGHBOURS)


def newest_benchmark(
    benchmarks: Sequence[Benchmark], comparator: Comparator, not_after: date
) -> Benchmark | None:
    """The newest published figure not after a day; for neighbours, by the newest model."""
    found = [one for one in benchmarks if comparator.matches(one) and one.period_end <= not_after]
    return max(found, key=lambda one: (one.neighbour_model or "", one.period_end), default=None)
