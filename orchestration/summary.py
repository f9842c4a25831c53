"""The one-screen summary at the end of a run."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import duckdb
from rich.console import Console
from rich.table import Table

from orchestration.intake.findings import Finding, Severity
from orchestration.nightly import Outcome
from orchestration.settings import DataFolder

SHOWN_FINDINGS = 12
SEVERITIES: tuple[str, ...] = get_args(Severity)


def print_run_summary(console: Console, folder: DataFolder, outcome: Outcome) -> None:
    """What was taken in, what is published, what needs an owner, and where to look."""
    taken, run = outcome.taken_in, outcome.run
    console.print(
        f"Published run {run.run_id}, knowledge date {run.as_at}: "
        f"{len(taken.accepted)} submission(s) taken in, {len(taken.rejected)} rejected, "
        f"{len(taken.reread)} read again with another outcome.",
        markup=False, highlight=False,
    )  # fmt: skip
    if taken.made_key:
        console.print(
            "A key was made in restricted/hmac.key: back it up, no child's key can be made again without it.",
            markup=False,
        )
    table, without_value = _figures(folder, run.home_area)
    console.print(table)
    console.print(without_value, markup=False, highlight=False)
    for line in _held(folder):
        console.print(f"held       {line}", markup=False, highlight=False, soft_wrap=True)
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
    """What to say where a run had nothing to do: whose figures stand, what is held, where to look."""
    console.print(
        f"Nothing new: run {run_id} stands. Landing, settings, code, answers and knowledge date are as it "
        "had them (cypp run --force publishes again all the same).",
        markup=False, highlight=False,
    )  # fmt: skip
    for line in _held(folder):
        console.print(f"held       {line}", markup=False, highlight=False, soft_wrap=True)
    console.print(
        f"Warehouse: {folder.warehouse_file}", markup=False, highlight=False, soft_wrap=True
    )


def tell_once(findings: list[Finding]) -> list[str]:
    """One line per kind of finding and source: the newest submission's in full, the others as a number.

    What stops a file comes first; a fault that every month repeats must not hide another one.
    """
    alike: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        place = (finding.file or "").split("/")[:2]
        kind = (finding.severity, *place, finding.table, finding.column, finding.rule)
        alike.setdefault(kind, []).append(finding)
    lines = []
    for group in sorted(alike.values(), key=lambda group: SEVERITIES.index(group[0].severity)):
        newest = max(group, key=lambda finding: finding.file or "")
        others = f" (and {len(group) - 1} more like it)" if len(group) > 1 else ""
        lines.append(f"{newest.severity:10} {newest.text()}{others}")
    return lines


def _seconds(seconds: dict[str, float]) -> str:
    return ", ".join(f"{step} {spent:.0f}" for step, spent in seconds.items())


# The newest period of every indicator of the plan on its headline basis, of one authority.
NEWEST = """
    select
        figures.indicator_id, figures.period_end, figures.value, figures.numerator, figures.denominator,
        figures.status, indicators.published_decimals
    from marts.fct_indicator_values as figures
    inner join marts.dim_indicators as indicators
        on figures.indicator_id = indicators.indicator_id and figures.basis = indicators.headline_basis
    where figures.area_code = ? and figures.breakdown = 'all' and indicators.plan = '2019-23'
    qualify row_number() over (partition by figures.indicator_id order by figures.period_end desc) = 1
    order by indicators.plan_order
"""


def _figures(folder: DataFolder, home_area: str) -> tuple[Table, str]:
    """What the home area has a value for, and one line on what it has none for."""
    table = Table(title=f"Newest figures of {home_area}", title_justify="left")
    for heading in ("indicator", "period end", "value", "numerator", "denominator"):
        is_number = heading in ("value", "numerator", "denominator")
        table.add_column(heading, justify="right" if is_number else "left", overflow="fold")
    with duckdb.connect(str(folder.warehouse_file), read_only=True) as connection:
        rows = connection.execute(NEWEST, [home_area]).fetchall()
    without: Counter[str] = Counter()
    for indicator, period_end, value, numerator, denominator, status, decimals in rows:
        if value is None:
            without[status] += 1
            continue
        table.add_row(
            indicator, str(period_end), f"{value:,.{decimals}f}",
            "" if numerator is None else f"{numerator:,.0f}",
            "" if denominator is None else f"{denominator:,.0f}",
        )  # fmt: skip
    counts = ", ".join(f"{count} {status}" for status, count in sorted(without.items()))
    return table, f"No value:  {counts or 'none'} (cypp status says why)"


def _held(folder: DataFolder) -> list[str]:
    """Which indicators are held in which area, and why: one line per area and reason."""
    with duckdb.connect(str(folder.warehouse_file), read_only=True) as connection:
        rows = connection.execute(
            "select area_code, status_reason, string_agg(distinct indicator_id, ', ' order by indicator_id)"
            " from marts.fct_indicator_values where status = 'held' and breakdown = 'all'"
            " group by area_code, status_reason order by all"
        ).fetchall()
    return [f"{area}: {indicators}: {reason}" for area, reason, indicators in rows]
