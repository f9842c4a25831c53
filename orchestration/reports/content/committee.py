"""The committee, standards and practice reports: exceptions, the table in plan order, one panel per indicator.

The order of the page; what it says about one indicator is in `panels`. The page is one file with its
style and drawings inside and opens with no network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from orchestration.owners.lists import ListLink, links_to_lists
from orchestration.reports.content import wording
from orchestration.reports.content.comparisons import comparators_for
from orchestration.reports.content.figures import Figures, figures_of
from orchestration.reports.content.front import (
    HEIGHT,
    NEAR_TARGET,
    OFF_TARGET,
    WIDTH,
    Tile,
    front_of,
    tiles_of,
)
from orchestration.reports.content.groups import GroupTable, read_groups, tables_of
from orchestration.reports.content.overview import overview_of
from orchestration.reports.content.panels import Cell, Line, line_of, panel_of
from orchestration.reports.content.published import (
    Indicator,
    Published,
    ReportLine,
    headings_of,
    read_published,
)
from orchestration.reports.content.rounding import printed_count
from orchestration.reports.content.sections import about_section, address_of
from orchestration.reports.issued import release_says

GOOD_IS = {"high": "High", "low": "Low", "neutral": "Neither high nor low by itself"}


@dataclass(frozen=True)
class StatusCount:
    """How many indicators have a status, and what it means."""

    status: wording.Status
    count: int


@dataclass(frozen=True)
class LinesByReason:
    """Indicators that share a status and its reason."""

    reason: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Exceptions:
    """Counts of all indicators, what changed beyond chance, is off or near target, what has no value or is held, and why."""

    headline: str
    counts: tuple[StatusCount, ...]
    improving: tuple[Line, ...]
    worsening: tuple[Line, ...]
    changed: tuple[Line, ...]
    off_target: tuple[LinesByReason, ...]
    near_target: tuple[LinesByReason, ...]
    missing: tuple[LinesByReason, ...]
    held: tuple[LinesByReason, ...]


@dataclass(frozen=True)
class Service:
    """A page of the practice report: what a head of service asks first."""

    name: str
    about: str
    address: str
    """Of the same on the explore page."""
    tiles: tuple[Tile, ...]
    tables: tuple[GroupTable, ...]
    lists: tuple[ListLink, ...]
    """Of the children whom its figures point to."""


@dataclass(frozen=True)
class AreasRow:
    """One indicator's newest figure in every area."""

    indicator: Indicator
    cells: tuple[Cell, ...]


def committee_content(marts: Path, edition: str) -> dict[str, Any]:
    """What the committee report says about the home area of a finished warehouse, in whatever medium."""
    published = read_published(marts, "committee", edition)
    return _content(
        published,
        "Committee report",
        "in the order of the plan",
        lambda line: line.indicator.section,
    )


def standards_content(marts: Path, edition: str) -> dict[str, Any]:
    """The same for education, by phase and group of pupils."""
    published = read_published(marts, "standards", edition)
    return _content(
        published, "Standards report", "by phase and group of pupils", lambda line: line.section
    )


def practice_content(marts: Path) -> dict[str, Any]:
    """The same for what practice asks for, with a page for each service; for officers only."""
    published = read_published(marts, "practice", "restricted")
    content = _content(
        published, "Practice report", "by service", lambda line: line.indicator.section
    )
    groups, lists = read_groups(marts, published), links_to_lists(marts, published.home.area_code)
    found = [figures_of(published, indicator) for indicator in published.indicators]
    return content | {
        "services": [
            Service(
                name, about_section(tiles[0].indicator), address_of(tiles[0].indicator), tuple(tiles),
                tables_of([one for one in found if one.indicator.section == name], groups),
                tuple(
                    lists[tile.indicator.indicator_id]
                    for tile in tiles if tile.indicator.indicator_id in lists
                ),
            )
            for name, tiles in content["front"].sections
        ]
    }  # fmt: skip


def write_page(content: dict[str, Any], target: Path) -> None:
    """Write a report's content as a page."""
    page = page_environment().get_template("committee.html.j2").render(content)
    target.write_text(page, encoding="utf-8")


def _content(
    published: Published, title: str, arranged: str, section_of: Callable[[Line], str]
) -> dict[str, Any]:
    found = [figures_of(published, indicator) for indicator in published.indicators]
    is_public = published.edition == "public"
    lines = [line_of(figures, is_public=is_public) for figures in found]
    panels = [panel_of(figures, line) for figures, line in zip(found, lines, strict=True)]
    sections, comparators = _sections(lines, section_of), comparators_for(published.home)
    tiles = tiles_of(list(zip(found, lines, strict=True)))
    return {
        "published": published,
        "front": front_of(tiles, sections),
        "sparkline_size": (WIDTH, HEIGHT),
        "services": [],
        "title": title,
        "arranged": arranged,
        "is_public": is_public,
        "newest": max((figures.newest.period_end for figures in found), default=None),
        "further": list(headings_of(ReportLine).values()),
        "exceptions": exceptions_of(lines),
        "overview": overview_of(comparators, sections),
        "annex_of": " and ".join(dict.fromkeys(indicator.plan for indicator in published.annex)),
        "annex": overview_of(
            comparators,
            _sections(
                [
                    line_of(figures_of(published, indicator), is_public=is_public)
                    for indicator in published.annex
                ],
                lambda line: line.indicator.section,
            ),
        ),
        "areas": [_areas_row(published, figures) for figures in found]
        if len(published.areas) > 1
        else [],
        "panels": panels,
        "places": [panel.place for panel in panels if panel.place is not None],
        "unranked": [panel.line for panel in panels if panel.place is None],
        "benchmark_sources": sorted(
            {one.source for figures in found for one in figures.benchmarks}
        ),
        "in_words": wording.day,
        "inputs_in_words": wording.inputs,
        "figure_in_words": printed_count,
        "good_is": GOOD_IS,
    }


@cache
def page_environment() -> Environment:
    """Load the pages' templates; texts from the warehouse are escaped."""
    environment = Environment(
        loader=PackageLoader("orchestration.reports.media"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["release_says"] = release_says  # ty: ignore[invalid-assignment]
    return environment


def exceptions_of(lines: Sequence[Line]) -> Exceptions:
    """What a reader must know before the figures."""
    held = [line for line in lines if line.status_code == "held"]
    missing = [line for line in lines if line.value.is_empty and line.status_code != "held"]
    improving, worsening, changed = (
        _moving(lines, *directions) for directions in (("better",), ("worse",), ("higher", "lower"))
    )
    off_target, near_target = (_coloured(lines, rags) for rags in (OFF_TARGET, NEAR_TARGET))
    counts = Counter(line.status_code for line in lines)
    known = [status for status in wording.STATUSES if status in counts]
    return Exceptions(
        headline="; ".join(
            (
                _judged(len(worsening), len(improving), _count(off_target), _count(near_target)),
                _without_value(len(lines), len(missing), len(held)),
            )
        ),
        counts=tuple(
            StatusCount(wording.status_of(status), counts[status])
            for status in (*known, *sorted(set(counts) - set(known)))
        ),
        improving=improving,
        worsening=worsening,
        changed=changed,
        off_target=off_target,
        near_target=near_target,
        missing=_by_reason(missing),
        held=_by_reason(held, lambda line: wording.hold(line.status)),
    )


def _moving(lines: Sequence[Line], *directions: str) -> tuple[Line, ...]:
    return tuple(line for line in lines if line.direction.text.lower() in directions)


def _coloured(lines: Sequence[Line], rags: Sequence[str]) -> tuple[LinesByReason, ...]:
    """By colour."""
    groups = ((rag, tuple(line for line in lines if line.rag == rag)) for rag in rags)
    return tuple(LinesByReason(rag, found) for rag, found in groups if found)


def _count(groups: Sequence[LinesByReason]) -> int:
    return sum(len(group.lines) for group in groups)


def _judged(worse: int, better: int, off_target: int, near_target: int) -> str:
    """What a member asks first."""
    return (
        f"{worse or 'none'} worse and {better or 'none'} better beyond chance,"
        f" {off_target or 'none'} off target, {near_target or 'none'} near target"
    )


def _without_value(total: int, missing: int, held: int) -> str:
    """Whether all of them can be judged at all."""
    if missing:
        verb = "has" if missing == 1 else "have"
        without = f"{missing} of {wording.counted(total, 'indicator')} {verb} no value"
    else:
        without = "no indicator is without a value"
    return f"{without}, {held or 'none'} {'are' if held > 1 else 'is'} held"


def _by_reason(
    lines: Sequence[Line], reason_of: Callable[[Line], str] = lambda line: line.status
) -> tuple[LinesByReason, ...]:
    """In the order of each reason's first indicator."""
    return tuple(
        LinesByReason(reason, tuple(line for line in lines if reason_of(line) == reason))
        for reason in dict.fromkeys(reason_of(line) for line in lines)
    )


def _sections(
    lines: Sequence[Line], section_of: Callable[[Line], str]
) -> list[tuple[str, list[Line]]]:
    """Lines by section, in the order of each section's first line."""
    names = dict.fromkeys(section_of(line) for line in lines)
    return [(name, [line for line in lines if section_of(line) == name]) for name in names]


def _areas_row(published: Published, figures: Figures) -> AreasRow:
    lines = published.lines[figures.indicator.indicator_id]
    cells = (_area_cell(figures, lines[area.area_code]) for area in published.areas)
    return AreasRow(figures.indicator, tuple(cells))


def _area_cell(figures: Figures, line: ReportLine) -> Cell:
    status = wording.status_of(line.status).label.lower()
    return Cell(figures.value_of(line), "" if line.status == "ok" else status)
