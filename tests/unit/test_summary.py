"""The lines of the summary: every kind of finding once, the worst first."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.checks.holds import Hold
from orchestration.intake.findings import Finding
from orchestration.operator.summary import _held, _within, tell_once


def _finding(month: str, rule: str, severity: str, column: str = "Primary Need Code") -> Finding:
    return Finding(
        rule, severity, "it is odd", "Mend it",  # type: ignore[arg-type]
        folder=f"E09000003/annex_a/{month}", table="list_6", column=column, rows=(3,), n_rows=1,
    )  # fmt: skip


def test_fault_that_every_month_repeats_is_one_line_about_the_newest() -> None:
    months = ["2025-01", "2025-03", "2025-02"]
    lines = tell_once([_finding(month, "code_unknown", "flag") for month in months])

    [line] = lines
    assert "2025-03" in line
    assert line.endswith("(and 2 more like it)")


def test_what_differs_stays_apart_and_what_stops_a_file_comes_first() -> None:
    lines = tell_once(
        [
            _finding("2025-01", "code_unknown", "flag"),
            _finding("2025-01", "code_unknown", "flag", column="Case Status"),
            _finding("2025-01", "EMPTY", "reject"),
        ]
    )

    assert [line.split()[0] for line in lines] == ["reject", "flag", "flag"]
    assert "more like it" not in "".join(lines)


@pytest.mark.parametrize(("is_screen", "n_said"), [(True, 7), (False, 30)])
def test_screen_has_room_for_a_few_messages_and_a_log_for_all(is_screen: bool, n_said: int) -> None:
    messages = [f"warn       E09000003/annex_a/2025-{month:02}: it is odd" for month in range(30)]
    lines = list(_within(messages, is_screen=is_screen))
    assert len(lines) == n_said
    assert ("... and 24 more messages" in lines[-1]) is is_screen


@pytest.mark.parametrize("is_screen", [True, False])
def test_every_check_that_holds_is_named(is_screen: bool) -> None:
    holds = [
        Hold("E09000003", "why " * 30, (f"annex_a.list_{number}.volume",), ("cla_rate",), "until " * 20, date(2025, 3, 31))
        for number in range(9)
    ]  # fmt: skip
    said = "\n".join(_held(holds, is_screen=is_screen))
    assert ("also by" in said) is is_screen
    assert [
        number for number in range(1, 9) if is_screen and f"list_{number}.volume" not in said
    ] == []
    assert said.count("why why") >= (1 if is_screen else 9)
