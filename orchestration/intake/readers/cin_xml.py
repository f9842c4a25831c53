"""The CIN census return (XML): one block per module of the census guide, its fields those of the contract.

The file is streamed child by child, so memory holds the values only. Values stay text, codes are not
looked at, and what a module means does not live here. Row numbers are lines of the file; beyond line
65,535 the parser knows them to within two lines only.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from orchestration.intake.names import Received
from orchestration.intake.readers.block import Block, FileRejected, Rejection
from orchestration.intake.readers.markup import malformed, root_element
from orchestration.intake.readers.modules import NO_GROUP, Modules, Texts, element_name, elements

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

SOURCE = "cin_census"
ROOT = "Message"
COLLECTION = "CIN"
CHILD_ID = "LAchildID"
REFERRAL_DATE = "CINreferralDate"

SEQUENCE = "referral_sequence"
DETAILS = "CINdetails"
CHILD_GROUPS = frozenset({"ChildIdentifiers", "ChildCharacteristics", DETAILS})
DISABILITIES_GROUP = frozenset({"Disabilities"})
# Groups inside CINdetails: the module that each fills, and of the list it encloses the module and the element.
DETAILS_GROUPS: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "Assessments": (
        "assessments", {"FactorsIdentifiedAtAssessment": ("assessment_factors", "AssessmentFactors")}
    ),
    "CINPlanDates": ("cin_plans", {}),
    "Section47": ("section47", {}),
    "ChildProtectionPlans": ("child_protection_plans", {"Reviews": ("reviews", "CPPreviewDate")}),
    "PreProceedingsandFGDM": ("pre_proceedings", {}),
}  # fmt: skip


def read_cin_census(path: Path) -> list[Block]:
    """Every module of the return, in the order of the contract, also those without a row."""
    root = root_element(path)
    if root != ROOT:
        raise _unknown_return(
            "it begins with another element", Received("root element", None, root)
        )
    census = _Census()
    failed_at = None
    with path.open("rb") as stream:
        try:
            for element in elements(stream, "Header", "Child"):
                census.take(element)
        except etree.XMLSyntaxError as error:
            failed_at = error.lineno or 1
    if failed_at is not None:
        # Raised outside the handler: the parser's own message may quote the file.
        raise malformed(failed_at)
    if not census.rows["header"]:
        raise _unknown_return(f"its root element {ROOT!r} has no Header")
    return census.blocks()


def _unknown_return(what: str, *names: Received) -> FileRejected:
    return FileRejected(
        Rejection.UNKNOWN_XML,
        f"this is neither a CIN census nor an SSDA903 return: {what}. Check that the file is in the folder of its source:"
        " SEN2 and NCCIS are read as XML there, too",
        names=names,
    )


class _Census(Modules):
    """The census so far, read child by child."""

    def __init__(self) -> None:
        super().__init__(SOURCE, noted_on="children")

    def take(self, element: Element) -> None:
        if element_name(element) == "Header":
            self._take_header(element)
        else:
            self._take_child(element)

    def _take_header(self, header: Element) -> None:
        texts: Texts = {}
        for leaf in header.iter():
            texts.setdefault(element_name(leaf), (leaf.text or "").strip() or None)
        if (texts.get("Collection") or "").upper() != COLLECTION:
            raise _unknown_return(
                f"its root element is {ROOT!r}, but its Collection is not {COLLECTION}"
            )
        self.add("header", header, texts)

    def _take_child(self, child: Element) -> None:
        _, groups = self.split(child, NO_GROUP, CHILD_GROUPS)
        facts: Texts = {}
        disabilities: list[Element] = []
        for name, group in groups:
            if name != DETAILS:
                found, lists = self.split(group, self.headings["children"], DISABILITIES_GROUP)
                facts |= found
                disabilities += [element for _, element in lists]
        self.add("children", child, facts)
        shared = {CHILD_ID: facts.get(CHILD_ID)}
        self._take_list("disabilities", "Disability", disabilities, shared)
        details = [group for name, group in groups if name == DETAILS]
        for sequence, group in enumerate(details, start=1):
            self._take_details(group, shared, sequence)

    def _take_details(self, details: Element, child: Texts, sequence: int) -> None:
        fields = self.own_fields("cin_details", (CHILD_ID, SEQUENCE))
        texts, groups = self.split(details, fields, DETAILS_GROUPS)
        self.add("cin_details", details, {**texts, **child, SEQUENCE: sequence})
        shared = {**child, REFERRAL_DATE: texts.get(REFERRAL_DATE)}
        for name, group in groups:
            module, enclosed = DETAILS_GROUPS[name]
            texts, lists = self.split(group, self.own_fields(module, shared), enclosed)
            self.add(module, group, texts | shared)
            for list_name, element in lists:
                self._take_list(*enclosed[list_name], [element], texts | shared)

    def _take_list(self, module: str, field_name: str, lists: list[Element], shared: Texts) -> None:
        """One row per element of the name in the lists; an empty element is none."""
        for element in (element for each in lists for element in each):
            if element_name(element) != field_name:
                self.unknown.setdefault(element_name(element), element.sourceline or 0)
            elif text := (element.text or "").strip():
                self.add(module, element, {**shared, field_name: text})
