"""The monthly NCCIS return (XML): a row for each activity of each young person, read as its CSV.

Names of elements: DfE, NCCIS management information requirement, and the open tools that read the return. What holds
the elements of a record is not looked at, as only they have fixed names. Which element fills which column is in the
contract (`aliases`), except what is said in another way: that what is known has lapsed, two flags that make one code,
and a list of characteristics. What a column means does not live here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from expectations.contract import contract_for
from orchestration.intake.readers.block import Block, Cell, FileRejected, Rejection
from orchestration.intake.readers.markup import malformed, root_element
from orchestration.intake.readers.modules import Modules, element_name, elements

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

SOURCE, TABLE = "nccis", "young_people"
HEADER, RECORD, ACTIVITY = "FileHeader", "YoungPersonsRecord", "ActivityCode"
PERIOD_END, PERIOD_HEADING = "PeriodEnd", "extract_date"
LAPSED, CHARACTERISTIC = "CurrencyLapsed", "CharacteristicCode"
PLAN_FLAG, SUPPORT_FLAG = "SENDFlag", "SENSupportFlag"
# An element of this source's contract and of no other's, as headings are compared.
TOLD_BY = "youngpersonsid"
TOLD_OTHERWISE = frozenset({LAPSED, CHARACTERISTIC, PLAN_FLAG, SUPPORT_FLAG})
NOT_LAPSED = {"Y": "N", "N": "Y"}


def read_nccis(path: Path) -> list[Block]:
    """The young people of the return, with the day it is about for each."""
    root_element(path)
    returned = _Return()
    failed_at = None
    with path.open("rb") as stream:
        try:
            for element in elements(stream, HEADER, RECORD):
                returned.take(element)
        except etree.XMLSyntaxError as error:
            failed_at = error.lineno or 1
    if failed_at is not None:
        # Raised outside the handler: the parser's own message may quote the file.
        raise malformed(failed_at)
    if not returned.n_records:
        raise _no_return()
    return returned.blocks()


def _no_return() -> FileRejected:
    """The rejection of other XML, with what to send."""
    columns = contract_for(SOURCE).tables[TABLE].columns.values()
    needed = ", ".join(column.heading for column in columns if column.required)
    return FileRejected(
        Rejection.UNKNOWN_XML,
        f"this is XML without a {RECORD!r}, so not the monthly NCCIS return. Send the return as it goes to DfE, or a "
        f"CSV with the headings {needed}",
    )


class _Return(Modules):
    """The return so far, read record by record."""

    def __init__(self) -> None:
        super().__init__(SOURCE, noted_on=TABLE)
        self.n_records = 0
        self.period_end: str | None = None

    def take(self, element: Element) -> None:
        """The header's day, or the rows of a record; the header comes first in real files."""
        if element_name(element) == HEADER:
            self.period_end = next(iter(_texts(_leaves(element), PERIOD_END)), None)
        else:
            self.n_records += 1
            self._take_record(element)

    def _take_record(self, record: Element) -> None:
        """A row for each activity; the elements of an activity are together, the others are the person's."""
        leaves = _leaves(record)
        groups = [leaf.getparent() for leaf in leaves if element_name(leaf) == ACTIVITY] or [record]
        person = [leaf for leaf in leaves if leaf.getparent() not in groups]
        cells = {**self._cells(person), **_derived(leaves), PERIOD_HEADING: self.period_end}
        for group in groups:
            found = [leaf for leaf in leaves if leaf.getparent() is group]
            self.add(TABLE, record, {**cells, **self._cells(found), **_of_activity(found)})

    def _cells(self, leaves: list[Element]) -> dict[str, Cell]:
        """The columns that elements fill under their own name or another of the contract, the first of each."""
        cells: dict[str, Cell] = {}
        for leaf in leaves:
            name = element_name(leaf)
            heading = self.spellings.get(name)
            if heading is not None:
                cells.setdefault(heading, _text(leaf))
            elif name not in TOLD_OTHERWISE:
                self.unknown.setdefault(name, leaf.sourceline or 0)
        return cells


def _leaves(record: Element) -> list[Element]:
    """The elements that enclose no other."""
    return [leaf for leaf in record.iter("{*}*") if not len(leaf)]


def _text(leaf: Element) -> str | None:
    return (leaf.text or "").strip() or None


def _texts(leaves: list[Element], name: str) -> list[str]:
    """What the elements of a name say, those without a text left out."""
    return [text for leaf in leaves if element_name(leaf) == name and (text := _text(leaf))]


def _derived(leaves: list[Element]) -> dict[str, Cell]:
    """Of a person: what help they have with learning, and all characteristics in one cell."""
    plan, support = (
        [flag.upper() for flag in _texts(leaves, name)] for name in (PLAN_FLAG, SUPPORT_FLAG)
    )
    is_said = bool(plan or support)
    return {
        "send_flag": "E" if "Y" in plan else "K" if "Y" in support else "N" if is_said else None,
        "characteristic_codes": ";".join(_texts(leaves, CHARACTERISTIC)) or None,
    }


def _of_activity(leaves: list[Element]) -> dict[str, Cell]:
    """Of an activity: whether what is known of it is still current."""
    lapsed = next(iter(_texts(leaves, LAPSED)), None)
    return {"currency_ok": NOT_LAPSED.get((lapsed or "").upper(), lapsed)}
