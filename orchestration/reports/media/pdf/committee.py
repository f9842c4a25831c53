"""The committee report's content as a document: the same lines and panels that the page prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orchestration.reports.content import wording
from orchestration.reports.content.committee import AreasRow
from orchestration.reports.content.panels import Panel
from orchestration.reports.content.published import Area, Published, Reconciliation
from orchestration.reports.content.rounding import printed_count
from orchestration.reports.media.pdf.document import Document

# Areas beside each other on A4 across.
AREAS_ACROSS = 8
ABOUT = "Every indicator of the Children and Young People's Plan, exceptions first."


def committee_document(content: dict[str, Any]) -> Document:
    """The document of what `committee.content_of` says."""
    published: Published = content["published"]
    panels: list[Panel] = content["panels"]
    return Document(
        template="committee", title=content["title"], about=ABOUT, run=published.run, home=published.home,
        is_public=content["is_public"],
        content={
            **{name: content[name] for name in ("arranged", "exceptions", "sections", "comparators", "further", "annex", "annex_of")},
            "disagreements": [_disagreement(one) for one in published.disagreements],
            "areas": _areas(published.areas, content["areas"]),
            "newest": content["newest"],
            "panels": [_panel(panel, content["good_is"]) for panel in panels],
        },
        charts={_chart_file(panel): str(panel.chart) for panel in panels if panel.chart is not None},
    )  # fmt: skip


def _disagreement(one: Reconciliation) -> dict[str, Any]:
    return {
        "title": one.title, "period_end": one.period_end,
        "first_source": wording.inputs(one.first_source), "first_figure": printed_count(one.first_figure),
        "second_source": wording.inputs(one.second_source), "second_figure": printed_count(one.second_figure),
        "tolerance": printed_count(one.tolerance),
    }  # fmt: skip


def _areas(areas: Sequence[Area], rows: Sequence[AreasRow]) -> list[dict[str, Any]]:
    """The table of all areas in as many as the paper's width asks for."""
    if not rows:
        return []
    starts = range(0, len(areas), AREAS_ACROSS)
    return [
        {
            "names": [area.area_name for area in areas[start : start + AREAS_ACROSS]],
            "rows": [
                {"position": row.indicator.position, "title": row.indicator.title,
                 "cells": row.cells[start : start + AREAS_ACROSS]}
                for row in rows
            ],
        }
        for start in starts
    ]  # fmt: skip


def _chart_file(panel: Panel) -> str:
    return f"{panel.line.indicator.indicator_id}.svg"


def _panel(panel: Panel, good_is: dict[str, str]) -> dict[str, Any]:
    indicator = panel.line.indicator
    about = {
        name: getattr(indicator, name)
        for name in (
            "indicator_id", "position", "title", "definition", "numerator_means", "denominator_means", "caveats",
            "data_owner", "definition_from",
        )
    }  # fmt: skip
    return {
        "line": {
            "indicator": {
                **about, "good_is": good_is.get(indicator.good_is, indicator.good_is),
                "inputs": wording.inputs(indicator.inputs),
            },
        },
        "lead": panel.lead, "summary": panel.summary, "basis_note": panel.basis_note, "rows": panel.rows,
        "comparisons": panel.comparisons if indicator.benchmark_series else [],
        "chart": None if panel.chart is None else _chart_file(panel),
        "alt": f"Run chart of {indicator.position}, {indicator.title}. {panel.summary}",
    }  # fmt: skip
