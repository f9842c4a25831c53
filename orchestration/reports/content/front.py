"""The front of a report: what matters most in a sentence, and every indicator as a tile.

What a tile shows is as printed in the table that follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.reports.content import wording
from orchestration.reports.content.comparisons import NEIGHBOURS
from orchestration.reports.content.figures import Figures
from orchestration.reports.content.panels import Cell, Line
from orchestration.reports.content.published import Benchmark, Indicator, LinkedAction

WIDTH, HEIGHT, MARGIN = 152, 34, 3
FEWEST_VALUES = 3
# A published figure that is older than this is not what the reader takes it for.
OLDEST_YEARS = 3
STATES = {
    "Red": ("off", "Off target"),
    "Red-amber": ("off", "Off target"),
    "Amber": ("near", "Near target"),
    "Green-amber": ("near", "Near target"),
    "Green": ("on", "On target"),
}
NO_STATE = ("", "")
# The colours of either state, the worst first.
OFF_TARGET, NEAR_TARGET = (
    tuple(rag for rag, (state, _) in STATES.items() if state == which) for which in ("off", "near")
)


@dataclass(frozen=True)
class Sparkline:
    """The course of the values: points of an SVG of WIDTH by HEIGHT, one run for each stretch without a gap."""

    runs: tuple[str, ...]
    last: tuple[float, float]
    says: str


@dataclass(frozen=True)
class Tile:
    """One indicator in a glance."""

    indicator: Indicator
    value: Cell
    is_new: bool
    """Whether the value is of the newest period and not held."""
    reason: str
    """Why there is no value; empty where there is one."""
    sparkline: Sparkline | None
    year_before: str
    compared: str
    direction: str
    state: str
    state_says: str
    actions: tuple[LinkedAction, ...]

    @property
    def named(self) -> str:
        """By its caption, with the value and its unit."""
        return f"{self.indicator.caption} ({f'{self.value.text} {self.value.note}'.rstrip()})"


def tiles_of(found: Sequence[tuple[Figures, Line]]) -> list[Tile]:
    """Every indicator's tile, in the order given."""
    return [_tile(figures, line) for figures, line in found]


def _tile(figures: Figures, line: Line) -> Tile:
    state, state_says = STATES.get(line.rag, NO_STATE)
    judged = line.direction.text.lower()
    return Tile(
        indicator=line.indicator,
        value=Cell(figures.short_of or line.value.text, _short_unit(line.value.note)),
        is_new=not line.value.is_empty and line.status_code != "held",
        reason=wording.status_of(line.status_code).label if line.value.is_empty else "",
        sparkline=_sparkline(figures),
        year_before="" if line.year_before.is_empty else f"a year ago {line.year_before.text}",
        compared=_like_for_like(figures),
        direction="" if judged in ("not judged", "no change") else judged,
        state=state,
        state_says=state_says,
        actions=figures.actions,
    )


def _short_unit(unit: str) -> str:
    return unit.removesuffix(" children")


# ---------------------------------------------------------------- comparison


def _like_for_like(figures: Figures) -> str:
    """The neighbours' newest published figure, after ours of the same period where there is one."""
    compared = figures.compared.get(NEIGHBOURS.key)
    newest = _newest_of_neighbours(figures, compared.neighbour_model or "" if compared else "")
    if newest is None or _is_old(newest.period_end, figures.newest.period_end):
        return ""
    period = wording.reason(newest.period_label)
    theirs = f"neighbours {figures.printed(newest.value)}"
    own = figures.at(newest.period_end)
    if own is None or own.value is None:
        return f"{theirs} ({period})"
    return f"{period}: {figures.printed(own.value)}, {theirs}"


def _newest_of_neighbours(figures: Figures, model: str) -> Benchmark | None:
    """In the order of their periods."""
    found = [
        one
        for one in figures.benchmarks
        if (one.comparator, one.neighbour_model) == (NEIGHBOURS.key, model)
        and one.period_end <= figures.newest.period_end
    ]
    return found[-1] if found else None


def _is_old(published: date, newest: date) -> bool:
    return newest.year - published.year > OLDEST_YEARS


# ---------------------------------------------------------------- sparkline


def _sparkline(figures: Figures) -> Sparkline | None:
    """The values of the newest method; None where they are too few to have a course."""
    shown = [figure for figure in figures.figures if figure.break_on == figures.newest.break_on]
    values = [figure.value for figure in shown if figure.value is not None]
    if len(values) < FEWEST_VALUES:
        return None
    low, high = min(values), max(values)
    runs: list[list[tuple[float, float]]] = [[]]
    for place, figure in enumerate(shown):
        if figure.value is None:
            runs.append([])
        else:
            runs[-1].append((_across(place, len(shown)), _down(figure.value, low, high)))
    drawn = [run for run in runs if run]
    return Sparkline(
        runs=tuple(" ".join(f"{x:.1f},{y:.1f}" for x, y in run) for run in drawn),
        last=drawn[-1][-1],
        says=f"{len(values)} values from {figures.printed(low)} to {figures.printed(high)}",
    )


def _across(place: int, places: int) -> float:
    return MARGIN + (WIDTH - 2 * MARGIN) * place / max(places - 1, 1)


def _down(value: float, low: float, high: float) -> float:
    part = (value - low) / (high - low) if high > low else 0.5
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * part


# ---------------------------------------------------------------- what matters most


@dataclass(frozen=True)
class Front:
    """What comes before the table."""

    sentence: str
    sections: list[tuple[str, list[Tile]]]
    by_indicator: dict[str, Tile]


def front_of(tiles: Sequence[Tile], sections: Sequence[tuple[str, Sequence[Line]]]) -> Front:
    """Tiles by section, and the sentence above them."""
    by_indicator = {tile.indicator.indicator_id: tile for tile in tiles}
    return Front(
        sentence=sentence(tiles),
        sections=[
            (name, [by_indicator[line.indicator.indicator_id] for line in lines])
            for name, lines in sections
        ],
        by_indicator=by_indicator,
    )


def sentence(tiles: Sequence[Tile]) -> str:
    """What got worse or better, what is off target, and how many indicators have a figure."""
    moved = [_moved(tiles, how) for how in ("worse", "better")]
    parts = [part for part in moved if part] or ["Nothing changed beyond chance."]
    off = [tile for tile in tiles if tile.state == "off"]
    parts.append(f"Off target: {_named(off)}." if off else "No indicator is off target.")
    with_figure = sum(tile.is_new for tile in tiles)
    has = "has a figure for its" if with_figure == 1 else "have a figure for their"
    parts.append(
        f"{with_figure} of {wording.counted(len(tiles), 'indicator')} {has} newest period."
    )
    return " ".join(parts)


def _moved(tiles: Sequence[Tile], how: str) -> str:
    found = [tile for tile in tiles if tile.direction == how]
    return f"{how.capitalize()} than in the years before: {_named(found)}." if found else ""


MOST_NAMED = 3


def _named(tiles: Sequence[Tile]) -> str:
    """The first ones by name, the others by number."""
    names = [tile.named for tile in tiles[:MOST_NAMED]]
    rest = len(tiles) - MOST_NAMED
    return wording.listed([*names, f"{rest} more"] if rest > 0 else names)
