"""The board report: the actions of the plan by outcome, those without an update first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.reports.content import wording
from orchestration.reports.content.figures import NO_VALUE, WITHHELD, figures_of
from orchestration.reports.content.front import Tile, tiles_of
from orchestration.reports.content.panels import Line, line_of
from orchestration.reports.content.published import (
    Area,
    Run,
    read_home,
    read_published,
    read_records,
    read_run,
)
from orchestration.reports.content.rounding import printed
from orchestration.warehouse.opening import opened

RAGS = ("RED", "AMBER", "GREEN", "BLUE")
NO_COLOUR = "No colour"
# The row of the printed table that holds all outcomes together.
ALL_OUTCOMES = 0
STATUSES = {
    "not_started": "Not started",
    "in_progress": "In progress",
    "complete": "Complete",
    "stopped": "Stopped",
    "no_update": "No update yet",
}


@dataclass(frozen=True)
class Action:
    """An action of the plan as printed."""

    action_id: str
    outcome_id: int
    outcome: str
    priority_id: str
    priority: str
    action: str
    lead_agencies: str
    related_indicators: str | None
    is_in_spotlight: bool
    updated_on: date | None
    is_update_missing: bool
    status: str
    rag: str | None
    moved: str | None
    progress: str | None
    risk: str | None

    @property
    def status_in_words(self) -> str:
        """The status as the page says it."""
        return STATUSES.get(self.status, self.status)

    @property
    def colour(self) -> str:
        """The colour as a word."""
        return self.rag.capitalize() if self.rag in RAGS else NO_COLOUR

    @property
    def last_update(self) -> str:
        """When somebody reported last."""
        if self.updated_on is None:
            return "never updated"
        return f"last update {wording.day(self.updated_on)}"


@dataclass(frozen=True)
class LinkedIndicator:
    """The newest state of an indicator that an action is linked to."""

    indicator_id: str
    position: str | None
    title: str
    unit: str
    published_decimals: int
    value: float | None
    status: str
    direction: str
    rag: str
    comment: str | None

    @property
    def shown(self) -> str:
        """The value as it is printed, or the sign that there is none."""
        if self.value is None:
            return WITHHELD if self.status == "suppressed" else NO_VALUE
        text = printed(self.value, self.published_decimals)
        return f"{text}%" if self.unit == "%" else f"{text} {self.unit}".rstrip()

    @property
    def state(self) -> str:
        """Value, direction and colour in a phrase."""
        if self.value is None:
            return f"{self.shown} ({wording.status_of(self.status).label.lower()})"
        judged = "" if self.direction == "not judged" else f", {self.direction}"
        return f"{self.shown}{judged}, {self.rag}"


@dataclass(frozen=True)
class Linked:
    """An indicator of the committee report that an action is linked to: its tile and its line there."""

    tile: Tile
    line: Line


@dataclass(frozen=True)
class OutcomeCounts:
    """How many actions of an outcome, or of all of them, have which colour, as printed."""

    outcome_id: int
    outcome: str
    n_actions: int = 0
    n_red: int = 0
    red_pct: float = 0
    n_amber: int = 0
    amber_pct: float = 0
    n_green: int = 0
    green_pct: float = 0
    n_blue: int = 0
    blue_pct: float = 0
    n_no_colour: int = 0
    no_colour_pct: float = 0
    n_better: int = 0
    n_worse: int = 0
    n_update_missing: int = 0

    @property
    def shares(self) -> tuple[tuple[str, int, str], ...]:
        """Colour, number of actions and their share of all."""
        counted = (
            ("Red", self.n_red, self.red_pct),
            ("Amber", self.n_amber, self.amber_pct),
            ("Green", self.n_green, self.green_pct),
            ("Blue", self.n_blue, self.blue_pct),
            (NO_COLOUR, self.n_no_colour, self.no_colour_pct),
        )
        return tuple((colour, count, f"{printed(share, 0)}%") for colour, count, share in counted)

    @property
    def moved_says(self) -> str:
        """How many actions have another colour than the board saw last."""
        counted = ((self.n_better, "better"), (self.n_worse, "worse"))
        return ", ".join(f"{count} {how}" for count, how in counted if count) or "none"


@dataclass(frozen=True)
class OutcomeSummary:
    """The actions of an outcome, counted by colour."""

    counts: OutcomeCounts
    actions: tuple[Action, ...]

    @property
    def outcome_id(self) -> int:
        """Number of the outcome in the plan."""
        return self.counts.outcome_id

    @property
    def outcome(self) -> str:
        """Its title."""
        return self.counts.outcome

    @property
    def shares(self) -> tuple[tuple[str, int, str], ...]:
        """Colour, number of actions and their share of the outcome's."""
        return self.counts.shares

    @property
    def says(self) -> str:
        """How the outcome goes, in three sentences."""
        shares = (
            f"{count} {colour.lower()} ({share})" for colour, count, share in self.shares if count
        )
        found = [f"{wording.counted(self.counts.n_actions, 'action')}: {', '.join(shares)}."]
        found += [
            f"{how.capitalize()} than the board saw last: {wording.listed(moved)}."
            for how in ("worse", "better")
            if (moved := self.moved_to(how))
        ]
        if not self.moved:
            found.append("No action has changed its colour since the last board.")
        if missing := self.counts.n_update_missing:
            found.append(f"{missing} without an update in the quarter.")
        return " ".join(found)

    def moved_to(self, how: str) -> list[str]:
        """Numbers of the actions that are better or worse than the board saw last."""
        return [one.action_id for one in self.actions if one.moved == how]

    @property
    def moved(self) -> tuple[Action, ...]:
        """Actions whose colour is another than the board saw last."""
        return tuple(action for action in self.actions if action.moved in ("better", "worse"))

    @property
    def priorities(self) -> tuple[tuple[str, str, tuple[Action, ...]], ...]:
        """Priority number, title and actions, in the plan's order."""
        names = dict.fromkeys((action.priority_id, action.priority) for action in self.actions)
        return tuple(
            (number, title, tuple(a for a in self.actions if a.priority_id == number))
            for number, title in names
        )


@dataclass(frozen=True)
class Board:
    """Everything that the board report prints."""

    run: Run
    home: Area
    actions: tuple[Action, ...]
    counts: dict[int, OutcomeCounts]
    """By outcome; of all actions under ALL_OUTCOMES."""
    indicators: dict[str, LinkedIndicator]
    tiles: dict[str, Linked]
    """By indicator, in the plan's order."""

    @property
    def outcomes(self) -> tuple[OutcomeSummary, ...]:
        """In the plan's order."""
        return tuple(
            OutcomeSummary(counts, tuple(a for a in self.actions if a.outcome_id == number))
            for number, counts in sorted(self.counts.items())
            if number != ALL_OUTCOMES
        )

    @property
    def together(self) -> OutcomeCounts:
        """All actions of the plan; there are none in a warehouse without a plan."""
        return self.counts.get(ALL_OUTCOMES, OutcomeCounts(ALL_OUTCOMES, "All outcomes"))

    @property
    def missing(self) -> tuple[Action, ...]:
        """Actions without an update in the quarter."""
        return tuple(action for action in self.actions if action.is_update_missing)

    @property
    def missing_says(self) -> str:
        """How many have none, as the first heading says it."""
        missing, total = self.together.n_update_missing, self.together.n_actions
        if not missing:
            return f"None of {total} actions is without an update in the quarter"
        verb = "has" if missing == 1 else "have"
        return f"{missing} of {total} actions {verb} no update in the quarter"

    @property
    def risks(self) -> tuple[Action, ...]:
        """For the corporate risk register."""
        return tuple(action for action in self.actions if action.risk)

    def linked_in(self, actions: Iterable[Action]) -> list[Linked]:
        """The indicators that some actions are linked to, each once, in the plan's order."""
        named = {name for action in actions for name in (action.related_indicators or "").split()}
        return [one for name, one in self.tiles.items() if name in named]

    def linked(self, action: Action) -> list[tuple[str, LinkedIndicator | None]]:
        """The linked indicators of an action; None for one that the registry does not have yet."""
        names = (action.related_indicators or "").split()
        return [(name, self.indicators.get(name)) for name in names]


def plan_number(number: str) -> tuple[int, ...]:
    """Sort key: 2.10.1 after 2.9.1."""
    return tuple(int(part) for part in number.split("."))


def read_board(marts: Path, edition: str) -> Board:
    """The board's rows of a finished warehouse."""
    with opened(marts) as connection:
        home = read_home(connection)
        actions: Sequence[Action] = read_records(
            connection, Action, "select {columns} from marts.rpt_board as found where found.edition = ?", edition
        )  # fmt: skip
        counts = read_records(
            connection, OutcomeCounts, "select {columns} from marts.rpt_board_outcomes as found where found.edition = ?", edition
        )  # fmt: skip
        indicators = read_records(
            connection, LinkedIndicator,
            "select {columns} from marts.rpt_committee as found where found.edition = ? and found.area_code = ?",
            edition, home.area_code,
        )  # fmt: skip
        return Board(
            run=read_run(connection),
            home=home,
            actions=tuple(sorted(actions, key=lambda action: plan_number(action.action_id))),
            counts={one.outcome_id: one for one in counts},
            indicators={one.indicator_id: one for one in indicators},
            tiles=_tiles(marts, edition),
        )


def _tiles(marts: Path, edition: str) -> dict[str, Linked]:
    """Every indicator of the committee report as its front has it."""
    published = read_published(marts, "committee", edition)
    found = [figures_of(published, indicator) for indicator in published.indicators]
    lines = [line_of(figures, is_public=edition == "public") for figures in found]
    tiles = tiles_of(list(zip(found, lines, strict=True)))
    return {
        tile.indicator.indicator_id: Linked(tile, line)
        for tile, line in zip(tiles, lines, strict=True)
    }
