"""Plants faults into the demo's education extracts, by a seed; the kinds stand in `planted_education_kinds.csv`.

Beside a fault a kind may name what the row must be like (`where`): a column that has a value, that has none
(`-column`), or that holds one (`column=value`). Rows are told by their number: schools and plans have no child.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from expectations.contract import Table, contract_for
from orchestration.demo.pupil_numbers import pupil_numbers
from orchestration.intake.cover import month_end
from orchestration.intake.tables.cells import UPN_LETTERS, parse_date
from tests.faults.kinds import Kind, read_kinds

KINDS_FILE = Path(__file__).parent / "planted_education_kinds.csv"
FIXED = {
    "empty": "", "unreadable": "31/06/2024", "too_old": "1960-05-01", "unknown_code": "Q99", "not_a_flag": "perhaps",
    "not_a_number": "several", "negative": "-1",
}  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """A fault in a row of a file."""

    kind: Kind
    row: int


def kinds() -> list[Kind]:
    """The table of kinds."""
    return read_kinds(KINDS_FILE)


@dataclass
class _File:
    """A table of an extract in memory: its headings, then its rows."""

    path: Path
    table: Table
    as_at: date
    grid: list[list[str]]
    places: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        names = {heading.strip().lower(): place for place, heading in enumerate(self.grid[0])}
        found = {
            name: names.get(heading.strip().lower())
            for name, column in self.table.columns.items()
            for heading in reversed(column.names)
            if heading.strip().lower() in names
        }
        self.places = {name: place for name, place in found.items() if place is not None}

    def get(self, row: int, column: str) -> str:
        place = self.places.get(column)
        return "" if place is None else self.grid[row - 1][place]

    def put(self, row: int, column: str, value: str) -> None:
        self.grid[row - 1][self.places[column]] = value

    def key(self, row: int) -> str:
        record = next(iter(self.table.records.values()))
        return "|".join(self.get(row, name) for name in record.key)

    def repeat(self, row: int) -> int:
        self.grid.append(list(self.grid[row - 1]))
        return len(self.grid)


class EducationPlanter:
    """The newest extract of each education source, in memory."""

    def __init__(self, landing: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.files: dict[tuple[str, str], _File] = {}
        self.spoken_for: set[tuple[str, str]] = set()
        for source in dict.fromkeys(kind.source for kind in kinds()):
            folder = max(landing.glob(f"*/{source}/*"))
            for path in sorted(folder.glob("*.csv")):
                with path.open(encoding="utf-8-sig", newline="") as file:
                    grid = [list(row) for row in csv.reader(file)]
                name, table = table_of(source, grid[0])
                self.files[source, name] = _File(path, table, month_end(folder.name), grid)
        requests = self.files["sen2", "requests"]
        rows = range(2, len(requests.grid) + 1)
        self.lengths = {name: len(file.grid) for name, file in self.files.items()}
        self.row_of_request = {requests.get(row, "request_id"): row for row in reversed(rows)}
        self.person_of = {
            requests.get(row, "request_id"): requests.get(row, "person_id") for row in rows
        }
        plans = self.files["sen2", "named_plan"]
        self.groups = {
            (source, name, row): self._group(source, file, row)
            for (source, name), file in self.files.items()
            for row in range(2, len(file.grid) + 1)
        }
        active = self.files["sen2", "active_plans"]
        transferred = {
            active.get(row, "request_id") for row in range(2, len(active.grid) + 1)
            if active.get(row, "transferred_from")
        }  # fmt: skip
        self.with_plan = {
            plans.get(row, "request_id") for row in range(2, len(plans.grid) + 1)
        } - transferred  # fmt: skip

    def plant(
        self, wanted: list[Kind], each: int, spared: set[tuple[str, str, int]]
    ) -> list[Planted]:
        """Plant up to so many faults of each kind, never in a row of `spared` (source, table, row)."""
        planted = []
        waiting = Counter((kind.source, kind.table) for kind in wanted)
        for kind in wanted:
            file = self.files[kind.source, kind.table]
            rows = range(2, self.lengths[kind.source, kind.table] + 1)
            once = Counter(file.key(row) for row in rows)
            fit = [
                row for row in rows
                if once[file.key(row)] == 1 and (kind.source, kind.table, row) not in spared
                and (kind.source, self.groups[kind.source, kind.table, row]) not in self.spoken_for
                and self._fits(kind, file, row)
            ]  # fmt: skip
            # A small table's records are shared out among its kinds.
            share = max(1, len(fit) // waiting[kind.source, kind.table])
            waiting[kind.source, kind.table] -= 1
            for row in self.random.sample(fit, min(each, share, len(fit))):
                self.spoken_for.add((kind.source, self.groups[kind.source, kind.table, row]))
                planted.append(Planted(kind, self._spoil(kind, file, row)))
        return planted

    def _group(self, source: str, file: _File, row: int) -> str:
        """Rows that are about one person or record take one fault together."""
        if source == "sen2":
            request = file.get(row, "request_id")
            return file.get(row, "person_id") or self.person_of.get(request, request)
        person = file.get(row, "child_id") or file.get(row, "applicant_id") or file.get(row, "upn")
        return person or file.key(row)

    def _fits(self, kind: Kind, file: _File, row: int) -> bool:
        for asked in filter(None, kind.where.split(";")):
            name, _, value = asked.lstrip("-").partition("=")
            there = (
                "Y" if file.get(row, "request_id") in self.with_plan else ""
            ) if name == "has_plan" else file.get(row, name)  # fmt: skip
            if value and there != value:
                return False
            if not value and bool(there) == asked.startswith("-"):
                return False
        _, _, other = kind.fault.partition(":")
        if kind.fault.startswith(("above", "before_start", "again")) and not file.get(row, other):
            return False
        if kind.fault == "contradicts" and file.get(row, kind.field):
            return False
        # A plan that another authority transferred has a request without a date.
        if kind.fault == "before_request" and not self._of_request(file, row, "received_date"):
            return False
        return kind.fault == "contradicts" or not kind.field or bool(file.get(row, kind.field))

    def _spoil(self, kind: Kind, file: _File, row: int) -> int:
        """Spoil a row; returns the row that a finding is about."""
        fault, _, other = kind.fault.partition(":")
        if fault.startswith("twice"):
            heading, _, value = other.partition("=")
            added = file.repeat(row)
            if heading:
                names = [name.lower() for name in file.grid[0]]
                column = file.table.columns.get(heading)
                place = file.places[heading] if column else names.index(heading.lower())
                file.grid[added - 1][place] = value
            return row
        if fault == "again":
            added = file.repeat(row)
            file.put(added, other, file.get(row, other) + "X")
            file.put(added, kind.field, "2014-07-01")
            return added
        if fault == "empty_with":
            file.put(row, other, "")
        file.put(row, kind.field, self._value(kind, file, row))
        return row

    def _value(self, kind: Kind, file: _File, row: int) -> str:
        fault, _, other = kind.fault.partition(":")
        if fault.startswith("set="):
            return kind.fault.removeprefix("set=")
        if fault in FIXED:
            return FIXED[fault]
        makers: dict[str, Callable[[], str]] = {
            "after_as_at": lambda: f"{file.as_at + timedelta(days=40):%Y-%m-%d}",
            "empty_with": lambda: "",
            "above": lambda: str(int(file.get(row, other)) + 1),
            "one_more": lambda: str(int(file.get(row, kind.field)) + 1),
            "next_day": lambda: _moved(file.get(row, kind.field), 1),
            "before_start": lambda: _moved(file.get(row, other), -1),
            # the right check letter, of numbers that the demo gives to nobody
            "stranger": lambda: str(pupil_numbers(990, np.array([row]))[0]),
            "nobody": lambda: f"SYNNONE{row}",
            "flipped": lambda: "N" if file.get(row, kind.field) == "Y" else "Y",
            "contradicts": lambda: "0.01",
            "check_letter": lambda: wrong_letter(file.get(row, kind.field)),
            "of_another": lambda: self._another(kind, file, row),
            "before_request": lambda: _moved(self._of_request(file, row, "received_date"), -1),
            "at_25": lambda: _birthday(self._of_person(file, row), 25),
        }
        return makers[fault]()

    def _another(self, kind: Kind, file: _File, row: int) -> str:
        """The number of an earlier row, of whom nothing else is spoilt."""
        for other in range(2, row):
            group = self.groups[kind.source, kind.table, other]
            number = file.get(other, kind.field)
            if number and (kind.source, group) not in self.spoken_for:
                self.spoken_for.add((kind.source, group))
                return number
        raise AssertionError(kind.kind)

    def _of_request(self, file: _File, row: int, column: str) -> str:
        found = self.row_of_request[file.get(row, "request_id")]
        return self.files["sen2", "requests"].get(found, column)

    def _of_person(self, file: _File, row: int) -> str:
        people, wanted = self.files["sen2", "person"], self._of_request(file, row, "person_id")
        rows = range(2, len(people.grid) + 1)
        return next(
            people.get(n, "birth_date") for n in rows if people.get(n, "person_id") == wanted
        )

    def write(self) -> None:
        """Write the files back."""
        for file in self.files.values():
            with file.path.open("w", encoding="utf-8", newline="") as target:
                csv.writer(target, lineterminator="\r\n").writerows(file.grid)


def table_of(source: str, headings: list[str]) -> tuple[str, Table]:
    """The table whose signature, and most columns, the headings hold."""
    present = {heading.strip().lower() for heading in headings}
    found = {}
    for name, table in contract_for(source).tables.items():
        for signature in filter(None, (table.signature, table.earlier_signature)):
            if {heading.lower() for heading in signature} <= present:
                found[name] = table
    [(name, table)] = found.items()
    return name, table


def _moved(text: str, days: int) -> str:
    day = parse_date(text)
    assert isinstance(day, date)
    return f"{day + timedelta(days=days):%Y-%m-%d}"


def _birthday(text: str, age: int) -> str:
    born = parse_date(text)
    assert isinstance(born, date)
    return (
        f"{born.replace(year=born.year + age, day=min(born.day, 28)) + timedelta(days=3):%Y-%m-%d}"
    )


def wrong_letter(number: str) -> str:
    """A pupil's number with the letter after its own."""
    following = UPN_LETTERS[(UPN_LETTERS.index(number[0]) + 1) % len(UPN_LETTERS)]
    return following + number[1:]
