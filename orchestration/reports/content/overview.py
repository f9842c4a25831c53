"""The table of all indicators: what many of its lines share is said once, and a line without a value says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from orchestration.reports.content.comparisons import Comparator
from orchestration.reports.content.panels import Cell, Line

# From so many lines on a note is printed once below the table.
SHARED_BY = 3


@dataclass(frozen=True)
class Column:
    """A group of authorities, and the period of its figures where a cell names no other."""

    heading: str
    period: str


@dataclass(frozen=True)
class Row:
    """An indicator's line, without what the headings and the notes below the table say already."""

    line: Line
    comparisons: tuple[Cell, ...]
    notes: tuple[str, ...]
    shared: tuple[int, ...]
    """Numbers of the notes below the table."""
    why: str
    """Why there is no value, with all there is to say; empty where there is one."""


@dataclass(frozen=True)
class Overview:
    """A table in sections."""

    columns: tuple[Column, ...]
    sections: tuple[tuple[str, tuple[Row, ...]], ...]
    shared: tuple[str, ...]
    """Notes that several lines have, numbered from 1."""


def overview_of(
    comparators: Sequence[Comparator], sections: Sequence[tuple[str, Sequence[Line]]]
) -> Overview:
    """The table of these lines."""
    lines = [line for _, members in sections for line in members]
    columns = tuple(
        Column(
            one.heading, _usual(line.comparisons[place] for line in lines if not _is_without(line))
        )
        for place, one in enumerate(comparators)
    )
    counts = Counter(note for line in lines for note in line.notes if not _is_without(line))
    shared = tuple(note for note, times in counts.items() if times >= SHARED_BY)
    return Overview(
        columns=columns,
        sections=tuple(
            (name, tuple(_row(line, columns, shared) for line in members))
            for name, members in sections
        ),
        shared=shared,
    )


def _is_without(line: Line) -> bool:
    return line.value.is_empty and line.status_code != "suppressed"


def _usual(cells: Iterable[Cell]) -> str:
    """The period that most of a column's figures have."""
    counted = Counter(cell.note for cell in cells if cell.note)
    return counted.most_common(1)[0][0] if counted else ""


def _row(line: Line, columns: Sequence[Column], shared: Sequence[str]) -> Row:
    own = tuple(note for note in line.notes if note not in shared)
    return Row(
        line=line,
        comparisons=tuple(
            replace(cell, note="") if cell.note == column.period else cell
            for cell, column in zip(line.comparisons, columns, strict=True)
        ),
        notes=own,
        shared=tuple(number for number, note in enumerate(shared, start=1) if note in line.notes),
        why=" ".join((f"{line.status}.", *line.notes)) if _is_without(line) else "",
    )
