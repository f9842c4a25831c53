"""What a run prints at its end: what came, what changed, what is held or refused and why.

At a terminal it fits a screen of 80 by 24; the long form is the run's page. A log gets all of it.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import get_args

import duckdb
from rich.console import Console

from orchestration.checks.holds import Hold
from orchestration.intake.findings import Finding, Severity
from orchestration.night.account import Outcome
from orchestration.operator.newest import Newest, current_holds, newest_figures
from orchestration.operator.status import hold_lines
from orchestration.operator.warned import warned_extracts
from orchestration.registry.vocabulary import vocabulary
from orchestration.reports.content.rounding import printed
from orchestration.reports.content.wording import day, listed
from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened

SCREEN = 80
# Of the 24 lines of a screen; the first message of a part is always whole.
LINES_OF_HOLDS, LINES_OF_MESSAGES = 7, 6
NAMED = 3
SEVERITIES: tuple[str, ...] = get_args(Severity)


def print_run_summary(console: Console, folder: DataFolder, outcome: Outcome) -> None:
    """What was taken in, what is published, what needs an owner, and where to look."""
    run = outcome.run
    with opened(folder.warehouse_file) as connection:
        newest, holds = newest_figures(connection), current_holds(connection)
        changed = _changed(connection, run.home_area)
        warned = [f"warn       {line}" for line in warned_extracts(connection)]
    in_force = next(iter(vocabulary().plans))
    of_plan = [one for one in newest if one.plan == in_force and one.area_code == run.home_area]
    _say(
        console,
        f"Published run {run.run_id}: what was known on {day(run.as_at)}.",
        f"{len(outcome.accepted)} submission(s) taken in, {len(outcome.rejected)} rejected, "
        f"{len(outcome.reread)} read again with another outcome.",
        *(_KEY_MADE if outcome.made_key else ()),
        f"figures    {_figures(of_plan)}",
        *changed,
        *_held(holds, is_screen=console.is_terminal),
        *_within([*warned, *tell_once(outcome.findings)], is_screen=console.is_terminal),
        *outcome.statutory,
        f"Seconds:   {_seconds(outcome.seconds)}",
        f"Warehouse: {folder.warehouse_file}",
        f"Page:      {outcome.page}",
    )


_KEY_MADE = (
    "A key was made in restricted/hmac.key: back it up, no child's key can be made again without it.",
)


def print_unchanged(console: Console, folder: DataFolder, run_id: str) -> None:
    """What to say where a run had nothing to do: which run is published, what is held, where to look."""
    with opened(folder.warehouse_file) as connection:
        holds = current_holds(connection)
    _say(
        console,
        f"Nothing new since run {run_id}: landing, settings, code, answers and the day asked for are the same. "
        "Use cypp run --force to publish again.",
        *_held(holds, is_screen=console.is_terminal),
        f"Warehouse: {folder.warehouse_file}",
    )


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


# ---------------------------------------------------------------- what fits on a screen


def _within(messages: Sequence[str], *, is_screen: bool) -> Iterator[str]:
    """The first messages, as far as they fit a screen; of the others the number and where they are."""
    left = LINES_OF_MESSAGES
    for place, message in enumerate(messages):
        left -= len(textwrap.wrap(message, SCREEN))
        if is_screen and place and left < 0:
            yield f"... and {len(messages) - place} more messages (the page below; cypp status --json)"
            return
        yield message


def _held(holds: Sequence[Hold], *, is_screen: bool) -> Iterator[str]:
    """Each cause in full as far as it fits a screen; every other one by name."""
    left = LINES_OF_HOLDS
    for place, hold in enumerate(holds):
        lines = hold_lines(hold)
        left -= sum(len(textwrap.wrap(line, SCREEN)) for line in lines)
        if is_screen and place and left < 0:
            names = dict.fromkeys(name for one in holds[place:] for name in one.checks)
            yield f"held       also by {', '.join(names)} (cypp status says what)"
            return
        yield from lines


# ---------------------------------------------------------------- figures

CHANGED = """
    select lines.direction, indicators.caption, lines.value, lines.usual, lines.published_decimals
    from marts.rpt_committee as lines
    inner join marts.dim_indicators as indicators on lines.indicator_id = indicators.indicator_id
    where lines.edition = 'restricted' and lines.area_code = ? and lines.direction in ('worse', 'better')
    order by indicators.plan_order
"""


def _changed(connection: duckdb.DuckDBPyConnection, area_code: str) -> list[str]:
    """What got worse or better beyond chance, a line each."""
    found: dict[str, list[str]] = {"worse": [], "better": []}
    for direction, caption, value, usual, decimals in connection.execute(
        CHANGED, [area_code]
    ).fetchall():
        before = "" if usual is None else f", usual {printed(usual, decimals)}"
        found[direction].append(f"{caption} ({printed(value, decimals)}{before})")
    lines = [f"{direction:10} {_first(names)}" for direction, names in found.items() if names]
    return lines or ["changed    nothing beyond chance"]


def _first(names: Sequence[str]) -> str:
    rest = len(names) - NAMED
    return listed([*names[:NAMED], f"{rest} more"] if rest > 0 else names)


def _figures(newest: Sequence[Newest]) -> str:
    """How many indicators of the home area have a value, and what the others have instead."""
    n_held = sum(one.has_value and one.status == "held" for one in newest)
    n_valued = sum(one.has_value for one in newest)
    without = Counter(one.status.replace("_", " ") for one in newest if not one.has_value)
    counts = ", ".join(f"{count} {status}" for status, count in sorted(without.items()))
    held = f", {n_held} of them held" if n_held else ""
    return f"{n_valued} of {len(newest)} have a value{held}; none: {counts or '0'} (cypp status says why)"


def tell_once(findings: list[Finding]) -> list[str]:
    """One line per kind of finding and source: the newest submission's in full, the others as a number.

    What stops a file comes first; a fault that every month repeats must not hide another one.
    """
    alike: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        place = (finding.folder or "").split("/")[:2]
        kind = (
            finding.severity,
            *place,
            finding.table,
            finding.column and str(finding.column),
            finding.rule,
        )
        alike.setdefault(kind, []).append(finding)
    lines = []
    for group in sorted(alike.values(), key=lambda group: SEVERITIES.index(group[0].severity)):
        newest = max(group, key=lambda finding: finding.folder or "")
        others = f" (and {len(group) - 1} more like it)" if len(group) > 1 else ""
        lines.append(f"{newest.severity:10} {newest.text_for_officers()}{others}")
    return lines


def _seconds(seconds: dict[str, float]) -> str:
    return ", ".join(f"{step} {spent:.0f}" for step, spent in seconds.items())
