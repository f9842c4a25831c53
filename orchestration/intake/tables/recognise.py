"""Which table of a contract a block of cells is, by its content: sheet name, signature, headings.

File names never decide (expectations/README.md, 'Recognition'). What cannot be recognised is said, once, and left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from expectations.contract import Column, Contract, Form, Table
from orchestration.intake.findings import Finding, listed, split_message
from orchestration.intake.names import Name, Received
from orchestration.intake.readers import Block, FileRejected
from orchestration.intake.tables.headings import normalise_heading, plain_heading, plain_text

# A table whose signature is incomplete is still told by its other headings, so that the message can name
# the missing column instead of calling the file unknown.
ENOUGH_OVERLAP = 0.6
FEWEST_HEADINGS = 3
CHECK_THE_FOLDER = (
    "Check that the file is in the right folder and has the headings of the template that `cypp forms "
    "--templates` writes"
)


@dataclass(frozen=True)
class RecognisedBlock:
    """A block, the table it is and where each of the table's columns is in it."""

    file: Received
    table: str
    block: Block
    positions: dict[str, int]
    form: Form | None = None
    """Set where the block is a filled form of the table."""
    sheet: Name | None = None
    """Where in the file the block is."""

    def heading_of(self, table: Table, column: str) -> str:
        """What the supplier sees above a column."""
        named = self.form.headings.get(column) if self.form else None
        return named or table.columns[column].heading


@dataclass(frozen=True)
class Recognition:
    """Blocks by table, tables that failed, and everything to be said about it."""

    blocks: dict[str, list[RecognisedBlock]]
    failed: frozenset[str]
    findings: tuple[Finding, ...]


def _names(column: Column) -> list[str]:
    return [normalise_heading(name) for name in column.names]


def leads_back(column: Column, heading: str) -> str | None:
    """The heading of the contract that is in a column's place, if a heading of a file is one."""
    plain = normalise_heading(heading)
    return next((name for name in column.led_back if normalise_heading(name) == plain), None)


def _overlap(contract: Contract, table: Table, headings: set[str]) -> float:
    """The share of a table's columns that are there, of those that no other table of the source has."""
    named = [names for names in map(_names, table.columns.values()) if names]
    of_others = {
        name
        for other in contract.tables.values()
        if other is not table
        for names in map(_names, other.columns.values())
        for name in names
    }
    own = [names for names in named if of_others.isdisjoint(names)] or named
    if not own:
        return 0.0
    hits = sum(any(name in headings for name in names) for names in own)
    return hits / len(own) if hits >= min(FEWEST_HEADINGS, len(own)) else 0.0


def _has_signature(table: Table, headings: set[str]) -> bool:
    has_all = any(
        signature and all(_is_there(table, name, headings) for name in signature)
        for signature in (table.signature, table.earlier_signature)
    )
    return has_all and not any(normalise_heading(name) in headings for name in table.not_with)


def could_be_a_table(contract: Contract, headings: Iterable[str]) -> bool:
    """Whether headings are those of a table of the source."""
    plain = {normalise_heading(heading) for heading in headings}
    return any(_has_signature(table, plain) for table in contract.tables.values())


def _holds_its_values(table: Table, block: Block) -> bool:
    """Whether a column holds what distinguishes the table from others with its headings; a block without rows may be any."""
    positions = _positions(table, block, None) if len(block.row_numbers) else {}
    return all(
        not set(values).isdisjoint(
            plain_text(str(cell)) for cell in set(block.columns[positions[name]])
        )
        for name, values in table.holds.items()
        if name in positions
    )


def _signed_tables(contract: Contract, block: Block) -> list[str]:
    """The tables whose signature a block has."""
    headings = {normalise_heading(heading) for heading in block.headings}
    return [
        name
        for name, table in contract.tables.items()
        if (_has_signature(table, headings) and _holds_its_values(table, block))
        or _form_of(table, headings)
    ]


def _is_another(table: Table, block: Block, headings: set[str]) -> bool:
    """Whether a block has what distinguishes it from the table."""
    told = any(normalise_heading(name) in headings for name in table.not_with)
    return told or not _holds_its_values(table, block)


def _is_there(table: Table, heading: str, headings: set[str]) -> bool:
    """Whether a heading of a signature is there, under any name that its column is known by."""
    wanted = normalise_heading(heading)
    known = (names for names in map(_names, table.columns.values()) if wanted in names)
    return not headings.isdisjoint(next(known, [wanted]))


def _table_of(contract: Contract, block: Block, found: Collection[str]) -> list[str]:
    """The tables that a block may be; `found`: those that need no guess, as a file has their signature."""
    headings = {normalise_heading(heading) for heading in block.headings}
    if block.sheet is not None:
        sheet = normalise_heading(block.sheet)
        named = [
            name
            for name, table in contract.tables.items()
            if normalise_heading(table.sheet or "") == sheet
        ]
        if named:
            return named
    signed = _signed_tables(contract, block)
    if signed:
        return signed
    scores = {
        name: _overlap(contract, table, headings)
        for name, table in contract.tables.items()
        if name not in found and not _is_another(table, block, headings)
    }
    best = max(scores.values(), default=0.0)
    return (
        [name for name, score in scores.items() if score == best] if best >= ENOUGH_OVERLAP else []
    )


def _form_of(table: Table, headings: set[str]) -> Form | None:
    """The table's form, where the headings are those of a filled one."""
    if table.form is None or _has_signature(table, headings):
        return None
    wanted = {normalise_heading(heading) for heading in table.form.headings.values()}
    return table.form if len(wanted & headings) >= ENOUGH_OVERLAP * len(wanted) else None


def _only_answered(block: Block, form: Form, positions: dict[str, int]) -> Block:
    """The lines of a form that somebody has filled in."""
    answers = [block.columns[positions[name]] for name in form.answers if name in positions]
    answered = [
        place
        for place in range(len(block.row_numbers))
        if any(
            cells[place] is not None and str(cells[place]).strip() not in ("", "-")
            for cells in answers
        )
    ]
    return replace(
        block,
        columns=tuple([cells[place] for place in answered] for cells in block.columns),
        row_numbers=tuple(block.row_numbers[place] for place in answered),
    )


def _positions(table: Table, block: Block, form: Form | None) -> dict[str, int]:
    by_heading = {normalise_heading(heading): place for place, heading in enumerate(block.headings)}
    found: dict[str, int] = {}
    for name, column in table.columns.items():
        names = _names(column) if form is None else [normalise_heading(form.headings.get(name, ""))]
        place = next((by_heading[heading] for heading in names if heading in by_heading), None)
        if place is not None:
            found[name] = place
    return {
        name: place
        for name, place in found.items()
        if normalise_heading(table.columns[name].left_out_with or "") not in by_heading
    }


def _heading_findings(table: Table, found: RecognisedBlock) -> Iterator[Finding]:
    block, positions, form = found.block, found.positions, found.form
    absent = [name for name in table.columns if name not in positions]
    missing = [table.columns[name] for name in absent]
    required = [found.heading_of(table, name) for name in absent if table.columns[name].required]
    if required:
        yield Finding(
            rule="COLUMN_MISSING",
            severity="reject",
            message=f"the table has no column {_quoted(required)}",
            remedy="Add the column, or give it the heading of the template, and send the extract again",
            column=required[0],
        )
        return
    there = {normalise_heading(heading) for heading in block.headings}
    left_out = [
        column.heading
        for column in missing
        if column.left_out_with
        and normalise_heading(column.left_out_with) in there
        and not there.isdisjoint(_names(column))
    ]
    if left_out:
        yield Finding(
            rule="COLUMN_LEFT_OUT",
            severity="warn",
            message=f"another column says the same with more detail, so it is left out: {_quoted(left_out)}",
            remedy="Nothing",
            column=left_out[0],
        )
    optional = [column.heading for column in missing if column.is_expected]
    if optional:
        yield Finding(
            rule="COLUMN_ABSENT",
            severity="warn",
            message=f"the table has no column {_quoted(optional)}: read as if its cells were empty",
            remedy="Add the column if the system has it",
            column=optional[0],
        )
    # A heading that may be in a column's place is read only where it does.
    known = {
        normalise_heading(name)
        for column in table.columns.values()
        for name in (column.heading, *column.aliases)
    } | {normalise_heading(block.headings[place]) for place in positions.values()}
    if form is not None:
        known |= {normalise_heading(name) for name in (*form.headings.values(), *form.shown)}
    unknown = [
        Received("column", number, heading)
        for number, heading in enumerate(block.headings, start=1)
        if normalise_heading(heading) not in known
    ]
    if unknown:
        yield Finding(
            rule="COLUMN_UNKNOWN",
            severity="warn",
            message="not in the template, left out",
            remedy="Nothing, unless one of them is a renamed column",
            column=unknown[0],
            names=tuple(unknown),
        )
    renamed = [
        block.headings[place]
        for name, place in positions.items()
        if table.columns[name].is_stored
        and form is None
        and leads_back(table.columns[name], block.headings[place]) is None
        and plain_heading(block.headings[place]) != plain_heading(table.columns[name].heading)
    ]
    if renamed:
        yield Finding(
            rule="COLUMN_RENAMED",
            severity="warn",
            message=f"known by another name or spelling, read: {_quoted(renamed)}",
            remedy="Use the headings of the template",
            column=renamed[0],
        )


def _quoted(names: list[str]) -> str:
    """Names of the contract, in a message."""
    return listed(map(repr, names))


def _unknown_file(contract: Contract, sheets: list[Name | None]) -> Finding:
    """One message about a file, whatever the number of its sheets that are nothing of this source."""
    named = tuple(sheet for sheet in sheets if sheet is not None)
    if contract.of_a_release:
        return Finding(
            rule="TABLE_UNKNOWN",
            severity="warn",
            message="not used",
            remedy="Nothing, if the file of the release that is wanted is there",
            names=named,
        )
    return Finding(
        rule="TABLE_UNKNOWN",
        severity="warn",
        message=f"{'no' if named else 'not a'} table of this source, left out",
        remedy=CHECK_THE_FOLDER,
        names=named,
    )


def _ambiguous(candidates: list[str]) -> Finding:
    return Finding(
        rule="TABLE_UNKNOWN",
        severity="reject",
        message=f"the headings fit more than one table ({', '.join(candidates)})",
        remedy=CHECK_THE_FOLDER,
    )


def absent_tables(contract: Contract, found: Collection[str]) -> Iterator[Finding]:
    """One message about all tables that a submission of several tables does not hold, and one for each
    that it must hold; nothing where it holds none at all."""
    if not found:
        return
    for name, table in contract.tables.items():
        if table.must_be_present and name not in found:
            yield Finding(
                rule="TABLE_ABSENT",
                severity="reject",
                message=f"the submission has no table {table.title}, which it must have",
                remedy="Send the whole extract again",
                table=name,
            )
    absent = [
        f"{table.sheet} ({table.title})" if table.sheet else table.title
        for name, table in contract.tables.items()
        if name not in found and not table.recognised_only
    ]
    if absent and contract.level == "la" and contract.on_failed_table == "absent":
        yield Finding(
            rule="TABLE_ABSENT",
            severity="warn",
            message=f"the submission has no table {'; '.join(absent)}: for its days nothing is known from there",
            remedy="Send the whole extract again if it should be there",
        )


def recognise(contract: Contract, files: Iterable[tuple[Received, list[Block]]]) -> Recognition:
    """Match every block of every file to a table of the contract."""
    files = list(files)
    signed = {
        name for _, blocks in files for block in blocks for name in _signed_tables(contract, block)
    }
    found: dict[str, list[RecognisedBlock]] = defaultdict(list)
    findings: list[Finding] = []
    for file, blocks in files:
        recognised, here = _recognise_file(
            contract, file, blocks, signed if contract.of_a_release else ()
        )
        findings += here
        for block in recognised:
            found[block.table].append(block)
    for name, blocks_of_table in found.items():
        several = _several(contract, blocks_of_table)
        if several is not None:
            findings.append(several.placed(table=name))
    if contract.of_a_release:
        findings = _unused_together(findings)
    failed = frozenset(
        finding.table for finding in findings if finding.table and finding.severity == "reject"
    )
    return Recognition(dict(found), failed, tuple(findings))


def _unused_together(findings: list[Finding]) -> list[Finding]:
    """The same with one message about all files of a release that are not used."""
    unused = [finding for finding in findings if finding.rule == "TABLE_UNKNOWN" and finding.file]
    alike: dict[Finding, list[Name]] = defaultdict(list)
    for finding in unused:
        alike[finding.placed(file=None)] += finding.files
    return [
        *(finding for finding in findings if finding not in unused),
        *(finding.placed(file=tuple(files)) for finding, files in alike.items()),
    ]


def _recognise_file(
    contract: Contract, file: Received, blocks: list[Block], signed: Collection[str]
) -> tuple[list[RecognisedBlock], list[Finding]]:
    recognised: list[RecognisedBlock] = []
    findings: list[Finding] = []
    unknown: list[Name | None] = []
    for number, block in enumerate(blocks, start=1):
        sheet = _sheet_named(contract, block, number)
        candidates = _table_of(contract, block, signed)
        if len(candidates) == 1:
            found, here = _recognised(contract, candidates[0], file, sheet, block)
            recognised.append(found)
        elif candidates and block.rejected is None:
            here = [_ambiguous(candidates)]
        else:
            here = list(_reader_findings(block)) if block.rejected is not None else []
            unknown += [sheet] if block.rejected is None and not _is_empty_module(block) else []
        findings += [finding.placed(file=file, sheet=sheet) for finding in here]
    explained = {name for found in recognised if found.form for name in found.form.explained_on}
    unknown = [
        sheet for sheet in unknown if not (isinstance(sheet, Received) and sheet.name in explained)
    ]
    if unknown:
        findings.append(_unknown_file(contract, unknown).placed(file=file))
    return recognised, findings


def _sheet_named(contract: Contract, block: Block, number: int) -> Name | None:
    """The name of a block's sheet: the contract's own, that of a module of a return, or one that came with the file."""
    if block.sheet is None or _is_module(block):
        return block.sheet
    ours = {
        normalise_heading(table.sheet): table.sheet
        for table in contract.tables.values()
        if table.sheet
    }
    return ours.get(normalise_heading(block.sheet)) or Received("sheet", number, block.sheet)


def _is_module(block: Block) -> bool:
    """Whether a block is a module that the reader of a return knows."""
    return block.sheet is not None and block.header_row == 0 and bool(block.headings)


def _is_empty_module(block: Block) -> bool:
    """A module that the reader of a return knows, that the year's contract does not, and that is not there."""
    return _is_module(block) and not len(block.row_numbers)


def _recognised(
    contract: Contract, name: str, file: Received, sheet: Name | None, block: Block
) -> tuple[RecognisedBlock, list[Finding]]:
    table = contract.tables[name]
    form = _form_of(table, {normalise_heading(heading) for heading in block.headings})
    positions = _positions(table, block, form)
    here = list(_reader_findings(block))
    if form is not None and block.rejected is None:
        block = _only_answered(block, form, positions)
    found = RecognisedBlock(file, name, block, positions, form, sheet)
    if block.rejected is None:
        here += _heading_findings(table, found)
    return found, [finding.placed(table=name) for finding in here]


def _several(contract: Contract, blocks: list[RecognisedBlock]) -> Finding | None:
    # a form has a sheet for each who is asked; any other table is in a file once
    others = [block.file for block in blocks if block.form is None]
    same_file = len(set(others)) < len(others)
    if len(blocks) == 1 or (contract.several_files == "append" and not same_file):
        return None
    sheets = tuple(block.sheet for block in blocks if block.sheet is not None)
    return Finding(
        rule="TABLE_TWICE",
        severity="reject",
        message="several places hold this table",
        remedy="Leave one of them in the folder, or rename the sheet that is not the table",
        file=tuple(dict.fromkeys(block.file for block in blocks)),
        names=sheets if same_file else (),
    )


def rejection(rejected: FileRejected) -> Finding:
    """What a reader refused, as a finding."""
    message, remedy = split_message(rejected.message)
    return Finding(
        rule=rejected.code,
        severity="reject",
        message=message,
        remedy=remedy,
        column=rejected.column,
        names=rejected.names,
        rows=() if rejected.row is None else (rejected.row,),
        n_rows=0 if rejected.row is None else 1,
    )


def _reader_findings(block: Block) -> Iterator[Finding]:
    if block.rejected is not None:
        yield rejection(block.rejected)
    for note in block.notes:
        yield Finding(
            rule=note.code,
            severity="warn",
            message=note.message,
            remedy="Check the file if this is not intended",
            names=note.names,
        )
