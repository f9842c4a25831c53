"""Plants faults into demo extracts, by a seed: which kind into which record of which file.

The kinds stand in `planted_kinds.csv`, each with where it is taken from (a row of `fault_rows.csv`, a
validation rule of DfE for the SSDA903 or the CIN census) and the rule that should find it. A record takes one
fault at most, and only a record whose child stands once in its table, so that it is plain what a finding is
about. What no rule can find is named in `undetected_kinds.csv`.
"""

from __future__ import annotations

import copy
import csv
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

import openpyxl
from lxml import etree

from expectations.contract import Contract, Table, contract_for
from orchestration.intake.tables.cells import parse_date
from tests.extracts import Grid, write_csv, write_workbook
from tests.faults.education_planter import wrong_letter
from tests.faults.kinds import Kind, read_kinds

KINDS_FILE = Path(__file__).parent / "planted_kinds.csv"
UNDETECTED_FILE = Path(__file__).parent / "undetected_kinds.csv"
AS_AT = date(2025, 3, 31)
# Where the modules of the census stand below a child.
MODULES = {
    "children": ".", "cin_details": "CINdetails", "assessments": "CINdetails/Assessments",
    "child_protection_plans": "CINdetails/ChildProtectionPlans",
}  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """A fault in a record: its child and, where the file has rows, its row."""

    kind: Kind
    child_id: str
    row: int | None


def kinds() -> list[Kind]:
    """The table of kinds."""
    return read_kinds(KINDS_FILE)


def undetected() -> list[dict[str, str]]:
    """Kinds that no check of a row can find, with the reason."""
    with UNDETECTED_FILE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


class _Record(Protocol):
    """A record of any file: its values by heading."""

    child_id: str
    row: int | None

    def get(self, heading: str) -> Any: ...

    def put(self, heading: str, value: Any) -> None: ...

    def repeat(self) -> _Record: ...


class _GridRecord(_Record):
    def __init__(self, grid: Grid, row: int, id_heading: str) -> None:
        self.grid, self.row, self.id_heading = grid, row, id_heading
        self.values = grid[row - 1]
        self.child_id = str(self.get(id_heading) or "")

    def get(self, heading: str) -> Any:
        return self.values[self.grid[0].index(heading)] if heading in self.grid[0] else None

    def put(self, heading: str, value: Any) -> None:
        self.values[self.grid[0].index(heading)] = value

    def repeat(self) -> _GridRecord:
        self.grid.append(list(self.values))
        return _GridRecord(self.grid, len(self.grid), self.id_heading)


class _XmlRecord(_Record):
    def __init__(self, child: etree._Element, module: etree._Element) -> None:
        self.child, self.module, self.row = child, module, None
        self.child_id = str(child.findtext("ChildIdentifiers/LAchildID") or "")

    def _element(self, heading: str) -> etree._Element | None:
        inner = ("*/" if self.module is self.child else "") + heading
        return self.module.find(inner)

    def get(self, heading: str) -> Any:
        element = self._element(heading)
        return None if element is None else element.text

    def put(self, heading: str, value: Any) -> None:
        element = self._element(heading)
        assert element is not None
        element.text = value.isoformat() if isinstance(value, date) else str(value or "")

    def repeat(self) -> _XmlRecord:
        parent = self.module.getparent()
        assert parent is not None
        again = copy.deepcopy(self.module)
        parent.append(again)
        return _XmlRecord(self.child, again)


def _headings(table: Table, present: list[str]) -> dict[str, str]:
    """Heading in the file by column of the contract."""
    names = {}
    for name, column in table.columns.items():
        found = [heading for heading in (column.heading, *column.aliases) if heading in present]
        names[name] = found[0] if found else column.heading
    return names


def _key_date(table: Table) -> str | None:
    return next((record.key_date for record in table.records.values() if record.key_date), None)


class Planter:
    """The files of one month, in memory."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.random = folder, random.Random(seed)
        self.book = next((folder / "annex_a" / "2025-03").glob("*.xlsx"))
        sheets = openpyxl.load_workbook(self.book, read_only=True)
        self.sheets = {
            sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)]
            for sheet in sheets
        }
        self.csvs = {}
        for path in sorted((folder / "ssda903" / "2025-03").glob("*.csv")):
            with path.open(encoding="utf-8-sig", newline="") as file:
                self.csvs[path.name] = [list(row) for row in csv.reader(file)]
        [self.census] = (folder / "cin_census" / "2025-03").glob("*.xml")
        self.xml = etree.parse(str(self.census))
        self.spoken_for: set[tuple[str, str]] = set()

    def _grid(self, kind: Kind, contract: Contract) -> Grid:
        table = contract.tables[kind.table]
        if kind.source == "annex_a":
            return self.sheets[str(table.sheet)]
        wanted = {table.signature[0], contract.tables[kind.table].columns["child_id"].heading}
        return next(
            grid
            for grid in self.csvs.values()
            if wanted <= set(grid[0]) and self._is(table, grid[0])
        )

    @staticmethod
    def _is(table: Table, headings: list[str]) -> bool:
        required = [column.heading for column in table.columns.values() if column.required]
        return set(required) <= set(headings)

    def _records(self, kind: Kind) -> tuple[Table, dict[str, str], list[_Record]]:
        contract = contract_for(kind.source, 2025)
        table = contract.tables[kind.table]
        if kind.source == "cin_census":
            headings = {name: column.heading for name, column in table.columns.items()}
            return table, headings, [*self._modules(kind.table)]
        grid = self._grid(kind, contract)
        headings = _headings(table, [str(cell) for cell in grid[0]])
        records: list[_Record] = [
            _GridRecord(grid, row, headings["child_id"]) for row in range(2, len(grid) + 1)
        ]
        return table, headings, records

    def children(self) -> set[str]:
        """Every child of a table that a kind is planted in."""
        tables = {(kind.source, kind.table): kind for kind in kinds()}
        return {record.child_id for kind in tables.values() for record in self._records(kind)[2]}

    def _modules(self, table: str) -> Iterator[_Record]:
        for child in self.xml.getroot().iter("Child"):
            found = [child] if table == "children" else child.findall(MODULES[table])
            for module in found:
                yield _XmlRecord(child, module)

    def plant(
        self, wanted: list[Kind], each: int, spared: set[tuple[str, str, str]]
    ) -> list[Planted]:
        """Plant up to so many faults of each kind, never in a record of `spared` (source, table, child)."""
        planted = []
        waiting = Counter((kind.source, kind.table) for kind in wanted)
        for kind in wanted:
            table, headings, records = self._records(kind)
            once = Counter(record.child_id for record in records)
            fit = [
                record for record in records
                if record.child_id and once[record.child_id] == 1
                and (kind.source, record.child_id) not in self.spoken_for
                and (kind.source, kind.table, record.child_id) not in spared
                and _fits(kind, table, headings, record)
            ]  # fmt: skip
            # A small table's records are shared out among its kinds.
            share = -(-len(fit) // waiting[kind.source, kind.table])
            waiting[kind.source, kind.table] -= 1
            for record in self.random.sample(fit, min(each, share)):
                self.spoken_for.add((kind.source, record.child_id))
                planted.append(Planted(kind, record.child_id, record.row))
                _spoil(kind, headings, record)
        return planted

    def write(self) -> None:
        """Write the files back."""
        write_workbook(self.book, self.sheets)
        for name, grid in self.csvs.items():
            write_csv(self.folder / "ssda903" / "2025-03" / name, grid)
        self.census.write_bytes(etree.tostring(self.xml, xml_declaration=True, encoding="UTF-8"))


def _day(value: Any) -> date | None:
    found = parse_date(value) if value not in (None, "") else None
    return found if isinstance(found, date) else None


def _ends(headings: dict[str, str], record: _Record) -> list[date | None]:
    return [
        _day(record.get(headings[name]))
        for name in ("end_date", "closure_date")
        if name in headings
    ]


def _fits(kind: Kind, table: Table, headings: dict[str, str], record: _Record) -> bool:
    """The record has what the fault spoils, and is dated, so that it is of its own month."""
    fault, _, other = kind.fault.partition(":")
    key_date = _key_date(table)
    if key_date and _day(record.get(headings[key_date])) is None:
        return False
    if fault == "twice":
        return True
    if (
        kind.fault == "empty"
        and kind.field == "end_reason_code"
        and not record.get(headings["end_date"])
    ):
        return False
    if other and _day(record.get(headings[other])) is None:
        return False
    if fault == "overlap" and _day(record.get(headings[other])) in _ends(headings, record):
        # What begins and ends on one day may begin on the last day of another.
        return False
    return record.get(headings[kind.field]) not in (None, "", "#N/A")


def _spoil(kind: Kind, headings: dict[str, str], record: _Record) -> None:
    fault, _, other = kind.fault.partition(":")
    if fault == "twice":
        record.repeat()
        return
    start = _day(record.get(headings[other])) if other else None
    if fault == "overlap":
        assert start is not None
        record.repeat().put(headings[other], start - timedelta(days=1))
        return
    if fault == "check_letter":
        record.put(headings[kind.field], wrong_letter(str(record.get(headings[kind.field]))))
        return
    values = {
        "empty": None, "unreadable": "31/06/2024", "after_as_at": AS_AT + timedelta(days=40),
        "before_1990": date(1989, 12, 31), "sentinel": date(1900, 1, 1), "too_old": date(1960, 5, 1), "unknown_code": "Q99",
        "not_a_number": "several", "not_a_flag": "perhaps",
        "before_start": start and start - timedelta(days=1), "on_start": start,
        "on_saturday": start and start - timedelta(days=start.weekday() + 2),
        "born_later": start and start + timedelta(days=300),
    }  # fmt: skip
    record.put(headings[kind.field], values[fault])
