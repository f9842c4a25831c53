"""Why a figure moved: the groups that add most to its change on the year before, or that nothing moved it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orchestration.reports.content import wording
from orchestration.reports.content.figures import Figures
from orchestration.reports.content.published import ChangePart
from orchestration.reports.content.rounding import printed

NAMED = 2
# A group that adds less than this share of the change explains nothing.
LEAST_SHARE = 0.1
# Of the change, that the named groups must add together.
MOST = 0.5


def why(figures: Figures, *, is_public: bool) -> str:
    """One sentence on what moved the newest figure, or why none can be said; empty where there is nothing to add."""
    told = _told(figures, is_public=is_public)
    return f"What moved it: {told}." if told else ""


def _told(figures: Figures, *, is_public: bool) -> str:
    if nothing := _nothing_to_tell(figures):
        return nothing
    moved = _moved(figures)
    if not moved:
        return "it did not move on a year earlier"
    if is_public:
        return ""
    if not figures.parts:
        return "its records are not told apart by group"
    told = _largest(figures, abs(moved))
    if not told:
        return ""
    chance = "" if figures.line.direction != "not judged" else " (it may be chance)"
    said = f"{_change(figures, moved)} on a year earlier{chance}, {_groups(figures, told)}"
    if abs(sum(one.part for one in told)) > abs(told[0].change) * (1 + LEAST_SHARE):
        said += "; other groups moved it the other way"
    return said


def _moved(figures: Figures) -> float:
    """The difference of the two printed values: a reader takes the one from the other."""
    line = figures.line
    difference = (line.value or 0.0) - (line.year_before_value or 0.0)
    return round(difference, figures.indicator.published_decimals)


def _nothing_to_tell(figures: Figures) -> str:
    line = figures.line
    if line.status == "suppressed":
        return "the value is withheld"
    if line.value is None or line.status == "held":
        return "there is no new value"
    if line.year_before_value is None:
        return "there is no comparable value of a year earlier"
    return "nothing beyond chance" if line.direction == "no change" else ""


def _largest(figures: Figures, moved: float) -> list[ChangePart]:
    """The groups that explain most of the change, of the breakdown of which the fewest do; empty where none do.

    A group that adds more than the whole change explains nothing: others must have undone it.
    """
    by_breakdown = (
        [one for one in figures.parts if one.breakdown == name]
        for name in dict.fromkeys(one.breakdown for one in figures.parts)
    )
    whole = [
        _in_direction(parts)
        for parts in by_breakdown
        if not any(_exceeds(figures, one, moved) for one in parts)
    ]
    told = [found for found in whole if found]
    if not told:
        return []
    best = max(told, key=lambda found: abs(found[0].part))
    named = [one for one in best[:NAMED] if abs(one.part) >= LEAST_SHARE * abs(one.change)]
    named = [one for one in named if _rounded(figures, one.part)]
    explained = abs(sum(one.part for one in named))
    return named if named and explained >= MOST * abs(named[0].change) else []


def _exceeds(figures: Figures, one: ChangePart, moved: float) -> bool:
    return abs(one.part) > abs(one.change) * (1 + 1e-9) or _rounded(figures, one.part) > moved


def _rounded(figures: Figures, part: float) -> float:
    return round(abs(part), figures.indicator.published_decimals)


def _in_direction(parts: Iterable[ChangePart]) -> list[ChangePart]:
    """Those that move the figure the way it moved, the largest first."""
    found = [one for one in parts if one.part * one.change > 0]
    return sorted(found, key=lambda one: (-abs(one.part), one.breakdown_value))


def _groups(figures: Figures, told: Sequence[ChangePart]) -> str:
    names = [
        f"{one.breakdown_value} ({_amount(figures, _rounded(figures, one.part))} of it)"
        for one in told
    ]
    said = f"by {wording.breakdown(told[0].breakdown)} mostly among {wording.listed(names)}"
    if all(_is_own(one) for one in told):
        figure = "figure" if len(told) == 1 else "figures"
        said += f", whose own {figure} {'rose' if told[0].change > 0 else 'fell'}"
    return said


def _is_own(one: ChangePart) -> bool:
    """Whether the group's own figure moved it more than its size did; of a rate nobody knows."""
    if one.own_part is None or one.size_part is None:
        return False
    return abs(one.own_part) > abs(one.size_part)


def _amount(figures: Figures, value: float) -> str:
    """How much, without a sign."""
    return printed(abs(value), figures.indicator.published_decimals)


def _change(figures: Figures, moved: float) -> str:
    """A rise or a fall, in the figure's unit."""
    amount = _amount(figures, moved)
    points = "" if figures.indicator.unit != "%" else " point" if amount == "1" else " points"
    return f"a {'rise' if moved > 0 else 'fall'} of {amount}{points}"
