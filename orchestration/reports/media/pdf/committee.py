"""The committee report's content as a document: the front and the table that the page prints.

The panels, one for each indicator, are on the page and in the workbook: nobody turns sixty sheets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orchestration.reports.content import wording
from orchestration.reports.content.committee import AreasRow
from orchestration.reports.content.front import Front, Tile
from orchestration.reports.content.published import Area, Published, Reconciliation
from orchestration.reports.content.rounding import printed_count
from orchestration.reports.media.pdf.document import Document
from orchestration.reports.media.pdf.tiles import sparklines, tiles_as_data

# Areas side by side on A4 across.
AREAS_ACROSS = 8
ABOUT = "Every indicator of the Children and Young People's Plan, exceptions first."


def committee_document(content: dict[str, Any]) -> Document:
    """The document of what `committee.content_of` says."""
    published: Published = content["published"]
    front: Front = content["front"]
    tiles = [tile for _, tiles in front.sections for tile in tiles]
    return Document(
        template="committee", title=content["title"], about=ABOUT, run=published.run, home=published.home,
        is_public=content["is_public"],
        content={
            **{name: content[name] for name in ("arranged", "exceptions", "overview", "further", "annex", "annex_of")},
            "disagreements": [_disagreement(one) for one in published.disagreements],
            "areas": _areas(published.areas, content["areas"]),
            "newest": content["newest"],
            "sentence": front.sentence,
            "tiles": [(name, tiles_as_data(tiles)) for name, tiles in front.sections],
            "done": {tile.indicator.indicator_id: _being_done(tile) for tile in tiles},
        },
        charts=sparklines(tiles),
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


def _being_done(tile: Tile) -> str:
    """The actions of the plan that an indicator is linked to, with their colours."""
    said = [
        f"{one.action_id} ({one.rag.lower()})" if one.rag else one.action_id for one in tile.actions
    ]
    return f"Being done: {', '.join(said)}." if said else ""
