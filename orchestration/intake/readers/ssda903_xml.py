"""The SSDA903 return as XML: one block per table of the CSV set, its fields those of the contract.

Beside its groups a child's HEADER holds the fields of four tables: the child's own, the end of being
unaccompanied (DUC), the care leaver's (OC3) and the adoption's (AD1). One file is the whole return, so
every table is there, also without a row. Values stay text, codes are not looked at.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from orchestration.intake.readers.block import Block
from orchestration.intake.readers.markup import malformed
from orchestration.intake.readers.modules import NO_GROUP, Modules, Texts, elements

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

SOURCE = "ssda903"
ROOT = "EXPSSDA903"
CHILD = "CHILD"
# Tables whose fields are in HEADER itself, with the child's own.
IN_HEADER = ("uasc", "oc3", "ad1")
# Groups inside HEADER, and the table that each fills.
GROUPS = {
    "AREVIEW": "reviews",
    "OC2": "oc2",
    "AD_PLACED": "placed_for_adoption",
    "PERMANENCE": "previous_permanence",
    "AMISSING": "missing",
}
TABLES = ("header", "episodes", *IN_HEADER, *GROUPS.values())


def read_ssda903(path: Path) -> list[Block]:
    """Every table of the return, in the order of the contract; the root element has been looked at already."""
    returned = _Return()
    failed_at = None
    with path.open("rb") as stream:
        try:
            for child in elements(stream, CHILD):
                returned.take(child)
        except etree.XMLSyntaxError as error:
            failed_at = error.lineno or 1
    if failed_at is not None:
        # Raised outside the handler: the parser's own message may quote the file.
        raise malformed(failed_at)
    return returned.blocks()


class _Return(Modules):
    """The return so far, read child by child."""

    def __init__(self) -> None:
        super().__init__(SOURCE, noted_on="header", modules=TABLES)
        of_child = self.headings["header"]
        self.own = {
            table: self.own_fields(table, of_child) for table in (*IN_HEADER, *GROUPS.values())
        }
        self.in_header = {*of_child, *(name for table in IN_HEADER for name in self.own[table])}
        self.of_episode = self.own_fields("episodes", (CHILD,))

    def take(self, child: Element) -> None:
        """The rows of one child; the HEADER comes first in real files, but need not."""
        _, parts = self.split(child, (), ("HEADER", "EPISODE"))
        facts: Texts = {}
        for header in (part for name, part in parts if name == "HEADER"):
            facts = self._take_header(header)
        for episode in (part for name, part in parts if name == "EPISODE"):
            texts, _ = self.split(episode, self.of_episode, NO_GROUP)
            self.add("episodes", episode, {**texts, CHILD: facts.get(CHILD)})

    def _take_header(self, header: Element) -> Texts:
        facts, groups = self.split(header, self.in_header, GROUPS)
        self.add("header", header, facts)
        for table in IN_HEADER:
            self._add_if_any(table, header, facts, facts)
        for name, group in groups:
            table = GROUPS[name]
            texts, _ = self.split(group, self.own[table], NO_GROUP)
            self._add_if_any(table, group, texts, facts)
        return facts

    def _add_if_any(self, table: str, element: Element, texts: Texts, facts: Texts) -> None:
        """A row, unless none of the fields that make it one is filled in."""
        if any(texts.get(field) for field in self.own[table]):
            self.add(table, element, facts | texts)
