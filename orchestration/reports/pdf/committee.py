"""The committee report's content as a document: the same lines and panels that the page prints."""

from __future__ import annotations

from typing import Any

from orchestration.reports import wording
from orchestration.reports.panels import Panel
from orchestration.reports.pdf.document import Document
from orchestration.reports.published import Published

ABOUT = "Every indicator of the Children and Young People's Plan, exceptions first."


def committee_document(content: dict[str, Any]) -> Document:
    """The document of what `committee.content_of` says."""
    published: Published = content["published"]
    panels: list[Panel] = content["panels"]
    return Document(
        template="committee", title=content["title"], about=ABOUT, run=published.run, home=published.home,
        is_public=content["is_public"],
        content={
            **{name: content[name] for name in ("exceptions", "sections", "comparators", "annex")},
            "panels": [_panel(panel, content["good_is"]) for panel in panels],
        },
        charts={_chart_file(panel): str(panel.chart) for panel in panels if panel.chart is not None},
    )  # fmt: skip


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
