"""Rows that name a row of another table of the submission, linked to the id that the contract joins tables by.

COLLECT exports a return so: a plan names its assessment, and the assessment its request (expectations/README.md, 'EHC
plans'). Which heading leads to which table is in the contract. A row that leads nowhere keeps an id that no table
has, and is asked about as any other such row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from expectations.contract import Contract
from orchestration.intake.findings import Finding
from orchestration.intake.readers.block import Cell
from orchestration.intake.tables.cells import is_null, parse_identifier
from orchestration.intake.tables.recognise import RecognisedBlock, Recognition, leads_back


@dataclass(frozen=True)
class _Lead:
    """A heading that is in a column's place, and the table whose rows it names."""

    column: str
    heading: str
    table: str


def lead_back(contract: Contract, recognition: Recognition) -> Recognition:
    """What was recognised, with the value of the row that is named in place of each name of a row."""
    blocks = {name: list(found) for name, found in recognition.blocks.items()}
    findings = list(recognition.findings)
    # A table leads to earlier ones of the contract, whose rows have been linked by then.
    for name in (name for name in contract.tables if name in blocks):
        for place, found in enumerate(blocks[name]):
            for lead in _leads(contract, found):
                by_id = _values_by_id(contract, blocks.get(lead.table, ()), lead)
                blocks[name][place] = _with_values(blocks[name][place], lead, by_id)
                told = _told(contract, name, lead, is_led=bool(by_id))
                findings.append(told.placed(file=found.file, sheet=found.sheet, table=name))
    failed = {found.table for found in findings if found.table and found.severity == "reject"}
    return Recognition(blocks, frozenset(failed), tuple(findings))


def _leads(contract: Contract, found: RecognisedBlock) -> Iterator[_Lead]:
    columns = contract.tables[found.table].columns
    for name, place in found.positions.items():
        heading = leads_back(columns[name], found.block.headings[place])
        if heading is not None:
            yield _Lead(name, heading, columns[name].led_back[heading])


def _values_by_id(
    contract: Contract, blocks: Sequence[RecognisedBlock], lead: _Lead
) -> dict[str, Cell]:
    """What each row of the other table gives, by the row's own id; not where two rows of one id differ."""
    id_column = str(contract.tables[lead.table].column_headed(lead.heading))
    given: dict[str, set[Cell]] = defaultdict(set)
    for found in blocks:
        if {id_column, lead.column} <= found.positions.keys():
            ids, values = (
                found.block.columns[found.positions[name]] for name in (id_column, lead.column)
            )
            for own, value in zip(ids, values, strict=True):
                given[_plain(own)].add(value)
    return {own: next(iter(values)) for own, values in given.items() if own and len(values) == 1}


def _with_values(found: RecognisedBlock, lead: _Lead, by_id: dict[str, Cell]) -> RecognisedBlock:
    block = found.block
    names = map(_plain, block.columns[found.positions[lead.column]])
    # Not the bare id of the other row, which may be the id of some request, too.
    led: list[Cell] = [
        by_id.get(name) or (f"{lead.heading} {name}" if name else None) for name in names
    ]
    return replace(
        found,
        block=replace(
            block, headings=(*block.headings, lead.column), columns=(*block.columns, led)
        ),
        positions={**found.positions, lead.column: len(block.columns)},
    )


def _plain(cell: Cell) -> str:
    """An id as ids are compared; nothing for a cell that holds none."""
    found = None if is_null(cell) else parse_identifier(cell)
    return found if isinstance(found, str) else ""


def _told(contract: Contract, name: str, lead: _Lead, *, is_led: bool) -> Finding:
    heading = contract.tables[name].columns[lead.column].heading
    there = contract.tables[lead.table].title
    if is_led:
        return Finding(
            "LED_BACK", "warn", f"rows are joined by {heading!r}, read from the table {there}", "Nothing",
            column=lead.heading,
        )  # fmt: skip
    return Finding(
        "NOT_LED_BACK", "reject" if contract.tables[name].must_be_present else "warn",
        f"{lead.heading!r} shows which row belongs to which {heading!r} only if the table {there}, with this column, is also"
        " sent",
        f"Send the files of one export together, or give {heading!r} in every file", column=lead.heading,
    )  # fmt: skip
