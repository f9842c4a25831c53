"""The groups of authorities that the home area is compared with, by the names that the printed tables use."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.reports.content.published import Area

# ONS codes of the London boroughs and the City; only they are compared with London.
LONDON_BOROUGHS = "E09"


@dataclass(frozen=True)
class Comparator:
    """A group of authorities: its name in print and in the printed tables."""

    heading: str
    key: str


OUTER_LONDON = Comparator("Outer London", "outer_london")
LONDON = Comparator("London", "london")
NEIGHBOURS = Comparator("Statistical neighbours", "statistical_neighbours")
ENGLAND = Comparator("England", "england")


def as_published(home: Area) -> Comparator:
    """The home area's own figure as somebody else has published it."""
    return Comparator(f"{home.area_name}, as published", "home")


def comparators_for(home: Area) -> tuple[Comparator, ...]:
    """The groups that the tables show, in order."""
    if home.area_code.startswith(LONDON_BOROUGHS):
        return (OUTER_LONDON, LONDON, NEIGHBOURS, ENGLAND)
    return (NEIGHBOURS, ENGLAND)


def charted_comparators(home: Area) -> tuple[Comparator, ...]:
    """A chart has room for two: London's outer boroughs (elsewhere England) and the neighbours."""
    return (OUTER_LONDON if OUTER_LONDON in comparators_for(home) else ENGLAND, NEIGHBOURS)
