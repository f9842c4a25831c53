"""The one-screen summary at the end of a run."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from rich.console import Console
from rich.table import Table

from orchestration.intake.findings import Finding, Severity
from orchestration.night.account import Outcome
from orchestration.operator.newest import Newest, current_holds, newest_figures
from orchestration.operator.status import print_holds, print_warned
from orchestration.operator.warned import warned_extracts
from orchestration.registry.vocabulary import vocabulary
from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened

SHOWN_FINDINGS = 12
SEVERITIES: tuple[str, ...] = get_args(Severity)


def print_run_summary(console: Console, folder: DataFolder, outcome: Outcome) -> None:
    """What was taken in, what is published, what needs an owner, and where to look."""
    run = outcome.run
    console.print(
        f"Published run {run.run_id}, knowledge date {run.as_at}: "
        f"{len(outcome.accepted)} submission(s) taken in, {len(outcome.rejected)} rejected, "
        f"{len(outcome.reread)} read again with another outcome.",
        markup=False, highlight=False,
    )  # fmt: skip
    if outcome.made_key:
        console.print(
            "A key was made in restricted/hmac.key: back it up, no child's key can be made again without it.",
            markup=False,
        )
    with opened(folder.warehouse_file) as connection:
        newest, holds = newest_figures(connection), current_holds(connection)
        warned = warned_extracts(connection)
    in_force = next(iter(vocabulary().plans))
    of_plan = [one for one in newest if one.plan == in_force and one.area_code == run.home_area]
    table, without_value = _figures(of_plan)
    console.print(table)
    console.print(without_value, markup=False, highlight=False)
    print_holds(console, holds)
    print_warned(console, warned)
    for line in outcome.statutory:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    told = tell_once(outcome.findings)
    for line in told[:SHOWN_FINDINGS]:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if len(told) > SHOWN_FINDINGS:
        console.print(f"... and {len(told) - SHOWN_FINDINGS} more messages (cypp status --json)")
    console.print(f"Seconds:   {_seconds(outcome.seconds)}", markup=False, highlight=False)
    console.print(
        f"Warehouse: {folder.warehouse_file}", markup=False, highlight=False, soft_wrap=True
    )
    console.print(f"Page:      {outcome.page}", markup=False, highlight=False, soft_wrap=True)


def print_unchanged(console: Console, folder: DataFolder, run_id: str) -> None:
    """What to say where a run had nothing to do: which run is published, what is held, where to look."""
    console.print(
        f"Nothing new since run {run_id}: landing, settings, code, answers and knowledge date are the same. "
        "Use cypp run --force to publish again.",
        markup=False, highlight=False,
    )  # fmt: skip
    with opened(folder.warehouse_file) as connection:
        print_holds(console, current_holds(connection))
    console.print(
        f"Warehouse: {folder.warehouse_file}", markup=False, highlight=False, soft_wrap=True
    )


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


def _figures(newest: list[Newest]) -> tuple[Table, str]:
    """What the home area has a value for, and one line on what it has none for."""
    table = Table(
        title=f"Newest figures of {newest[0].area_code}" if newest else "", title_justify="left"
    )
    for heading in ("indicator", "period end", "value", "numerator", "denominator", ""):
        is_number = heading in ("value", "numerator", "denominator")
        table.add_column(heading, justify="right" if is_number else "left", overflow="fold")
    without: Counter[str] = Counter()
    for one in newest:
        if not one.has_value:
            without[one.status] += 1
            continue
        table.add_row(
            one.indicator_id, str(one.last_value_period_end), f"{one.last_value:,.{one.published_decimals}f}",
            "" if one.numerator is None else f"{one.numerator:,.0f}",
            "" if one.denominator is None else f"{one.denominator:,.0f}",
            "held" if one.status == "held" else "",
        )  # fmt: skip
    counts = ", ".join(f"{count} {status}" for status, count in sorted(without.items()))
    return table, f"No value:  {counts or 'none'} (cypp status says why)"
