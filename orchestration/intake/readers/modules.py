"""Statutory returns in XML: whole elements streamed safely, and the rows of each module as they come.

Which modules and fields a return has stands in its own reader (`cin_xml.py`, `ssda903_xml.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import IO, TYPE_CHECKING

from lxml import etree

from orchestration.intake.readers.block import Block, Cell, Note

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NO_GROUP: frozenset[str] = frozenset()
# An unknown element is named to the owner, but a file full of them is not listed whole.
MOST_NAMES = 20

Texts = dict[str, str | None]


def elements(stream: IO[bytes], *names: str) -> Iterator[Element]:
    """Whole elements of the names, in any namespace; each is emptied once it has been used."""
    parsed = etree.iterparse(
        stream,
        events=("end",),
        tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    for _, element in parsed:
        yield element
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def element_name(element: Element) -> str:
    """Name of an element without its namespace."""
    tag = str(element.tag)
    return tag.rpartition("}")[2] if tag.startswith("{") else tag


class Modules:
    """The rows of each module so far, and the names of what has no place in one.

    `headings` are those of each module; what is said about the whole file is noted on `noted_on`.
    """

    def __init__(self, headings: Mapping[str, tuple[str, ...]], noted_on: str) -> None:
        self.headings = headings
        self.noted_on = noted_on
        self.rows: dict[str, list[tuple[Cell, ...]]] = {module: [] for module in headings}
        self.lines: dict[str, list[int]] = {module: [] for module in headings}
        self.unknown: set[str] = set()
        self.repeated: set[str] = set()

    def split(
        self, element: Element, fields: Collection[str], groups: Collection[str]
    ) -> tuple[Texts, list[tuple[str, Element]]]:
        """The texts of an element's own fields, and its groups; names that are neither are kept."""
        texts: Texts = {}
        found: list[tuple[str, Element]] = []
        for child in element:
            name = element_name(child)
            if name in groups:
                found.append((name, child))
            elif name not in fields:
                self.unknown.add(name)
            elif name in texts:
                self.repeated.add(name)
            else:
                texts[name] = (child.text or "").strip() or None
        return texts, found

    def add(self, module: str, element: Element, texts: Texts, *shared: Cell) -> None:
        """A row: the cells shared with its parents, then the module's own fields."""
        own = self.headings[module][len(shared) :]
        self.rows[module].append((*shared, *map(texts.get, own)))
        self.lines[module].append(element.sourceline or 0)

    def blocks(self) -> list[Block]:
        """Every module, also those without a row."""
        return [self._block(module, headings) for module, headings in self.headings.items()]

    def _block(self, module: str, headings: tuple[str, ...]) -> Block:
        rows = self.rows[module]
        columns = tuple(zip(*rows, strict=True)) if rows else tuple(() for _ in headings)
        notes = tuple(self._notes()) if module == self.noted_on else ()
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
