"""The SEN2 return (XML): one block per module, with table ids made from the order of the elements.

The elements have the names of the contract's headings in camel case; where they nest, the ids join them
again. What a module means does not live here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from orchestration.intake.names import Received
from orchestration.intake.readers.block import Block, Cell, FileRejected, Note, Rejection
from orchestration.intake.readers.markup import malformed, root_element
from orchestration.intake.readers.modules import (
    Headings,
    element_name,
    elements,
    headings_of,
    spellings_of,
    unknown_elements,
)

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

SOURCE = "sen2"
ROOT = "Message"
PERSON_ID, REQUEST_ID = "persontableid", "requeststableid"
# The module that an element with children of its own fills.
GROUPS = {
    "requests": "requests", "request": "requests", "assessment": "assessment", "namedplan": "named_plan",
    "plandetail": "plan_detail", "activeplans": "active_plans", "placementdetail": "placement_detail",
    "senneed": "sen_need",
}  # fmt: skip


def read_sen2(path: Path) -> list[Block]:
    """Every module of the return, in the order of the contract, also those without a row."""
    root = root_element(path)
    if root != ROOT:
        raise FileRejected(
            Rejection.UNKNOWN_XML,
            "this is not a SEN2 return: it begins with another element. Check that the file is in the "
            "right folder, or send the module files",
            names=(Received("root element", None, root),),
        )
    modules = _Modules()
    failed_at = None
    with path.open("rb") as stream:
        try:
            for person in elements(stream, "Person"):
                modules.take_person(person)
        except etree.XMLSyntaxError as error:
            failed_at = error.lineno or 1
    if failed_at is not None:
        # Raised outside the handler: the parser's own message may quote the file.
        raise malformed(failed_at)
    return modules.blocks()


@dataclass
class _Modules:
    """The rows of each module so far, and the names of elements that no module has."""

    headings: Headings = field(default_factory=lambda: headings_of(SOURCE))
    spellings: dict[str, str] = field(default_factory=lambda: spellings_of(SOURCE))
    rows: dict[str, list[tuple[Cell, ...]]] = field(default_factory=lambda: defaultdict(list))
    lines: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    unknown: dict[str, int] = field(default_factory=dict)
    """By name, the line where the first one is."""
    n_people: int = 0
    n_requests: int = 0

    def take_person(self, person: Element) -> None:
        self.n_people += 1
        self._take("person", person, {PERSON_ID: f"P{self.n_people}"})

    def _take(self, module: str, element: Element, ids: dict[str, str]) -> None:
        """A row of the module from the element's own texts, then the rows of what it encloses."""
        texts: dict[str, str | None] = {**ids}
        enclosed: list[tuple[str, Element]] = []
        for child in element:
            name = element_name(child).lower()
            name = self.spellings.get(name, name)
            if name in GROUPS and len(child):
                enclosed.append((GROUPS[name], child))
            elif name in self.headings[module]:
                texts.setdefault(name, (child.text or "").strip() or None)
            else:
                self.unknown.setdefault(name, child.sourceline or 0)
        self.rows[module].append(tuple(texts.get(name) for name in self.headings[module]))
        self.lines[module].append(element.sourceline or 0)
        for name, child in enclosed:
            for group in _requests_in(child) if name == "requests" else [child]:
                self._take(name, group, self._ids_of(name, ids))

    def _ids_of(self, module: str, ids: dict[str, str]) -> dict[str, str]:
        if module != "requests":
            return ids
        self.n_requests += 1
        return {**ids, REQUEST_ID: f"R{self.n_requests}"}

    def blocks(self) -> list[Block]:
        return [self._block(module, headings) for module, headings in self.headings.items()]

    def _block(self, module: str, headings: tuple[str, ...]) -> Block:
        rows = self.rows[module]
        columns = tuple(zip(*rows, strict=True)) if rows else tuple(() for _ in headings)
        notes: tuple[Note, ...] = ()
        if module == "person" and self.unknown:
            notes = (unknown_elements(self.unknown),)
        return Block(module, 0, headings, columns, self.lines[module], notes)


def _requests_in(element: Element) -> list[Element]:
    """A request for each element, or for each `Request` of a list of them."""
    inner = [child for child in element if element_name(child).lower() == "request"]
    return inner or [element]
