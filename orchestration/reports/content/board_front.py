"""The board report's page, and its front: how the plan goes in a sentence, each outcome as a card, one in the spotlight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.reports.content import wording
from orchestration.reports.content.board import NO_COLOUR, Action, Board, Linked, OutcomeSummary
from orchestration.reports.content.committee import page_environment
from orchestration.reports.content.front import HEIGHT, WIDTH, sentence
from orchestration.reports.content.rounding import printed_count

# What a colour says of an action, in the order of the bars.
MEANINGS = {
    "Red": "off track",
    "Amber": "at risk",
    "Green": "on track",
    "Blue": "complete",
    NO_COLOUR: "without a colour",
}
ASKED_ABOUT = ("RED", "AMBER")
MOST_NAMED = 3


@dataclass(frozen=True)
class Bar:
    """The actions of one colour: where its part of the whole bar begins and how wide it is, in percent."""

    colour: str
    begins: float
    width: float


@dataclass(frozen=True)
class OutcomeCard:
    """An outcome at a glance."""

    outcome: OutcomeSummary
    bars: tuple[Bar, ...]
    colours: str
    """The bars in words."""
    says: tuple[str, ...]
    """What changed its colour, what nobody reported on, which linked indicators need a look."""


@dataclass(frozen=True)
class Spotlight:
    """The outcome that the board looks at this time: its indicators, what moved them, and the actions to ask about."""

    outcome: OutcomeSummary
    linked: tuple[Linked, ...]
    actions: tuple[Action, ...]

    @property
    def explained(self) -> tuple[Linked, ...]:
        """The indicators that moved, or of which their owner says something."""
        return tuple(one for one in self.linked if one.tile.direction or one.line.comment.text)

    @property
    def others_say(self) -> str:
        """What is to be said of the others."""
        others = len(self.linked) - len(self.explained)
        those = "The others" if self.explained else "All of them"
        return f"{those}: no change beyond chance, or not judged." if others else ""


@dataclass(frozen=True)
class BoardFront:
    """What comes before the outcomes."""

    sentence: str
    cards: tuple[OutcomeCard, ...]
    spotlight: Spotlight | None


def front_of_board(board: Board) -> BoardFront:
    """The front of a board that was read."""
    return BoardFront(
        sentence=_sentence(board),
        cards=tuple(_card(board, outcome) for outcome in board.outcomes),
        spotlight=next((_spotlight(board, one) for one in board.outcomes if _is_lit(one)), None),
    )


def write_board_page(board: Board, target: Path, edition: str) -> None:
    """Write the board's content as a page."""
    page = page_environment().get_template("board.html.j2").render(
        board=board, front=front_of_board(board), run=board.run, home=board.home, title="Board report",
        is_public=edition == "public", in_words=wording.day, sparkline_size=(WIDTH, HEIGHT),
    )  # fmt: skip
    target.write_text(page, encoding="utf-8")


def _sentence(board: Board) -> str:
    """How many actions have which colour, what moved, who is silent, and how the linked indicators go."""
    if not board.together.n_actions:
        return "There is no plan in the warehouse."
    said = [
        f"Of {wording.counted(board.together.n_actions, 'action')} {_colours(board.together.shares)}."
    ]
    for how in ("worse", "better"):
        moved = [name for outcome in board.outcomes for name in outcome.moved_to(how)]
        if moved:
            said.append(f"{how.capitalize()} than the board saw last: {_named(moved)}.")
    if board.together.n_update_missing:
        said.append(f"{board.missing_says}.")
    linked = [one.tile for one in board.linked_in(board.actions)]
    if linked:
        of_linked = sentence(linked)
        said.append(f"Indicators linked to them: {of_linked[0].lower()}{of_linked[1:]}")
    return " ".join(said)


def _colours(shares: Sequence[tuple[str, int, str]]) -> str:
    return wording.listed(
        [
            f"{printed_count(count)} {'is' if count == 1 else 'are'} {MEANINGS[colour]}"
            for colour, count, _ in shares
            if count
        ]
    )


def _named(names: Sequence[str]) -> str:
    rest = len(names) - MOST_NAMED
    return wording.listed([*names[:MOST_NAMED], f"{rest} more"] if rest > 0 else list(names))


def _card(board: Board, outcome: OutcomeSummary) -> OutcomeCard:
    bars: list[Bar] = []
    for colour, count, _ in outcome.shares:
        width = 100 * count / max(outcome.counts.n_actions, 1)
        begins = bars[-1].begins + bars[-1].width if bars else 0.0
        bars.append(Bar(colour, begins, width))
    return OutcomeCard(
        outcome=outcome,
        bars=tuple(bar for bar in bars if bar.width),
        colours=_colours(outcome.shares),
        says=tuple(_needs_a_look(board, outcome)),
    )


def _needs_a_look(board: Board, outcome: OutcomeSummary) -> list[str]:
    said = [
        f"{how.capitalize()} than last time: {_named(moved)}"
        for how in ("worse", "better")
        if (moved := outcome.moved_to(how))
    ]
    if outcome.counts.n_update_missing:
        said.append(f"No update this quarter: {outcome.counts.n_update_missing}")
    linked = [one.tile for one in board.linked_in(outcome.actions)]
    for heading, tiles in (
        ("Indicators worse", [tile for tile in linked if tile.direction == "worse"]),
        ("Indicators better", [tile for tile in linked if tile.direction == "better"]),
        ("Indicators off target", [tile for tile in linked if tile.state == "off"]),
    ):
        if tiles:
            said.append(f"{heading}: {_named([tile.named for tile in tiles])}")
    return said


def _is_lit(outcome: OutcomeSummary) -> bool:
    return any(action.is_in_spotlight for action in outcome.actions)


def _spotlight(board: Board, outcome: OutcomeSummary) -> Spotlight:
    return Spotlight(
        outcome=outcome,
        linked=tuple(board.linked_in(outcome.actions)),
        actions=tuple(
            action
            for action in outcome.actions
            if action.rag in ASKED_ABOUT or action.moved == "worse" or action.is_update_missing
        ),
    )
