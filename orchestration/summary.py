"""The one-screen summary at the end of a run."""

from __future__ import annotations

import duckdb
from rich.console import Console
from rich.table import Table

from orchestration.nightly import Outcome
from orchestration.settings import DataFolder

SHOWN_FINDINGS = 12


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
    console.print(_figures(folder, run.home_area))
    for line in _held(folder):
        console.print(f"held       {line}", markup=False, highlight=False, soft_wrap=True)
    shown = outcome.findings[:SHOWN_FINDINGS]
    for finding in shown:
        console.print(
            f"{finding.severity:10} {finding.text()}", markup=False, highlight=False, soft_wrap=True
        )
    if len(outcome.findings) > len(shown):
        console.print(
            f"... and {len(outcome.findings) - len(shown)} more messages (cypp status --json)"
        )
    console.print(f"Seconds:   {_seconds(outcome.seconds)}", markup=False, highlight=False)
    console.print(
        f"Warehouse: {folder.warehouse_file}", markup=False, highlight=False, soft_wrap=True
    )
    console.print(f"Page:      {outcome.page}", markup=False, highlight=False, soft_wrap=True)


def _seconds(seconds: dict[str, float]) -> str:
    return ", ".join(f"{step} {spent:.0f}" for step, spent in seconds.items())


def _figures(folder: DataFolder, home_area: str) -> Table:
    """The newest figure of every indicator for the home area."""
    table = Table(title=f"Newest figures of {home_area}", title_justify="left")
    for heading in ("indicator", "period end", "value", "numerator", "denominator", "status"):
        table.add_column(
            heading, justify="right" if heading in ("value", "numerator", "denominator") else "left"
        )
    with duckdb.connect(str(folder.warehouse_file), read_only=True) as connection:
        rows = connection.execute(
            "select figures.indicator_id, figures.period_end, figures.value, figures.numerator,"
            " figures.denominator, figures.status, indicators.published_decimals"
            " from marts.fct_indicator_values as figures"
            " inner join marts.dim_indicators as indicators"
            " on figures.indicator_id = indicators.indicator_id"
            " and figures.basis = indicators.headline_basis"
            " where figures.area_code = ? and figures.breakdown = 'all' and figures.period_end ="
            " (select max(period_end) from marts.dim_periods) order by indicators.position",
            [home_area],
        ).fetchall()
    for indicator, period_end, value, numerator, denominator, status, decimals in rows:
        table.add_row(
            indicator, str(period_end), "" if value is None else f"{value:,.{decimals}f}",
            "" if numerator is None else f"{numerator:,.0f}",
            "" if denominator is None else f"{denominator:,.0f}", status,
        )  # fmt: skip
    return table


def _held(folder: DataFolder) -> list[str]:
    """Which indicators are held in which area, and why: one line per area and reason."""
    with duckdb.connect(str(folder.warehouse_file), read_only=True) as connection:
        rows = connection.execute(
            "select area_code, status_reason, string_agg(distinct indicator_id, ', ' order by indicator_id)"
            " from marts.fct_indicator_values where status = 'held' and breakdown = 'all'"
            " group by area_code, status_reason order by all"
        ).fetchall()
    return [f"{area}: {indicators}: {reason}" for area, reason, indicators in rows]
