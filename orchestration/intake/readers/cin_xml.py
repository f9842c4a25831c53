"""The CIN census return (XML): one block per module of the census guide.

The file is streamed child by child, so memory holds the values only. Values stay text, codes are not
looked at, and what a module means does not live here. Row numbers are lines of the file; beyond line
65,535 the parser knows them to within two lines only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from orchestration.intake.readers.block import Block, Cell, FileRejected, Note, Rejection
from orchestration.intake.readers.markup import (
    malformed,
    plain_name,
    root_element,
    stream_elements,
)

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

ROOT = "Message"
COLLECTION = "CIN"
CHILD_ID = "LAchildID"
REFERRAL_DATE = "CINreferralDate"

# DfE, Children in need census guide 2023-24, and the pre-proceedings module announced for 2026-27.
IDENTIFIERS = (
    CHILD_ID,
    "UPN",
    "FormerUPN",
    "UPNunknown",
    "PersonBirthDate",
    "ExpectedPersonBirthDate",
    "GenderCurrent",
    "Sex",
    "PersonDeathDate",
)
DETAILS = (
    REFERRAL_DATE,
    "ReferralSource",
    "PrimaryNeedCode",
    "CINclosureDate",
    "ReasonForClosure",
    "DateOfInitialCPC",
    "ReferralNFA",
)
ASSESSMENT = (
    "AssessmentActualStartDate",
    "AssessmentInternalReviewDate",
    "AssessmentAuthorisationDate",
)
CIN_PLAN = ("CINPlanStartDate", "CINPlanEndDate")
SECTION_47 = ("S47ActualStartDate", "InitialCPCtarget", "DateOfInitialCPC", "ICPCnotRequired")
PROTECTION_PLAN = (
    "CPPstartDate",
    "CPPendDate",
    "InitialCategoryOfAbuse",
    "LatestCategoryOfAbuse",
    "NumberOfPreviousCPP",
)
PRE_PROCEEDINGS = (
    "PPStartDate",
    "LBPSentDate",
    "FGDMMeetingOffer",
    "FGDMMeetingFac",
    "InitialPPMeetingDate",
    "ReviewMeetingsCount",
    "StepDecisionDate",
    "PPOutcome",
    "CourtAppDate",
    "LetterInitCPDate",
)
MODULES: dict[str, tuple[str, ...]] = {
    "header": ("Collection", "Year", "ReferenceDate", "LEA"),
    "children": (*IDENTIFIERS, "Ethnicity"),
    "disabilities": (CHILD_ID, "Disability"),
    "cin_details": (CHILD_ID, "referral_sequence", *DETAILS),
    "assessments": (CHILD_ID, REFERRAL_DATE, *ASSESSMENT),
    "assessment_factors": (CHILD_ID, ASSESSMENT[0], ASSESSMENT[2], "AssessmentFactors"),
    "cin_plans": (CHILD_ID, REFERRAL_DATE, *CIN_PLAN),
    "section47": (CHILD_ID, REFERRAL_DATE, *SECTION_47),
    "child_protection_plans": (CHILD_ID, REFERRAL_DATE, *PROTECTION_PLAN),
    "reviews": (CHILD_ID, "CPPstartDate", "CPPreviewDate"),
    "pre_proceedings": (CHILD_ID, REFERRAL_DATE, *PRE_PROCEEDINGS),
}
CHILD_GROUPS = frozenset({"ChildIdentifiers", "ChildCharacteristics", "CINdetails"})
# Groups inside CINdetails whose fields are all their own, and the module that each fills.
FLAT_GROUPS = {
    "CINPlanDates": "cin_plans",
    "Section47": "section47",
    "PreProceedingsandFGDM": "pre_proceedings",
}
DETAILS_GROUPS = frozenset({"Assessments", "ChildProtectionPlans", *FLAT_GROUPS})
FACTORS_GROUP = frozenset({"FactorsIdentifiedAtAssessment"})
REVIEWS_GROUP = frozenset({"Reviews"})
DISABILITIES_GROUP = frozenset({"Disabilities"})
NO_GROUP: frozenset[str] = frozenset()
# An unknown element is named to the owner, but a file full of them is not listed whole.
MOST_NAMES = 20

Texts = dict[str, str | None]


def read_cin_census(path: Path) -> list[Block]:
    """Every module of the return, in the order of MODULES, also those without a row."""
    root = root_element(path)
    if root != ROOT:
        raise _unknown_return(f"its root element is {root!r}")
    census = _Census()
    failed_at = None
    with path.open("rb") as stream:
        try:
            for element in stream_elements(stream, "Header", "Child"):
                census.take(element)
        except etree.XMLSyntaxError as error:
            failed_at = error.lineno or 1
    if failed_at is not None:
        # Raised outside the handler: the parser's own message may quote the file.
        raise malformed(failed_at)
    if not census.rows["header"]:
        raise _unknown_return(f"its root element {ROOT!r} has no Header")
    return census.blocks()


def _unknown_return(what: str) -> FileRejected:
    return FileRejected(
        Rejection.UNKNOWN_XML,
        f"this is not a CIN census return, the only one that is read as XML: {what}. Check that the file "
        "stands in the right folder; send an SSDA903 return as its CSV files",
    )


@dataclass
class _Census:
    """The rows of each module so far, and the names of what has no place in one."""

    rows: dict[str, list[tuple[Cell, ...]]] = field(
        default_factory=lambda: {module: [] for module in MODULES}
    )
    lines: dict[str, list[int]] = field(default_factory=lambda: {module: [] for module in MODULES})
    unknown: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)

    def take(self, element: Element) -> None:
        if plain_name(element) == "Header":
            self._take_header(element)
        else:
            self._take_child(element)

    def _take_header(self, header: Element) -> None:
        texts: Texts = {}
        for leaf in header.iter():
            texts.setdefault(plain_name(leaf), (leaf.text or "").strip() or None)
        if (texts.get("Collection") or "").upper() != COLLECTION:
            raise _unknown_return(
                f"its root element is {ROOT!r}, but its Collection is not {COLLECTION}"
            )
        self._add("header", header, texts)

    def _take_child(self, child: Element) -> None:
        _, groups = self._split(child, NO_GROUP, CHILD_GROUPS)
        facts: Texts = {}
        disabilities: list[Element] = []
        for name, group in groups:
            if name == "ChildIdentifiers":
                facts |= self._split(group, IDENTIFIERS, NO_GROUP)[0]
            elif name == "ChildCharacteristics":
                characteristics, lists = self._split(group, ("Ethnicity",), DISABILITIES_GROUP)
                facts |= characteristics
                disabilities += [element for _, element in lists]
        child_id = facts.get(CHILD_ID)
        self._add("children", child, facts)
        self._take_list("disabilities", "Disability", disabilities, (child_id,))
        details = [group for name, group in groups if name == "CINdetails"]
        for sequence, group in enumerate(details, start=1):
            self._take_details(group, child_id, sequence)

    def _take_details(self, details: Element, child_id: str | None, sequence: int) -> None:
        texts, groups = self._split(details, DETAILS, DETAILS_GROUPS)
        self._add("cin_details", details, texts, child_id, sequence)
        shared = (child_id, texts.get(REFERRAL_DATE))
        for name, group in groups:
            if name == "Assessments":
                self._take_assessment(group, shared)
            elif name == "ChildProtectionPlans":
                self._take_protection_plan(group, shared)
            else:
                module = FLAT_GROUPS[name]
                fields = MODULES[module][len(shared) :]
                self._add(module, group, self._split(group, fields, NO_GROUP)[0], *shared)

    def _take_assessment(self, assessment: Element, shared: tuple[Cell, ...]) -> None:
        texts, lists = self._split(assessment, ASSESSMENT, FACTORS_GROUP)
        self._add("assessments", assessment, texts, *shared)
        key = (shared[0], texts.get(ASSESSMENT[0]), texts.get(ASSESSMENT[2]))
        factors = [element for _, element in lists]
        self._take_list("assessment_factors", "AssessmentFactors", factors, key)

    def _take_protection_plan(self, plan: Element, shared: tuple[Cell, ...]) -> None:
        texts, lists = self._split(plan, PROTECTION_PLAN, REVIEWS_GROUP)
        self._add("child_protection_plans", plan, texts, *shared)
        key = (shared[0], texts.get(PROTECTION_PLAN[0]))
        reviews = [element for _, element in lists]
        self._take_list("reviews", "CPPreviewDate", reviews, key)

    def _take_list(
        self, module: str, field_name: str, lists: list[Element], shared: tuple[Cell, ...]
    ) -> None:
        """One row per element of the name in the lists; an empty element is none."""
        for element in (element for each in lists for element in each):
            if plain_name(element) != field_name:
                self.unknown.add(plain_name(element))
            elif text := (element.text or "").strip():
                self._add(module, element, {field_name: text}, *shared)

    def _split(
        self, element: Element, fields: Collection[str], groups: Collection[str]
    ) -> tuple[Texts, list[tuple[str, Element]]]:
        """The texts of an element's own fields, and its groups; names that are neither are kept."""
        texts: Texts = {}
        found: list[tuple[str, Element]] = []
        for child in element:
            name = plain_name(child)
            if name in groups:
                found.append((name, child))
            elif name not in fields:
                self.unknown.add(name)
            elif name in texts:
                self.repeated.add(name)
            else:
                texts[name] = (child.text or "").strip() or None
        return texts, found

    def _add(self, module: str, element: Element, texts: Texts, *shared: Cell) -> None:
        """A row: the cells shared with its parents, then the module's own fields."""
        own = MODULES[module][len(shared) :]
        self.rows[module].append((*shared, *map(texts.get, own)))
        self.lines[module].append(element.sourceline or 0)

    def blocks(self) -> list[Block]:
        return [self._block(module, headings) for module, headings in MODULES.items()]

    def _block(self, module: str, headings: tuple[str, ...]) -> Block:
        rows = self.rows[module]
        columns = tuple(zip(*rows, strict=True)) if rows else tuple(() for _ in headings)
        notes = tuple(self._notes()) if module == "children" else ()
        return Block(module, 0, headings, columns, self.lines[module], notes)

    def _notes(self) -> Iterator[Note]:
        if self.unknown:
            message = (
                f"elements that no module of the return has, left out: {_listed(self.unknown)}"
            )
            yield Note("UNKNOWN_ELEMENTS", message, len(self.unknown))
        if self.repeated:
            message = f"elements given twice in one group, first one read: {_listed(self.repeated)}"
            yield Note("REPEATED_ELEMENTS", message, len(self.repeated))


def _listed(names: set[str]) -> str:
    shown = sorted(names)[:MOST_NAMES]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
