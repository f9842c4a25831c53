"""Statutory returns in XML: whole elements streamed safely, and the rows of each module as they come.

The fields of a module are the columns of its contract; how modules nest in a return is said by its own reader
(`cin_xml.py`, `ssda903_xml.py`, `sen2_xml.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING

from lxml import etree

from expectations.contract import contract_for
from orchestration.intake.names import Received
from orchestration.intake.readers.block import MEGABYTE, Block, Cell, Note, too_large

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NO_GROUP: frozenset[str] = frozenset()

# A child's whole history takes some hundred thousand bytes.
LARGEST_ELEMENT = 4 * MEGABYTE

Texts = dict[str, str | None]
Headings = dict[str, tuple[str, ...]]


def headings_of(source: str) -> Headings:
    """The headings of every module of a return, from its contract."""
    return {
        module: tuple(column.heading for column in table.columns.values() if column.names)
        for module, table in contract_for(source).tables.items()
        if not table.instead
    }


def spellings_of(source: str) -> dict[str, str]:
    """The heading behind every other name of an element, from the contract."""
    return {
        alias: column.heading
        for table in contract_for(source).tables.values()
        for column in table.columns.values()
        for alias in column.aliases
    }


def elements(stream: IO[bytes], *names: str) -> Iterator[Element]:
    """Whole elements of the names, in any namespace; each is emptied once it has been used."""
    watched = _Watched(stream, names)
    parsed = etree.iterparse(
        watched,
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
        watched.n_since = 0
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


class _Watched:
    """A return that goes by until too much of it is none of its elements, or one: all that is held in memory."""

    def __init__(self, stream: IO[bytes], names: Sequence[str]) -> None:
        self._stream = stream
        self._names = names
        self.n_since = 0

    def read(self, size: int) -> bytes:
        piece = self._stream.read(size)
        self.n_since += len(piece)
        if self.n_since > LARGEST_ELEMENT:
            raise too_large(
                f"{LARGEST_ELEMENT // MEGABYTE} MB of the XML go by without the end of a {self._names[-1]} element"
            )
        return piece


def element_name(element: Element) -> str:
    """Name of an element without its namespace."""
    tag = str(element.tag)
    return tag.rpartition("}")[2] if tag.startswith("{") else tag


class Modules:
    """The rows of each module so far, and the names of what has no place in one, with the line of the first.

    `modules` are those that the reader delivers; what is said about the whole file is noted on `noted_on`.
    """

    def __init__(self, source: str, noted_on: str, modules: Collection[str] = ()) -> None:
        found = headings_of(source)
        self.headings = {name: found[name] for name in found if name in modules or not modules}
        self.noted_on = noted_on
        self.spellings = spellings_of(source)
        self.rows: dict[str, list[tuple[Cell, ...]]] = {module: [] for module in self.headings}
        self.lines: dict[str, list[int]] = {module: [] for module in self.headings}
        self.unknown: dict[str, int] = {}
        self.repeated: set[str] = set()

    def own_fields(self, module: str, inherited: Collection[str]) -> tuple[str, ...]:
        """The fields of a module that its element holds itself."""
        return tuple(name for name in self.headings[module] if name not in inherited)

    def split(
        self, element: Element, fields: Collection[str], groups: Collection[str]
    ) -> tuple[Texts, list[tuple[str, Element]]]:
        """The texts of an element's own fields, and its groups; names that are neither are kept."""
        texts: Texts = {}
        respelt: Texts = {}
        found: list[tuple[str, Element]] = []
        for child in element:
            name = element_name(child)
            if name in groups:
                found.append((name, child))
            elif name in fields:
                self._take(name, child, texts)
            elif self.spellings.get(name) in fields:
                self._take(name, child, respelt)
            else:
                self.unknown.setdefault(name, child.sourceline or 0)
        for name, text in respelt.items():
            heading = self.spellings[name]
            texts[heading] = texts.get(heading) or text
        return texts, found

    def _take(self, name: str, child: Element, texts: Texts) -> None:
        if name in texts:
            self.repeated.add(name)
        else:
            texts[name] = (child.text or "").strip() or None

    def add(self, module: str, element: Element, cells: Mapping[str, Cell]) -> None:
        """A row: what the cells, an element's own and those of its parents, hold of the module."""
        self.rows[module].append(tuple(map(cells.get, self.headings[module])))
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
            yield unknown_elements(self.unknown)
        if self.repeated:
            message = "elements given twice in one group, first one read"
            names = tuple(sorted(self.repeated))
            yield Note("REPEATED_ELEMENTS", message, len(names), names)


def unknown_elements(lines: Mapping[str, int]) -> Note:
    """What is said about elements that no module has; `lines`: by name, where the first one is."""
    names = tuple(Received("element", line, name) for name, line in lines.items())
    message = "elements that no module of the return has, left out"
    return Note("UNKNOWN_ELEMENTS", message, len(names), names)
