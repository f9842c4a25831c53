"""Files in which every cell that could hold a name holds one, made from the contracts, and names of files and their parts."""

from __future__ import annotations

import csv
import itertools
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from expectations.contract import IDENTIFIER_TYPES, Column, Contract, Table, contract_for, sources
from tests import extracts
from tests.extracts import BARNET

MONTH = "2025-03"
WELL_FORMED = {
    "date": "03/03/2025", "week": "03/03/2025", "integer": "1", "decimal": "1", "flag": "1",
    "academic_year": "2024/25",
}  # fmt: skip
CANARY = "Canary{:04d}Smith"
NAMED_FILE, NAMED_ZIP, NAMED_MEMBER = (
    "Canary Filename.xlsx",
    "Canary Zipped.zip",
    "Canary Member.csv",
)
NAMED_SHEET, NAMED_HEADING, NAMED_FOLDER = "Canary Sheet", "Canary Heading", "Canary Folder"
NAMED_ELEMENT, NAMED_ATTRIBUTE = "CanaryElement", "CanaryAttribute"
# What a message may tell officers, and what no message tells anybody.
TOLD_TO_OFFICERS = (
    NAMED_FILE, NAMED_ZIP, NAMED_SHEET, NAMED_HEADING, NAMED_FOLDER, NAMED_ELEMENT,
)  # fmt: skip
TOLD_TO_NOBODY = (NAMED_MEMBER, NAMED_ATTRIBUTE, "Canary Valued", "Canary Written")


def is_printed(contract: Contract, table: Table, column: Column) -> bool:
    """Whether words of a column are to be published: those of statistics, and those that a form asks for."""
    is_public = contract.level == "national" or table.form is not None
    return column.type == "text" and is_public


def write_canaries(landing: Path) -> dict[str, str]:
    """A submission of every source but the census, with a canary in each cell that takes one; by canary, where it is.

    The first row is well formed, but for what could be a name; in the second everything is one.
    """
    numbers = itertools.count()
    planted: dict[str, str] = {}
    for source in sources():
        contract = contract_for(source)
        area = "national" if contract.level == "national" else BARNET
        for name, table in contract.tables.items():
            # Two columns may read one heading.
            columns = {
                column.heading: (key, column)
                for key, column in table.columns.items()
                if column.names
            }
            rows = []
            for is_well_formed in (True, False):
                row = []
                for key, column in columns.values():
                    canary = CANARY.format(next(numbers))
                    cell = _cell(contract, table, column, canary, is_well_formed=is_well_formed)
                    row.append(cell)
                    if cell == canary:
                        planted[canary] = f"{source}.{name}.{key}"
                rows.append(row)
            if columns and source != "cin_census" and not table.recognised_only:
                path = landing / area / source / MONTH / f"{name}.csv"
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("w", encoding="utf-8", newline="") as file:
                    csv.writer(file).writerows([[*columns], *rows])
    return planted


def _cell(
    contract: Contract, table: Table, column: Column, canary: str, *, is_well_formed: bool
) -> str:
    if is_printed(contract, table, column):
        return "Words"
    return WELL_FORMED.get(column.type, canary) if is_well_formed else canary


def texts_of(column: Column, canary: str) -> Iterator[str]:
    """How a name may stand in a cell: alone, beside a code, or several times."""
    yield canary
    yield f"{canary}, {canary}"
    if column.type not in (*IDENTIFIER_TYPES, "upn"):
        yield f"110; {canary}"


def census_with_names(as_at_month: str = MONTH) -> bytes:
    """Barnet's census with an element, an attribute and texts that a child could be named in."""
    root = etree.fromstring(extracts.cin_census(BARNET, extracts.month_end(as_at_month)))
    [child, *_] = root.iter("Child")
    named = etree.SubElement(child, NAMED_ELEMENT)
    named.text = "Canary Written"
    [characteristics] = child.iter("ChildCharacteristics")
    characteristics.set(NAMED_ATTRIBUTE, "Canary Valued")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def write_zip(path: Path) -> None:
    """An archive, of which only the name is told."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        # A member of one moment: the same archive is the same version, whenever it is written.
        archive.writestr(zipfile.ZipInfo(NAMED_MEMBER), "a,b\n1,2\n")
    extracts.settled(path)
