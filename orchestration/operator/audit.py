"""`cypp audit`: who ran, accepted, explained, looked at identified records, issued and removed, oldest first."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestration.analyst.queries import FORMULA_START
from orchestration.ledger.ledger import Ledger
from orchestration.ledger.trail import Act

HEADINGS = ("event", "at", "by", "account", "act", "what", "code version")


def trail_lines(ledger: Ledger) -> Iterator[tuple[str, ...]]:
    """Every act, a text by heading."""
    return map(_line, ledger.trail())


def _line(act: Act) -> tuple[str, ...]:
    what = "; ".join(f"{name}: {value}" for name, value in act.detail.items())
    at = act.happened_at.isoformat(sep=" ", timespec="seconds")
    return str(act.number), at, act.by, act.account, act.act, what, act.code_version


def write_csv(ledger: Ledger, target: TextIO) -> None:
    """Write the trail as CSV."""
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(HEADINGS)
    # A name is whatever somebody typed; a spreadsheet must not take it for a formula.
    writer.writerows(
        [re.sub(FORMULA_START, r"'\1", text) for text in line] for line in trail_lines(ledger)
    )


def print_trail(console: Console, ledger: Ledger) -> None:
    """Print the trail as a table; nothing of it is cut off."""
    table = Table(title="Audit trail", title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold")
    for line in trail_lines(ledger):
        table.add_row(*map(Text, line))
    console.print(table)
