"""The SSDA903 return as XML: one block per table of the CSV set, under the headings of that set.

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

ROOT = "EXPSSDA903"
CHILD = "CHILD"
# The names that differ from the headings of the CSV set (DfE SSDA903 guide).
CHILD_ID = "CHILDID"
PLACEMENT = "PL"
UNACCOMPANIED = ("UASC_STATUS", "UASC")

OWN_FIELDS = ("SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB")
CARE_LEAVER = ("IN_TOUCH", "ACTIV", "ACCOM")
ADOPTION = ("DATE_INT", "DATE_MATCH", "FOSTER_CARE", "NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR")
HEADER_FIELDS = (CHILD_ID, *OWN_FIELDS, *UNACCOMPANIED, "DUC", *CARE_LEAVER, *ADOPTION)
EPISODE = (
    "DECOM",
    "RNE",
    "LS",
    "CIN",
    "PLACE",
    "PLACE_PROVIDER",
    "DEC",
    "REC",
    "REASON_PLACE_CHANGE",
    "HOME_POST",
    "PL_POST",
    "URN",
)
OUTCOMES = (
    "SDQ_SCORE",
    "SDQ_REASON",
    "CONVICTED",
    "HEALTH_CHECK",
    "IMMUNISATIONS",
    "TEETH_CHECK",
    "HEALTH_ASSESSMENT",
    "SUBSTANCE_MISUSE",
    "INTERVENTION_RECEIVED",
    "INTERVENTION_OFFERED",
)
MODULES: dict[str, tuple[str, ...]] = {
    "header": (CHILD, *OWN_FIELDS, UNACCOMPANIED[0]),
    "episodes": (CHILD, *EPISODE),
    "reviews": (CHILD, "DOB", "REVIEW", "REVIEW_CODE"),
    "uasc": (CHILD, "DOB", "SEX", "DUC"),
    "oc2": (CHILD, "DOB", *OUTCOMES),
    "oc3": (CHILD, "DOB", *CARE_LEAVER),
    "ad1": (CHILD, "DOB", *ADOPTION),
    "placed_for_adoption": (
        CHILD,
        "DOB",
        "DATE_PLACED",
        "DATE_PLACED_CEASED",
        "REASON_PLACED_CEASED",
    ),
    "previous_permanence": (CHILD, "DOB", "PREV_PERM", "LA_PERM", "DATE_PERM"),
    "missing": (CHILD, "DOB", "MISSING", "MIS_START", "MIS_END"),
}
# Groups inside HEADER, and the table that each fills.
GROUPS = {
    "AREVIEW": "reviews",
    "OC2": "oc2",
    "AD_PLACED": "placed_for_adoption",
    "PERMANENCE": "previous_permanence",
    "AMISSING": "missing",
}


def read_ssda903(path: Path) -> list[Block]:
    """Every table of the return, in the order of MODULES; the root element has been looked at already."""
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
        super().__init__(MODULES, noted_on="header")

    def take(self, child: Element) -> None:
        """The rows of one child; the HEADER comes first in real files, but need not."""
        _, parts = self.split(child, (), ("HEADER", "EPISODE"))
        facts: Texts = {}
        for header in (part for name, part in parts if name == "HEADER"):
            facts = self._take_header(header)
        for episode in (part for name, part in parts if name == "EPISODE"):
            texts, _ = self.split(episode, (*EPISODE, PLACEMENT), NO_GROUP)
            placement = texts.get("PLACE") or texts.get(PLACEMENT)
            self.add("episodes", episode, {**texts, "PLACE": placement}, facts.get(CHILD_ID))

    def _take_header(self, header: Element) -> Texts:
        facts, groups = self.split(header, HEADER_FIELDS, GROUPS)
        child_id, birth_date = facts.get(CHILD_ID), facts.get("DOB")
        status = next((facts[name] for name in UNACCOMPANIED if facts.get(name)), None)
        self.add("header", header, {**facts, UNACCOMPANIED[0]: status}, child_id)
        self._add_if_any("uasc", header, facts, ("DUC",), child_id, birth_date)
        self._add_if_any("oc3", header, facts, CARE_LEAVER, child_id, birth_date)
        self._add_if_any("ad1", header, facts, ADOPTION, child_id, birth_date)
        for name, group in groups:
            table = GROUPS[name]
            fields = MODULES[table][2:]
            texts, _ = self.split(group, fields, NO_GROUP)
            self._add_if_any(table, group, texts, fields, child_id, birth_date)
        return facts

    def _add_if_any(
        self,
        table: str,
        element: Element,
        texts: Texts,
        fields: tuple[str, ...],
        child_id: str | None,
        birth_date: str | None,
    ) -> None:
        """A row, unless none of the fields that make it one is filled in."""
        if any(texts.get(field) for field in fields):
            self.add(table, element, texts, child_id, birth_date)
