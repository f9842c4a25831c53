"""A kind of fault, as the tables beside the planters list them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Kind:
    """One kind of fault; `where` is only given where not every record can have it."""

    kind: str
    taken_from: str
    source: str
    table: str
    field: str
    fault: str
    rule: str
    where: str = ""


def read_kinds(table: Path) -> list[Kind]:
    """The kinds of a table."""
    with table.open(encoding="utf-8") as file:
        return [Kind(**row) for row in csv.DictReader(file)]
