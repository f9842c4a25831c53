"""How the published tables hang together, as a drawing: dimensions on the left, what leads to them on the right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orchestration.warehouse.schemas import Join

LINE, WIDTH, BOX = 26, 760, 230
GAP = WIDTH - 2 * BOX


@dataclass(frozen=True)
class Box:
    """A table in the drawing."""

    name: str
    x: int
    y: int


@dataclass(frozen=True)
class Arrow:
    """A join: from a table to its parent, by what columns."""

    x1: int
    y1: int
    x2: int
    y2: int
    says: str


@dataclass(frozen=True)
class Drawing:
    """An SVG of WIDTH by `height`."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    height: int
    width: int = WIDTH
    box: int = BOX
    line: int = LINE


def drawing_of(joins: Sequence[Join]) -> Drawing:
    """The joins drawn; a table that is somebody's parent is on the left, whatever it leads to itself."""
    parents = sorted({join.parent for join in joins})
    children = sorted({join.table for join in joins} - set(parents))
    rows = max(len(parents), len(children), 1)
    left = _column(parents, 0, rows)
    right = _column(children, WIDTH - BOX, rows)
    placed = {box.name: box for box in (*left, *right)}
    return Drawing(
        boxes=(*left, *right),
        arrows=tuple(_arrow(placed[one.table], placed[one.parent], one) for one in joins if one.table not in parents),
        height=rows * LINE,
    )  # fmt: skip


def _column(names: Iterable[str], x: int, rows: int) -> tuple[Box, ...]:
    """Boxes spread over the height of the longer column."""
    listed = list(names)
    step = rows / max(len(listed), 1)
    return tuple(
        Box(name, x, int((place + 0.5) * step * LINE - LINE / 2))
        for place, name in enumerate(listed)
    )


def _arrow(child: Box, parent: Box, join: Join) -> Arrow:
    middle = LINE // 2
    return Arrow(
        child.x, child.y + middle, parent.x + BOX, parent.y + middle,
        f"{join.table} to {join.parent} by {', '.join(join.columns)}",
    )  # fmt: skip
