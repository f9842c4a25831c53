"""Each board looks at one outcome of the plan: the one that the settings name, else each in its turn."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.registry.plan import spotlight
from orchestration.settings import ConfigurationError

# The board meets once a quarter, seven outcomes: nearly two years until each has had its turn.
ENDS_OF_QUARTERS = [date(year, month, 28) for year in (2025, 2026) for month in (3, 6, 9, 12)]


def test_outcomes_take_turns_and_each_comes_before_one_comes_again() -> None:
    seen = [spotlight(None, day) for day in ENDS_OF_QUARTERS]
    assert sorted(seen[:7]) == [1, 2, 3, 4, 5, 6, 7]
    assert seen[7] == seen[0]


@pytest.mark.parametrize(
    ("day", "next_day"),
    [(date(2026, 3, 31), date(2026, 4, 1)), (date(2025, 12, 31), date(2026, 1, 1))],
)
def test_the_turn_changes_with_the_quarter_and_not_within_it(day: date, next_day: date) -> None:
    assert spotlight(None, day.replace(day=1)) == spotlight(None, day)
    assert spotlight(None, next_day) != spotlight(None, day)


def test_the_settings_choose_and_an_outcome_that_the_plan_does_not_have_is_refused() -> None:
    assert spotlight(3, date(2026, 3, 31)) == 3
    with pytest.raises(
        ConfigurationError, match=r"board.spotlight: the plan has no outcome 8; it has 1 to 7"
    ):
        spotlight(8, date(2026, 3, 31))
