"""The board report's content as a document: the same actions, summaries and risks that the page prints."""

from __future__ import annotations

from typing import Any

from orchestration.reports.content import wording
from orchestration.reports.content.board import Action, Board, OutcomeCounts, OutcomeSummary
from orchestration.reports.content.board_front import OutcomeCard, Spotlight, front_of_board
from orchestration.reports.content.front import Tile
from orchestration.reports.media.pdf.document import Document
from orchestration.reports.media.pdf.tiles import sparklines, tiles_as_data

ABOUT = "Progress on the actions of the Children and Young People's Plan, missing updates first."


def board_document(board: Board, is_public: bool) -> Document:
    """The document of what the board's page says."""
    front = front_of_board(board)
    lit = front.spotlight
    return Document(
        template="board", title="Board report", about=ABOUT, run=board.run, home=board.home,
        is_public=is_public,
        content={
            "sentence": front.sentence,
            "cards": [_card(card) for card in front.cards],
            "spotlight": _spotlight(lit) if lit else None,
            "n_actions": board.together.n_actions,
            "missing_says": board.missing_says,
            "missing": [_told(action) for action in board.missing],
            "colours": [name for name, _, _ in board.together.shares],
            "together": _row(board.together) | {"moved": board.together.moved_says},
            "outcomes": [_outcome(board, outcome) for outcome in board.outcomes],
            "risks": None if is_public else [_told(action) | {"risk": action.risk} for action in board.risks],
        },
        charts=sparklines(_tiles(lit)) if lit else {},
    )  # fmt: skip


def _card(card: OutcomeCard) -> dict[str, Any]:
    return {
        "outcome_id": card.outcome.outcome_id, "outcome": card.outcome.outcome,
        "n_actions": card.outcome.counts.n_actions, "colours": card.colours, "says": card.says, "bars": card.bars,
    }  # fmt: skip


def _tiles(lit: Spotlight) -> list[Tile]:
    return [one.tile for one in lit.linked]


def _spotlight(lit: Spotlight) -> dict[str, Any]:
    return {
        "outcome_id": lit.outcome.outcome_id, "outcome": lit.outcome.outcome, "says": lit.outcome.says,
        "tiles": tiles_as_data(_tiles(lit)),
        "moved": [
            {"caption": one.line.indicator.caption, "direction": one.line.direction.text.lower(), "why": one.line.why, "comment": one.line.comment}
            for one in lit.explained
        ],
        "others_say": lit.others_say,
        "actions": [
            _told(action) | {"colour": action.colour, "progress": action.progress or "",
                             "worse": action.moved == "worse"}
            for action in lit.actions
        ],
    }  # fmt: skip


def _outcome(board: Board, outcome: OutcomeSummary) -> dict[str, Any]:
    return {
        **_row(outcome.counts), "says": outcome.says,
        "moved": ", ".join(f"{one.action_id} {one.moved}" for one in outcome.moved) or "none",
        "priorities": [
            {"priority_id": number, "priority": title, "actions": [_action(board, one) for one in actions]}
            for number, title, actions in outcome.priorities
        ],
    }  # fmt: skip


def _row(counts: OutcomeCounts) -> dict[str, Any]:
    return {
        "outcome_id": counts.outcome_id, "outcome": counts.outcome, "n_actions": counts.n_actions,
        "shares": [f"{count} ({share})" for _, count, share in counts.shares],
    }  # fmt: skip


def _told(action: Action) -> dict[str, Any]:
    return {
        "action_id": action.action_id, "action": action.action, "lead_agencies": action.lead_agencies,
        "last_update": action.last_update,
    }  # fmt: skip


def _action(board: Board, action: Action) -> dict[str, Any]:
    updated = ""
    if action.updated_on is not None:
        late = ", none this quarter" if action.is_update_missing else ""
        updated = f"update of {wording.day(action.updated_on)}{late}"
    return _told(action) | {
        "status": action.status_in_words, "updated": updated, "colour": action.colour,
        "moved": f"{action.moved} than the board saw last" if action.moved in ("better", "worse") else "",
        "progress": action.progress or "Nothing supplied",
        "linked": [
            {"title": found.title if found else name, "state": found.state if found else "not computed yet"}
            for name, found in board.linked(action)
        ],
    }  # fmt: skip
