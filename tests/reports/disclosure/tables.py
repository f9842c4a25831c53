"""Random tables with totals as packs: the ground on which suppression is attacked."""

from __future__ import annotations

import random

from orchestration.reports.disclosure.pack import Pack, Printed, Relation
from orchestration.reports.disclosure.rules import is_small

Cell = tuple[int, int]
TOTAL = -1


def table_pack(counts: list[list[int]]) -> Pack:
    """A table of counts whose rows, columns and whole are totalled; every cell prints its count."""
    rows, columns = range(len(counts)), range(len(counts[0]))
    amounts: dict[Cell, float] = {(r, c): counts[r][c] for r in rows for c in columns}
    amounts |= {(r, TOTAL): sum(counts[r]) for r in rows}
    amounts |= {(TOTAL, c): sum(counts[r][c] for r in rows) for c in columns}
    amounts[TOTAL, TOTAL] = sum(map(sum, counts))
    relations = [
        Relation((*(((r, c), 1.0) for c in columns), ((r, TOTAL), -1.0))) for r in (*rows, TOTAL)
    ]
    relations += [
        Relation((*(((r, c), 1.0) for r in rows), ((TOTAL, c), -1.0))) for c in (*columns, TOTAL)
    ]
    figures = [
        Printed(cell, (cell,), (cell,) if is_small(amount) else ())
        for cell, amount in amounts.items()
    ]
    return Pack(dict(amounts), relations, figures)


def random_table(seed: int) -> list[list[int]]:
    """Counts as breakdowns have them: most large, some small, some zero."""
    draw = random.Random(seed)
    rows, columns = draw.randint(2, 5), draw.randint(2, 4)
    level = draw.choice((4, 15, 60, 200))
    return [[round(draw.expovariate(1 / level)) for _ in range(columns)] for _ in range(rows)]
