"""The reports as accessible workbooks: cover, contents, notes, then one marked-up table per sheet.

How a workbook is written is in `accessible_book`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.reports.content import wording
from orchestration.reports.content.board import ALL_OUTCOMES, plan_number
from orchestration.reports.content.committee import GOOD_IS
from orchestration.reports.content.published import (
    Area,
    ReportLine,
    Run,
    headings_of,
    read_home,
    read_run,
    table_of,
)
from orchestration.reports.issued import release_says
from orchestration.reports.media.accessible_book import AccessibleBook
from orchestration.warehouse.opening import opened

WIDEST, NARROWEST = 60, 11
# What may be read is decided by the folder of the edition (data/README.md, 'Who may read what').
# Why a cell holds no number (Government Analysis Function, Releasing statistics in spreadsheets, 2021).
SHORTHAND = {
    "suppressed": "[c]",
    "not_applicable": "[z]",
    "not_recorded": "[w]",
}
NOT_AVAILABLE, NOT_APPLICABLE, NONE_SUPPLIED = "[x]", "[z]", "[x]"
MEANINGS = (
    ("[b]", "Break in series: not comparable with earlier periods."),
    ("[c]", "Confidential: withheld to protect individuals."),
    ("[w]", "None recorded: the category may not be in use."),
    ("[x]", "Not available: the status says why."),
    ("[z]", "Not applicable."),
)


@dataclass(frozen=True)
class Sheet:
    """One table: its name, the text above it, its headings and rows."""

    name: str
    title: str
    above: tuple[str, ...]
    headings: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


def write_workbook(marts: Path, report: str, title: str, edition: str, target: Path) -> None:
    """Write a report's workbook from the printed tables of a finished warehouse."""
    with opened(marts) as connection:
        run, home = read_run(connection), read_home(connection)
        read = _board_sheets if report == "board" else _indicator_sheets
        sheets = [sheet for sheet in read(connection, report, edition, home) if sheet.rows]
    full_title = f"{home.area_name}: {title.lower()}, {edition} edition"
    contents = Sheet(
        "Contents", "Contents", ("This sheet has one table. It lists the sheets that follow.",),
        ("Sheet", "What it holds"), [("Notes", "Shorthand used in the tables"), *((s.name, s.title) for s in sheets)],
    )  # fmt: skip
    notes = Sheet(
        "Notes", "Notes: shorthand", ("This sheet has one table.",), ("Shorthand", "Meaning"), MEANINGS
    )  # fmt: skip
    with AccessibleBook(target, full_title, title, run.as_at) as book:
        cover, _ = book.sheet("Cover", full_title, _cover(run, edition))
        cover.set_column(0, 0, 90)
        for sheet in (contents, notes, *sheets):
            _write_sheet(book, _with_release(sheet) if edition == "public" else sheet)


def _with_release(sheet: Sheet) -> Sheet:
    first, *others = sheet.above
    return replace(sheet, above=(f"{release_says()}. {first}", *others))


def _cover(run: Run, edition: str) -> list[str]:
    known = f"Data as known on {wording.day(run.as_at)}. Run {run.run_id}, code version {run.code_version}."
    invented = "Synthetic data: the children and the figures in this workbook are invented."
    withheld = (
        f"{release_says()}. Public edition: small numbers are withheld and marked [c]."
        if edition == "public"
        else "Restricted edition, for officers: small numbers are not withheld."
    )
    rounded = (
        "Values are rounded once, half away from zero. The sheet Notes explains the shorthand."
    )
    return [known, *([invented] if run.is_synthetic else []), withheld, rounded]


def _write_sheet(book: AccessibleBook, content: Sheet) -> None:
    """Title in A1, what explains the table below it in column A, the table against the left edge, nothing after."""
    sheet, first = book.sheet(content.name, content.title, content.above)
    book.table(sheet, first, f"table_{content.name.lower()}", content.headings, content.rows)
    for column, heading in enumerate(content.headings):
        longest = max((len(str(row[column])) for row in content.rows), default=0)
        width = min(WIDEST, max(NARROWEST, longest + 2, len(heading) // 2 + 4))
        sheet.set_column(column, column, width)


def _number(value: float | None, status: str) -> float | str:
    return SHORTHAND.get(status, NOT_AVAILABLE) if value is None else value


def _text(value: str | None) -> str:
    return wording.reason(value) if value else NOT_APPLICABLE


def _day(value: date | None) -> str:
    return wording.day(value) if value else NOT_APPLICABLE


def _plain(value: object) -> object:
    """Keep a number a number; anything else as the pages say it."""
    return value if isinstance(value, int | float) else wording.plain(value) or NOT_AVAILABLE


def _indicator_sheets(
    connection: duckdb.DuckDBPyConnection, report: str, edition: str, home: Area
) -> list[Sheet]:
    listed = _Part("Indicators", "Newest figure of each indicator", report)
    sheets = [_lines(connection, report, edition, home, listed)]
    if report == "committee":
        sheets.append(_lines(connection, report, edition, home, _annex(connection)))
    if report == "standards":
        sheets.append(_places(connection, edition, home))
    return [*sheets, _periods(connection, report, edition, home)]


@dataclass(frozen=True)
class _Part:
    """A table of a report's lines: its sheet, what it holds, and how the registry lists its members."""

    sheet: str
    title: str
    member: str


def _annex(connection: duckdb.DuckDBPyConnection) -> _Part:
    """The earlier plan's measures, by the name of their plan."""
    plans = connection.execute(
        "select distinct plan from marts.dim_indicators where ' ' || reports || ' ' like '% annex %' order by plan"
    ).fetchall()
    named = " and ".join(plan for (plan,) in plans)
    return _Part("Annex", f"Newest figure of each measure of the {named} plan", "annex")


def _lines(
    connection: duckdb.DuckDBPyConnection, report: str, edition: str, home: Area, part: _Part
) -> Sheet:
    further = headings_of(ReportLine)
    rows = connection.execute(
        "select lines.position, lines.title, lines.unit, basis, period_start, period_end, value, status, numerator,"
        " denominator, year_before_value, coalesce(year_before_status, 'no_data'), direction, direction_reason,"
        " usual, n_compared, target, rag, outer_london_value, outer_london_period, london_value, london_period,"
        " statistical_neighbours_value, statistical_neighbours_period, england_value, england_period,"
        f" {''.join(f'lines.{name}, ' for name in further)} status_reason"
        f" from marts.{table_of(report)} as lines"
        " inner join marts.dim_indicators as indicators on lines.indicator_id = indicators.indicator_id"
        " where edition = ? and area_code = ? and list_contains(string_split(lines.reports, ' '), ?)"
        " order by indicators.plan_order",
        [edition, home.area_code, part.member],
    ).fetchall()
    headings = (
        "Number", "Indicator", "Unit", "Period", "Value", "Numerator", "Denominator", "Same period last year",
        "Direction of travel", "Why not judged", "In the years before", "Earlier periods compared", "Target", "Colour", "Outer London", "Outer London period",
        "London", "London period", "Statistical neighbours", "Statistical neighbours period", "England",
        "England period", *further.values(), "Status", "Reason",
    )  # fmt: skip
    printed = []
    for row in rows:
        (position, title, unit, basis, start, end, value, status, numerator, denominator, before, before_status,
         direction, why, usual, n_compared, target, rag, *compared, reason) = row  # fmt: skip
        shown = [_plain(found) for found in compared]
        printed.append(
            (position or NOT_APPLICABLE, title, unit, wording.period(basis, start, end), _number(value, status),
             _number(numerator, status), _number(denominator, status), _number(before, before_status), direction,
             _text(why), NOT_APPLICABLE if usual is None else usual, n_compared,
             NOT_APPLICABLE if target is None else target, rag, *shown,
             wording.status_of(status).label, _text(reason))
        )  # fmt: skip
    above = (
        "This sheet has one table. Shorthand in square brackets is explained on the sheet Notes.",
        f"{part.title}, {home.area_name}. Sources: the returns of the authority; DfE's published figures.",
    )
    return Sheet(part.sheet, part.title, above, headings, printed)


def _places(connection: duckdb.DuckDBPyConnection, edition: str, home: Area) -> Sheet:
    rows = connection.execute(
        "select lines.position, lines.title, lines.unit, rank_period, ranked_value, national_rank, n_ranked, quartile,"
        " lower_quartile, national_median, upper_quartile, indicators.good_is from marts.rpt_standards as lines"
        " inner join marts.dim_indicators as indicators on lines.indicator_id = indicators.indicator_id"
        " where edition = ? and area_code = ? and national_rank is not null order by indicators.plan_order",
        [edition, home.area_code],
    ).fetchall()
    printed = [
        (position or NOT_APPLICABLE, title, unit, wording.reason(period), *figures, GOOD_IS.get(good_is, good_is))
        for position, title, unit, period, *figures, good_is in rows
    ]  # fmt: skip
    headings = (
        "Number", "Indicator", "Unit", "Published period", f"{home.area_name}, as published", "Rank", "Of authorities",
        "Quarter (1 is best)", "Lower quartile", "Median", "Upper quartile", "Good is",
    )  # fmt: skip
    above = (
        "This sheet has one table. Rank 1 and quarter 1 are the best. A quarter of the authorities are at or"
        " below the lower quartile, half at or below the median, three quarters at or below the upper quartile.",
        f"Place of {home.area_name} among all authorities in the newest published year. Indicators whose figures"
        " nobody publishes for every authority are not listed. Source: DfE's published figures.",
    )
    return Sheet("Places", "Place among all authorities", above, headings, printed)


def _periods(connection: duckdb.DuckDBPyConnection, report: str, edition: str, home: Area) -> Sheet:
    rows = connection.execute(
        "select lines.position, lines.title, figures.basis, figures.period_start, figures.period_end, figures.value,"
        " figures.numerator, figures.denominator, figures.status, figures.status_reason, figures.break_on"
        f" from marts.rpt_figures as figures inner join marts.{table_of(report)} as lines"
        " on figures.edition = lines.edition and figures.area_code = lines.area_code"
        " and figures.indicator_id = lines.indicator_id"
        " inner join marts.dim_indicators as indicators on lines.indicator_id = indicators.indicator_id"
        " where figures.edition = ? and figures.area_code = ?"
        " and list_has_any(string_split(lines.reports, ' '), ?)"
        " order by indicators.plan_order, figures.period_end desc",
        [edition, home.area_code, [report, *(["annex"] if report == "committee" else [])]],
    ).fetchall()
    printed = [
        (position or NOT_APPLICABLE, title, wording.period(basis, start, end), _number(value, status),
         _number(numerator, status), _number(denominator, status), wording.status_of(status).label, _text(reason),
         "[b]" if break_on == end else _day(break_on))
        for position, title, basis, start, end, value, numerator, denominator, status, reason, break_on in rows
    ]  # fmt: skip
    headings = (
        "Number", "Indicator", "Period", "Value", "Numerator", "Denominator", "Status", "Reason",
        "Comparable from",
    )  # fmt: skip
    above = (
        "This sheet has one table. Shorthand in square brackets is explained on the sheet Notes.",
        f"Every period of each indicator, newest first, {home.area_name}.",
    )
    return Sheet("Periods", "Every period of each indicator", above, headings, printed)


def _board_sheets(
    connection: duckdb.DuckDBPyConnection, report: str, edition: str, home: Area
) -> list[Sheet]:
    rows = connection.execute(
        "select action_id, outcome, priority, action, lead_agencies, status, rag, moved, updated_on,"
        f" is_update_missing, progress, risk, related_indicators from marts.rpt_{report} where edition = ?",
        [edition],
    ).fetchall()
    rows.sort(key=lambda row: plan_number(row[0]))
    printed = [
        (number, outcome, priority, action, lead, status.replace("_", " "), rag or NONE_SUPPLIED,
         moved or NONE_SUPPLIED, _day(updated), "yes" if missing else "no", progress or NONE_SUPPLIED,
         *((risk or NONE_SUPPLIED,) if edition == "restricted" else ()), related or NOT_APPLICABLE)
        for number, outcome, priority, action, lead, status, rag, moved, updated, missing, progress, risk, related
        in rows
    ]  # fmt: skip
    headings = (
        "Number", "Outcome", "Priority", "Action", "Lead agencies", "Status", "Colour", "Moved since the last board",
        "Updated on", "Update missing this quarter", "Progress",
        *(("Risk",) if edition == "restricted" else ()), "Linked indicators",
    )  # fmt: skip
    above = (
        "This sheet has one table. Shorthand in square brackets is explained on the sheet Notes.",
        f"Actions of the plan by outcome, {home.area_name}. Source: updates of the lead agencies.",
    )
    actions = Sheet("Actions", "Actions of the plan", above, headings, printed)
    return [_outcomes(connection, edition, home), actions]


def _outcomes(connection: duckdb.DuckDBPyConnection, edition: str, home: Area) -> Sheet:
    rows = connection.execute(
        "select outcome_id, outcome, n_actions, n_red, red_pct, n_amber, amber_pct, n_green, green_pct, n_blue,"
        " blue_pct, n_no_colour, no_colour_pct, n_better, n_worse, n_update_missing"
        " from marts.rpt_board_outcomes where edition = ? order by outcome_id = ?, outcome_id",
        [edition, ALL_OUTCOMES],
    ).fetchall()
    headings = (
        "Number", "Outcome", "Actions", "Red", "Red (%)", "Amber", "Amber (%)", "Green", "Green (%)", "Blue",
        "Blue (%)", "No colour", "No colour (%)", "Better than the board saw last", "Worse than the board saw last",
        "Update missing this quarter",
    )  # fmt: skip
    above = (
        "This sheet has one table. Percentages are rounded and may not add up to 100; the last row counts"
        " every action again.",
        f"Actions by outcome and colour, {home.area_name}. Source: updates of the lead agencies.",
    )
    printed = [("All" if number == ALL_OUTCOMES else number, *row) for number, *row in rows]
    return Sheet("Outcomes", "Actions by outcome and colour", above, headings, printed)
