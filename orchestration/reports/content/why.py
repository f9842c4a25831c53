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


def why(figures: Figures, *, is_public: bool) -> str:
    """One sentence on what moved the newest figure, or why none can be said."""
    return f"What moved it{_told(figures, is_public=is_public)}."


def _told(figures: Figures, *, is_public: bool) -> str:
    if nothing := _nothing_to_tell(figures):
        return f": {nothing}"
    if is_public:
        return " is not told in the public edition"
    told = _largest(figures.parts)
    if not told:
        return ": its records are not told apart by group"
    if _amount(figures, told[0].change) == _amount(figures, 0):
        return ": it did not move on a year earlier"
    change = _change(figures, told[0].change)
    chance = "" if figures.line.direction != "not judged" else " (it may be chance)"
    named = "; ".join(_part(figures, one) for one in told)
    if abs(sum(one.part for one in told)) > abs(told[0].change) + LEAST_SHARE:
        named += "; other groups moved it the other way"
    return f": {change} on a year earlier{chance}, {named}"


def _nothing_to_tell(figures: Figures) -> str:
    line = figures.line
    if line.status == "suppressed":
        return "the value is withheld"
    if line.value is None or line.status == "held":
        return "there is no new value"
    if line.year_before_value is None:
        return "there is no comparable value of a year earlier"
    return "nothing beyond chance" if line.direction == "no change" else ""


def _largest(parts: Sequence[ChangePart]) -> list[ChangePart]:
    """The groups that add most, of the breakdown of which the fewest explain it."""
    by_breakdown = {
        name: _in_direction(one for one in parts if one.breakdown == name)
        for name in dict.fromkeys(one.breakdown for one in parts)
    }
    told = [found for found in by_breakdown.values() if found]
    if not told:
        return []
    best = max(told, key=lambda found: abs(found[0].part))
    return [one for one in best[:NAMED] if abs(one.part) >= LEAST_SHARE * abs(one.change)]


def _in_direction(parts: Iterable[ChangePart]) -> list[ChangePart]:
    """Those that move the figure the way it moved, the largest first."""
    found = [one for one in parts if one.part * one.change > 0]
    return sorted(found, key=lambda one: (-abs(one.part), one.breakdown_value))


def _part(figures: Figures, one: ChangePart) -> str:
    label = wording.breakdown(one.breakdown)
    said = f"{_amount(figures, one.part)} of it from {one.breakdown_value} ({label})"
    if one.own_part is None or one.size_part is None:
        return said
    by = {"own figure": one.own_part, "size": one.size_part}
    moved = [name for name, part in by.items() if _amount(figures, part) != _amount(figures, 0)]
    if len(moved) == 1:
        return f"{said}, by its {moved[0]} alone"
    own, size = _signed(figures, one.own_part), _signed(figures, one.size_part)
    return f"{said}, {own} by its own figure and {size} by its size"


def _amount(figures: Figures, value: float) -> str:
    """How much, without a sign."""
    return printed(abs(value), max(figures.indicator.published_decimals, 1))


def _signed(figures: Figures, value: float) -> str:
    return f"{'+' if value > 0 else '−'}{_amount(figures, value)}"


def _change(figures: Figures, value: float) -> str:
    """A rise or a fall, in the figure's unit."""
    points = " points" if figures.indicator.unit == "%" else ""
    return f"a {'rise' if value > 0 else 'fall'} of {_amount(figures, value)}{points}"
