"""Which table of a contract a block of cells is, by its content: sheet name, signature, headings.

File names never decide (contract.md 2). What cannot be recognised is said, once, and left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from expectations.contract import Column, Contract, Table
from orchestration.intake.findings import Finding
from orchestration.intake.headings import normalise_heading
from orchestration.intake.readers import Block

# A table whose signature is incomplete is still told by its other headings, so that the message can name
# the missing column instead of calling the file unknown.
ENOUGH_OVERLAP = 0.6
FEWEST_HEADINGS = 3


@dataclass(frozen=True)
class RecognisedBlock:
    """A block, the table it is and where each of the table's columns stands in it."""

    file: str
    table: str
    block: Block
    positions: dict[str, int]


@dataclass(frozen=True)
class Recognition:
    """Blocks by table, tables that failed, and everything to be said about it."""

    blocks: dict[str, list[RecognisedBlock]]
    failed: frozenset[str]
    findings: tuple[Finding, ...]


def _names(column: Column) -> list[str]:
    return [normalise_heading(name) for name in (column.heading, *column.aliases)]


def _overlap(table: Table, headings: set[str]) -> float:
    if not table.columns:
        return 0.0
    hits = sum(any(name in headings for name in _names(column)) for column in table.columns.values())
    return hits / len(table.columns) if hits >= min(FEWEST_HEADINGS, len(table.columns)) else 0.0


def _has_signature(table: Table, headings: set[str]) -> bool:
    return bool(table.signature) and all(normalise_heading(name) in headings for name in table.signature)


def _table_of(contract: Contract, block: Block) -> list[str]:
    headings = {normalise_heading(heading) for heading in block.headings}
    if block.sheet is not None:
        sheet = normalise_heading(block.sheet)
        named = [
            name for name, table in contract.tables.items() if normalise_heading(table.sheet or "") == sheet
        ]
        if named:
            return named
    signed = [name for name, table in contract.tables.items() if _has_signature(table, headings)]
    if signed:
        return signed
    scores = {name: _overlap(table, headings) for name, table in contract.tables.items()}
    best = max(scores.values(), default=0.0)
    return [name for name, score in scores.items() if score == best] if best >= ENOUGH_OVERLAP else []


def _positions(table: Table, block: Block) -> dict[str, int]:
    by_heading = {normalise_heading(heading): place for place, heading in enumerate(block.headings)}
    found: dict[str, int] = {}
    for name, column in table.columns.items():
        place = next((by_heading[heading] for heading in _names(column) if heading in by_heading), None)
        if place is not None:
            found[name] = place
    return found


def _heading_findings(table: Table, block: Block, positions: dict[str, int]) -> Iterable[Finding]:
    missing = [c.heading for n, c in table.columns.items() if c.required and n not in positions]
    if missing:
        yield Finding(
            rule="COLUMN_MISSING",
            severity="reject",
            message=f"the table has no column {', '.join(repr(name) for name in missing)}",
            remedy="Add the column, or give it the heading of the template, and send the extract again",
        )
    known = {name for column in table.columns.values() for name in _names(column)}
    unknown = [heading for heading in block.headings if normalise_heading(heading) not in known]
    if unknown:
        yield Finding(
            rule="COLUMN_UNKNOWN",
            severity="warn",
            message=f"not in the template, left out: {', '.join(repr(name) for name in unknown)}",
            remedy="Nothing, unless one of them is a renamed column",
        )
    renamed = [
        block.headings[place]
        for name, place in positions.items()
        if table.columns[name].is_stored
        and normalise_heading(block.headings[place]) != normalise_heading(table.columns[name].heading)
    ]
    if renamed:
        yield Finding(
            rule="COLUMN_RENAMED",
            severity="warn",
            message=f"read under a known other name: {', '.join(repr(name) for name in renamed)}",
            remedy="Use the headings of the template",
        )


def _unrecognised(block: Block, candidates: list[str]) -> Finding:
    if candidates:
        message = f"the headings fit more than one table ({', '.join(candidates)})"
    else:
        message = "not a table of this source; left out"
    return Finding(
        rule="TABLE_UNKNOWN",
        severity="reject" if candidates else "warn",
        message=message,
        remedy="Check that the file stands in the right folder and has the headings of the template",
    )


def recognise(contract: Contract, files: Iterable[tuple[str, list[Block]]]) -> Recognition:
    """Match every block of every file to a table of the contract."""
    found: dict[str, list[RecognisedBlock]] = defaultdict(list)
    failed: set[str] = set()
    findings: list[Finding] = []
    for file, blocks in files:
        for block in blocks:
            candidates = _table_of(contract, block)
            if len(candidates) != 1:
                if block.headings or block.rejected is None:
                    findings.append(_unrecognised(block, candidates).placed(file=file, sheet=block.sheet))
                continue
            name = candidates[0]
            table = contract.tables[name]
            positions = _positions(table, block)
            here = [*_reader_findings(block), *_heading_findings(table, block, positions)]
            findings += [finding.placed(file=file, sheet=block.sheet, table=name) for finding in here]
            if any(finding.severity == "reject" for finding in here):
                failed.add(name)
            found[name].append(RecognisedBlock(file, name, block, positions))
    for name, blocks_of_table in found.items():
        several = _several(contract, blocks_of_table)
        if several is not None:
            findings.append(several.placed(table=name))
            failed.add(name)
    return Recognition(dict(found), frozenset(failed), tuple(findings))


def _several(contract: Contract, blocks: list[RecognisedBlock]) -> Finding | None:
    same_file = len({block.file for block in blocks}) < len(blocks)
    if len(blocks) == 1 or (contract.several_files == "append" and not same_file):
        return None
    places = ", ".join(f"{block.file} {block.block.sheet or ''}".strip() for block in blocks)
    return Finding(
        rule="TABLE_TWICE",
        severity="reject",
        message=f"several places hold this table: {places}",
        remedy="Leave one of them in the folder",
    )


def _reader_findings(block: Block) -> Iterable[Finding]:
    if block.rejected is not None:
        yield Finding(
            rule=block.rejected.code, severity="reject", message=block.rejected.message, remedy=""
        )
    for note in block.notes:
        yield Finding(rule=note.code, severity="warn", message=note.message, remedy="")
