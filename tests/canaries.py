"""Files in which every cell that could hold a name holds one, made from the contracts, and names of files and their parts."""

from __future__ import annotations

import csv
import itertools
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from expectations.contract import IDENTIFIER_TYPES, Column, Contract, Table, contract_for, sources
from orchestration.intake.readers.cin_xml import CHILD_ID, DETAILS_GROUPS, REFERRAL_DATE, SEQUENCE
from tests import extracts
from tests.extracts import BARNET

MONTH = "2025-03"
WELL_FORMED = {
    "date": "03/03/2025", "week": "03/03/2025", "integer": "1", "decimal": "1", "flag": "1",
    "academic_year": "2024/25",
}  # fmt: skip
CANARY = "Canary{:04d}Smith"
WORDS, RELEASED = "Words", "released_by"
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


def write_canaries(landing: Path, *, in_words: bool = False) -> dict[str, str]:
    """A submission of every source with a canary in each cell that takes one; by canary, where it is.

    The first row, or child of a census, is well formed, but for what could be a name; in the second everything is one.
    `in_words`: what is written into a form names a child, too, and nobody releases it.
    """
    numbers = itertools.count()
    planted: dict[str, str] = {}
    census = landing / BARNET / "cin_census" / MONTH / "census.xml"
    extracts.write_bytes(census, census_of_canaries(numbers, planted))
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
                    if in_words and table.form:
                        cell = _in_words(contract, column, canary, cell) if key != RELEASED else ""
                    row.append(cell)
                    if cell.startswith(canary):
                        planted[canary] = f"{source}.{name}.{key}"
                rows.append(row)
            if columns and source != "cin_census" and not table.recognised_only:
                path = landing / area / source / MONTH / f"{name}.csv"
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("w", encoding="utf-8", newline="") as file:
                    csv.writer(file).writerows([[*columns], *rows])
    return planted


# Where in a census its modules are that stand in no list of `DETAILS_GROUPS`, and what of the header a name may be in.
OF_A_CHILD = {
    "ChildIdentifiers": ("LAchildID", "UPN", "FormerUPN", "UPNunknown", "PersonBirthDate", "ExpectedPersonBirthDate",
                         "Sex", "GenderCurrent", "PersonDeathDate"),
    "ChildCharacteristics": ("Ethnicity",),
}  # fmt: skip
TELLS_THE_CENSUS = {
    "Collection": "CIN",
    "Year": "2025",
    "ReferenceDate": "2025-03-31",
    "LEA": "302",
}


def census_of_canaries(numbers: Iterator[int], planted: dict[str, str]) -> bytes:
    """A census of two children with a canary in each element but those that say whose census of what day it is."""
    message = etree.Element("Message")
    header = etree.SubElement(message, "Header")
    planter = _CensusPlanter(numbers, planted)
    planter.fill(header, "header")
    for name, text in TELLS_THE_CENSUS.items():
        [element] = header.iter(name)
        element.text = text
    everybody = etree.SubElement(message, "Children")
    for is_well_formed in (True, False):
        planter.is_well_formed = is_well_formed
        planter.add_child(etree.SubElement(everybody, "Child"))
    return etree.tostring(message, xml_declaration=True, encoding="UTF-8")


class _CensusPlanter:
    """Fills the modules of a census, whose elements are those of the contract."""

    def __init__(self, numbers: Iterator[int], planted: dict[str, str]) -> None:
        self.contract = contract_for("cin_census", 2025)
        self.numbers, self.planted = numbers, planted
        self.is_well_formed = True

    def add_child(self, child: etree._Element) -> None:
        for name, elements in OF_A_CHILD.items():
            self.fill(etree.SubElement(child, name), "children", only=elements)
        disabilities = etree.SubElement(child.find("ChildCharacteristics"), "Disabilities")
        self.fill(disabilities, "disabilities", only=("Disability",))
        details = etree.SubElement(child, "CINdetails")
        self.fill(details, "cin_details")
        for name, (module, enclosed) in DETAILS_GROUPS.items():
            if module in self.contract.tables:
                group = etree.SubElement(details, name)
                self.fill(group, module)
                for list_name, (of_list, element) in enclosed.items():
                    self.fill(etree.SubElement(group, list_name), of_list, only=(element,))

    def fill(self, parent: etree._Element, module: str, only: tuple[str, ...] = ()) -> None:
        """Each element of a module that is its own: what its parents say stands there."""
        table = self.contract.tables[module]
        own = {CHILD_ID, SEQUENCE} | ({REFERRAL_DATE} if module != "cin_details" else set())
        for name, column in table.columns.items():
            if column.heading in (only or {one.heading for one in table.columns.values()} - own):
                canary = CANARY.format(next(self.numbers))
                cell = _cell(
                    self.contract, table, column, canary, is_well_formed=self.is_well_formed
                )
                etree.SubElement(parent, column.heading).text = cell
                if cell == canary:
                    self.planted[canary] = f"cin_census.{module}.{name}"


def _cell(
    contract: Contract, table: Table, column: Column, canary: str, *, is_well_formed: bool
) -> str:
    if is_printed(contract, table, column):
        return WORDS
    return WELL_FORMED.get(column.type, canary) if is_well_formed else canary


def _in_words(contract: Contract, column: Column, canary: str, cell: str) -> str:
    """A form's cell whose words name a child, on a line that is read and says why it gives no figure."""
    if column.code_list:
        return next(iter(contract.code_lists[column.code_list]))
    if column.type == "decimal":
        return ""
    return f"{canary} moved again in May" if cell == WORDS else cell


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
