"""The explore page: any indicator of an edition, by group where officers may see groups, next to published figures; for
officers cohorts, too.

What it says of a figure is what the reports say of it: the same words, from the same printed rows. The page is one file; a
reader's choice is kept in its address.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from orchestration.reports.content import wording
from orchestration.reports.content.cohorts import CohortFigure, cohort_pages, read_cohorts
from orchestration.reports.content.committee import page_environment
from orchestration.reports.content.comparisons import as_published, comparators_for
from orchestration.reports.content.figures import NO_COUNT, NO_VALUE, Figures, figures_of
from orchestration.reports.content.groups import GroupFigure, Groups, read_groups
from orchestration.reports.content.panels import (
    Line,
    basis_note_of,
    capital,
    data_row_of,
    lead_of,
    line_of,
)
from orchestration.reports.content.published import (
    COMPARATORS,
    EXPLORE,
    Compared,
    Figure,
    Indicator,
    Published,
    ReportLine,
    read_published,
)
from orchestration.reports.content.sections import about_section, address_of, plan_title
from orchestration.reports.content.trends import run_chart, summary
from orchestration.reports.media.charts import TARGET, USUAL
from orchestration.reports.media.interactive import (
    LOOKS,
    allowed,
    drawing,
    library,
    page_script,
)

# The report whose panel or line of an indicator says all that there is to say of it.
REPORTS = {"committee": "committee", "annex": "committee", "practice": "practice"}


def write_explore_page(marts: Path, target: Path, edition: str) -> None:
    """Write the page of one edition."""
    published = _with_variants(read_published(marts, EXPLORE, edition))
    groups = read_groups(marts, published)
    found = [figures_of(published, indicator) for indicator in published.indicators]
    shown = _in_json(_shown(published, found, groups, read_cohorts(marts, published)))
    scripts = library(), page_script("explore")
    page = page_environment().get_template("explore.html.j2").render(
        run=published.run, home=published.home, title="Explore the figures", is_public=edition == "public",
        in_words=wording.day, shown=shown, allowed=allowed(*scripts),
        scripts=[Markup(script) for script in scripts],  # noqa: S704 -- the library and our own
    )  # fmt: skip
    target.write_text(page, encoding="utf-8")


def _with_variants(published: Published) -> Published:
    """A measure that is in no report's table has no line: it gets one that says its newest figure."""
    home = published.home.area_code
    lines = {
        one.indicator_id: published.lines.get(one.indicator_id)
        or {home: _line_of(published.figures[one.indicator_id][-1], published.run.as_at)}
        for one in published.indicators
    }
    nothing = dict.fromkeys(COMPARATORS, Compared(None, None, None, None, None, None))
    compared = dict.fromkeys(lines, nothing) | published.compared
    return replace(published, lines=lines, compared=compared)


def _line_of(figure: Figure, as_at: date) -> ReportLine:
    age = relativedelta(as_at + timedelta(days=1), figure.period_end + timedelta(days=1))
    return ReportLine(
        indicator_id=figure.indicator_id, area_code=figure.area_code, period_start=figure.period_start,
        period_end=figure.period_end, period_age_months=12 * age.years + age.months, numerator=figure.numerator,
        denominator=figure.denominator, value=figure.value, status=figure.status, status_reason=figure.status_reason,
        is_provisional=figure.is_provisional, last_value_period_end=None, year_before_period_end=None,
        year_before_value=None, year_before_status=None, direction="not judged", direction_reason="a variant of another measure",
        n_compared=0, usual=None, assurance="", target=None, rag="Monitor", target_origin=None, target_agreed_by=None,
        target_agreed_on=None, break_on=figure.break_on, break_reason=None, comment=None, commented_on=None, commented_by=None,
    )  # fmt: skip


def _in_json(shown: dict[str, Any]) -> Markup:
    """As text that can end no element of a page."""
    text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 -- no tag can begin in it


def _shown(
    published: Published, found: Sequence[Figures], groups: Groups, cohorts: Sequence[CohortFigure]
) -> dict[str, Any]:
    """All that the page can show."""
    indicators = [
        _indicator(
            figures,
            line_of(figures, is_public=published.edition == "public"),
            groups.get(figures.indicator.indicator_id, ()),
        )
        for figures in found
    ]
    return {
        "home": published.home.area_name,
        "looks": [vars(look) for look in LOOKS],
        "usual": vars(USUAL),
        "target": vars(TARGET),
        "drawing": drawing(),
        "noValue": NO_VALUE,
        "noCount": NO_COUNT,
        "pages": [*_pages(published.indicators), *cohort_pages(cohorts)],
        "indicators": indicators,
    }


def _pages(indicators: Iterable[Indicator]) -> list[dict[str, str]]:
    """The sections of each plan, in its order: what a reader may look at together."""
    pages = {
        address_of(one): {
            "id": address_of(one), "title": one.section, "plan": plan_title(one), "about": about_section(one),
        }
        for one in indicators
    }  # fmt: skip
    return list(pages.values())


def _indicator(figures: Figures, line: Line, groups: Sequence[GroupFigure]) -> dict[str, Any]:
    indicator, chart = figures.indicator, run_chart(figures)
    return {
        "id": indicator.indicator_id,
        "page": address_of(indicator),
        "number": indicator.position,
        "title": indicator.title,
        "caption": indicator.caption,
        "unit": indicator.unit,
        "decimals": indicator.published_decimals,
        "isRate": indicator.kind == "rate_per_10k",
        "definition": indicator.definition,
        "numerator": indicator.numerator_means,
        "denominator": indicator.denominator_means,
        "caveats": indicator.caveats,
        "source": indicator.definition_from,
        "report": _report_of(indicator),
        "newest": line.value.text,
        "period": line.period.text,
        "change": line.direction.text,
        "changeNote": line.direction.note,
        "rag": line.rag if figures.line.target is not None else "",
        "lead": lead_of(figures, line),
        # The limits of every period are shaded here, those of the newest dotted in a report.
        "summary": summary(figures).replace("(dotted)", "(shaded)"),
        "marks": [[mark.day.isoformat(), mark.label] for mark in chart.marks] if chart else [],
        "basisNote": basis_note_of(figures),
        "target": None
        if figures.line.target is None
        else [figures.line.target, f"Target {figures.target}"],
        "rows": [_row(figures, figure) for figure in figures.figures],
        "compared": _compared(figures),
        "by": _by(figures, groups),
    }


def _report_of(indicator: Indicator) -> str:
    """Where the panel of an indicator is, or of the one that it is printed with."""
    if indicator.printed_with:
        return f"committee.html#{indicator.printed_with}"
    named = [REPORTS[name] for name in indicator.reports.split() if name in REPORTS]
    return f"{named[0]}.html#{indicator.indicator_id}" if named else ""


def _row(figures: Figures, figure: Figure) -> list[Any]:
    """Day, period, numerator, denominator and value in print; the value, what was to be expected of it and its limits
    for the chart; these in print; and the status."""
    printed, usual = data_row_of(figures, figure), figure.usual
    return [
        figure.period_end.isoformat(), printed.period, printed.numerator, printed.denominator, printed.value,
        figure.value, usual, figure.lower_limit, figure.upper_limit, "" if usual is None else figures.printed(usual),
        _limits(figures, figure), printed.status,
    ]  # fmt: skip


def _limits(figures: Figures, figure: Figure) -> str:
    limits = [one for one in (figure.lower_limit, figure.upper_limit) if one is not None]
    return " to ".join(figures.printed_limit(one) for one in limits)


def _compared(figures: Figures) -> list[dict[str, Any]]:
    """The published figures of each group of authorities that has any, oldest first."""
    found = []
    for comparator in (*comparators_for(figures.home), as_published(figures.home)):
        compared = figures.compared.get(comparator.key)
        models = {one.neighbour_model for one in figures.benchmarks if one.comparator == comparator.key}  # fmt: skip
        model = (compared.neighbour_model if compared else None) or max(models, default="")
        rows = [
            [one.period_end.isoformat(), capital(figures.period_of(one)), figures.printed(one.value), one.value]
            for one in figures.benchmarks
            if (one.comparator, one.neighbour_model) == (comparator.key, model)
        ]  # fmt: skip
        if rows:
            found.append({"key": comparator.key, "name": comparator.heading, "rows": rows})
    return found


def _by(figures: Figures, groups: Sequence[GroupFigure]) -> dict[str, Any]:
    """By breakdown: its groups, and for each period of the rows what is known of each group."""
    found: dict[str, Any] = {}
    places = {one.period_end: place for place, one in enumerate(figures.figures)}
    for breakdown in dict.fromkeys(one.breakdown for one in groups):
        own = [one for one in groups if one.breakdown == breakdown]
        names = list(dict.fromkeys(one.breakdown_value for one in own))
        cells: list[list[Any]] = [[None] * len(names) for _ in places]
        for one in own:
            cells[places[one.period_end]][names.index(one.breakdown_value)] = [
                one.numerator, one.denominator, one.value, one.share_of_rate,
            ]  # fmt: skip
        newest = figures.newest.period_end
        found[breakdown] = {
            "name": wording.inputs(breakdown), "groups": names, "cells": cells,
            "ratios": [
                [one.breakdown_value, one.beside_the_largest]
                for one in own if one.period_end == newest and one.beside_the_largest
            ],
        }  # fmt: skip
    return found
