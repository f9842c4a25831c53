"""The outcomes of the plan: which one the board looks at."""

from __future__ import annotations

import csv
from datetime import date

from orchestration.settings import DBT_FOLDER, ConfigurationError

ACTIONS_FILE = DBT_FOLDER / "seeds" / "plan_actions.csv"
# The board meets once a quarter.
MONTHS_BETWEEN_BOARDS = 3


def spotlight(chosen: int | None, as_at: date) -> int:
    """The outcome that the board of a day looks at: the one chosen in the settings, else each in its turn.

    Raises ConfigurationError where the plan has no such outcome.
    """
    with ACTIONS_FILE.open(encoding="utf-8", newline="") as file:
        outcomes = sorted({int(row["outcome_id"]) for row in csv.DictReader(file)})
    if chosen is None:
        quarters = (as_at.year * 12 + as_at.month - 1) // MONTHS_BETWEEN_BOARDS
        return outcomes[quarters % len(outcomes)]
    if chosen not in outcomes:
        raise ConfigurationError(
            f"settings.toml: board.spotlight: the plan has no outcome {chosen}; it has {outcomes[0]} to {outcomes[-1]}"
        )
    return chosen
