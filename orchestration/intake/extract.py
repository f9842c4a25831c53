"""One submission version -> its rows, typed and pseudonymised, per table, with its cover and its findings.

Works on files only: no ledger, no decision about a row (`judging.py`) or about which version is used. Safe to run in a worker process:
nothing it raises or returns holds a cell's value.
"""

from __future__ import annotations

import os
import re
import shutil
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import feather

from expectations.checks import UNMAPPED
from expectations.contract import Contract, Table, contract_for
from orchestration.checks.tables import CellCount
from orchestration.intake.cover import collection_year, cover_of, date_in_name
from orchestration.intake.findings import Finding
from orchestration.intake.manifest import MANIFEST, disagreements
from orchestration.intake.names import Name, Received, files_named
from orchestration.intake.readers import (
    Block,
    FileRejected,
    Wanted,
    read_file,
    takes_too_much,
)
from orchestration.intake.tables.belonging import (
    REFUSING,
    of_an_earlier_year,
    of_another,
    of_two_years,
    same_as_another_month,
    without_rows,
    without_what_began_before,
)
from orchestration.intake.tables.cells import (
    PLACEHOLDERS,
    TWO_DIGIT_YEARS,
    parse_date,
    parse_identifier,
)
from orchestration.intake.tables.headings import normalise_heading
from orchestration.intake.tables.led_back import lead_back
from orchestration.intake.tables.recognise import (
    RecognisedBlock,
    Recognition,
    absent_tables,
    could_be_a_table,
    recognise,
    rejection,
)
from orchestration.intake.tables.typed_tables import (
    Place,
    Sender,
    Typed,
    as_received,
    identifiers_of,
    places_of,
    typed_table,
)

# Beside the rows of the tables, none of which is called so.
IDENTIFIERS = "_identifiers"
# In the place of a verdict: nothing of it is kept or entered, and the next run tries again.
NOT_READ = "NOT_READ"
# By these rules a version is refused for what befell its reader, which need not lie in the version.
BROKEN_OFF = frozenset({"INTERNAL_ERROR", "TOO_LARGE"})
ReadFile = Callable[[Path, frozenset[str], Wanted | None], list[Block]]


@dataclass(frozen=True)
class SubmissionFiles:
    """What a worker needs to read one version."""

    submission_id: str
    area_code: str
    source: str
    folder_as_at: date
    files: tuple[Path, ...]
    look_back_months: int
    dfe_code: str | None
    fingerprint: str
    same_as_month: str | None = None
    """Another month of the same source and area whose files are the same."""
    is_first: bool = False
    """Whether nothing of the source was accepted from the area before."""
    given_up: tuple[Path, ...] = ()
    """Files that ended the worker that read them."""


@dataclass
class TableCounts:
    """Received = loaded + deduplicated + quarantined; a failed table counts as absent, so all are 0."""

    received: int = 0
    loaded: int = 0
    deduplicated: int = 0
    quarantined: int = 0
    cover_from: date | None = None
    cover_to: date | None = None
    failed: bool = False
    units: tuple[str, ...] = ()
    """The units of replacement that the table names."""
    places: list[Place] = field(default_factory=list)
    """The files and sheets that the rows are in; known while the version is taken in."""
    cells: dict[str, CellCount] = field(default_factory=dict)
    """Each column that decides what counts and holds cells that say nothing."""

    @property
    def files(self) -> tuple[Name, ...]:
        """The files that the rows are in."""
        return tuple(dict.fromkeys(place.file for place in self.places if place.file is not None))


@dataclass
class Extraction:
    """The outcome for one version."""

    submission_id: str
    fingerprint: str
    as_at_date: date
    verdict: str
    reason: str
    tables: dict[str, TableCounts] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    same_as_month: str | None = None
    """The month whose files were the same when it was read."""


def as_received_file(target: Path, table: str) -> Path:
    """Where the rows of a table, or the identifiers, are kept between reading and judging."""
    return target / f"{table}.arrow"


def read_version(submission: SubmissionFiles, secret: bytes, target: Path) -> Extraction:
    """Read one version and write its rows, as received, and its identifiers to a folder, which is made here.

    Never raises for bad input: the verdict says it.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(mode=0o700, parents=True)
    try:
        return _read(submission, secret, target)
    except MemoryError:
        # Only the process that confines the reading knows that it was the file's fault.
        raise
    except Exception as error:  # noqa: BLE001 -- a message could hold a value, so only the place is kept
        return broken_off(submission, error)


def broken_off(submission: SubmissionFiles, error: Exception) -> Extraction:
    """The verdict on a version that a fault of the program kept from being taken in; only its place is given."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    finding = Finding(
        rule="INTERNAL_ERROR",
        severity="reject",
        message=f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno} while reading",
        remedy="This is a fault of the program: report it with this line",
    )
    return _refused_whole(submission, finding)


def given_up_whole(submission: SubmissionFiles, target: Path) -> Extraction:
    """The verdict on a version that ended its worker after all its files had been read one by one."""
    _empty(target)
    return _refused_whole(submission, rejection(takes_too_much(*submission.files)))


def not_read(submission: SubmissionFiles, target: Path, why: str) -> Extraction:
    """No verdict on a version: what kept it from being read lies neither in it nor in the program."""
    _empty(target)
    return Extraction(
        submission.submission_id, submission.fingerprint, submission.folder_as_at, NOT_READ, why
    )


def _empty(target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    _in_hand_file(target).unlink(missing_ok=True)
    target.mkdir(parents=True)


def _refused_whole(submission: SubmissionFiles, finding: Finding) -> Extraction:
    finding = finding.placed(file=tuple(files_named(submission.files).values()))
    return Extraction(
        submission.submission_id, submission.fingerprint, submission.folder_as_at, "rejected",
        finding.text(), findings=[finding], same_as_month=submission.same_as_month,
    )  # fmt: skip


def _read(submission: SubmissionFiles, secret: bytes, target: Path) -> Extraction:
    contract = contract_for(submission.source, collection_year(submission.folder_as_at))
    files, findings = _read_marked(contract, submission, target)
    n_rows = {
        name: sum(len(block.row_numbers) for block in blocks)
        for name, blocks in files
        if not all(block.rejected for block in blocks)
    }
    findings += disagreements(files_named(submission.files), n_rows)
    recognition = lead_back(contract, recognise(contract, files))
    if not findings:
        # A file that could not be read has been named already, and may be the table that is not there.
        findings += absent_tables(contract, recognition.blocks.keys())
    findings += recognition.findings
    as_at, header_findings = _header_facts(submission, recognition)
    as_at = min([as_at, *_dates_in_names(contract, submission.files, recognition)])
    findings += header_findings
    extraction = Extraction(
        submission.submission_id, submission.fingerprint, as_at, "accepted", "",
        same_as_month=submission.same_as_month,
    )  # fmt: skip
    sender = Sender(submission.submission_id, submission.area_code, secret)
    identifiers: list[pd.DataFrame] = []
    read: dict[str, tuple[Table, Typed]] = {}
    for name, blocks in recognition.blocks.items():
        table = contract.tables[name]
        if table.instead:
            findings += [_not_the_table(table, name, found) for found in blocks]
            continue
        counts = extraction.tables[name] = TableCounts(failed=name in recognition.failed)
        if counts.failed:
            continue
        counts.received = sum(len(block.block.row_numbers) for block in blocks)
        cover = cover_of(table.cover, as_at, submission.look_back_months)
        counts.cover_from, counts.cover_to = cover or (None, None)
        counts.places = places_of(blocks)
        if table.recognised_only:
            counts.loaded = counts.received
            continue
        typed = typed_table(contract, name, blocks, as_at.year)
        read[name] = table, typed
        counts.units, counts.cells = _units(table, typed), _cells(table, typed)
        findings += [
            finding.placed(file=counts.files, table=name)
            for finding in (
                *_notes_on_values(table, typed),
                *of_another(table, typed, submission.dfe_code, cover),
                *without_what_began_before(table, typed, cover),
                *(_several_years(table, typed, blocks) if contract.tells_its_year else ()),
            )
        ]
        rows, named = as_received(table, typed, blocks, sender)
        _write(rows, as_received_file(target, name))
        identifiers += named
    extraction.findings = [*findings, *_of_the_whole(contract, submission, extraction, read)]
    _settle_verdict(contract, extraction)
    _write(identifiers_of(identifiers, sender), as_received_file(target, IDENTIFIERS))
    return extraction


def _write(rows: pa.Table, file: Path) -> None:
    feather.write_feather(rows, file, compression="uncompressed")


def _not_the_table(table: Table, name: str, found: RecognisedBlock) -> Finding:
    """What is often mistaken for a table of the source."""
    return Finding(
        "NOT_THE_TABLE", "warn", f"this is another list: {table.title}; left out", str(table.instead),
        file=found.file, sheet=found.sheet, table=name,
    )  # fmt: skip


def _of_the_whole(
    contract: Contract,
    submission: SubmissionFiles,
    extraction: Extraction,
    read: dict[str, tuple[Table, Typed]],
) -> Iterable[Finding]:
    """What is to be said about a version of an authority as a whole."""
    if contract.level != "la" or not read:
        return
    usable = {name: extraction.tables[name] for name in read}
    n_rows = sum(counts.received for counts in usable.values())
    yield from same_as_another_month(submission.same_as_month, n_rows)
    empty = [
        contract.tables[name].sheet or contract.tables[name].title
        for name in contract.tables
        # A form that nobody filled in is no list without rows.
        if name in usable and not usable[name].received and contract.tables[name].form is None
    ]
    yield from without_rows(empty, is_all=not n_rows, is_first=submission.is_first)
    begins = [counts.cover_from for counts in usable.values() if counts.cover_from is not None]
    if contract.tells_its_year and begins:
        yield from of_an_earlier_year(read, min(begins))


def _in_hand_file(target: Path) -> Path:
    return target.with_name(f"{target.name}.in_hand")


def file_in_hand(target: Path) -> Path | None:
    """The file of a version that was being read when its worker died; None where it was none in particular."""
    marked = _in_hand_file(target)
    return Path(os.fsdecode(marked.read_bytes())) if marked.exists() else None


def _read_marked(
    contract: Contract, submission: SubmissionFiles, target: Path
) -> tuple[list[tuple[Received, list[Block]]], list[Finding]]:
    """Read all files of a version; which one is in hand can be seen should this process not survive it."""
    in_hand = _in_hand_file(target)

    def read(path: Path, known_headings: frozenset[str], wanted: Wanted | None) -> list[Block]:
        if path in submission.given_up:
            raise takes_too_much(path)
        in_hand.write_bytes(os.fsencode(path))
        return read_file(path, known_headings, wanted)

    found = read_files(contract, submission.files, read)
    in_hand.unlink(missing_ok=True)
    return found


def read_files(
    contract: Contract, paths: Iterable[Path], read: ReadFile
) -> tuple[list[tuple[Received, list[Block]]], list[Finding]]:
    """The blocks of each file that can be read, and what is said of the others.

    One that cannot be read counts as its table where it has the headings of one: that table has failed and is not absent.
    """
    known = frozenset(normalise_heading(heading) for heading in contract.headings())
    wanted = partial(could_be_a_table, contract) if contract.of_a_release else None
    files: list[tuple[Received, list[Block]]] = []
    findings: list[Finding] = []
    for path, name in files_named(paths).items():
        if path.name == MANIFEST:
            continue
        try:
            files.append((name, read(path, known, wanted)))
        except FileRejected as rejected:
            if could_be_a_table(contract, rejected.headings):
                block = Block.without_rows(None, rejected.headings, rejected=rejected)
                files.append((name, [block]))
            else:
                findings.append(rejection(rejected).placed(file=name))
    return files, findings


def _dates_in_names(
    contract: Contract, paths: Iterable[Path], recognition: Recognition
) -> Iterable[date]:
    """The days that the names of the files that are used give, where a source says it so."""
    used = {
        found.file
        for name, blocks in recognition.blocks.items()
        if not contract.tables[name].instead
        for found in blocks
    }
    files = files_named(paths if contract.date_in_file_name else ())
    return filter(None, (date_in_name(path.name) for path, name in files.items() if name in used))


def _header_facts(
    submission: SubmissionFiles, recognition: Recognition
) -> tuple[date, list[Finding]]:
    """The content's own date where it is earlier than the folder's, and whether the area is right."""
    as_at, findings = submission.folder_as_at, []
    for found in recognition.blocks.get("header", []) if submission.source == "cin_census" else []:
        cells = {
            normalise_heading(heading): column[0]
            for heading, column in zip(found.block.headings, found.block.columns, strict=True)
            if len(column)
        }
        reference = parse_date(cells.get("referencedate") or "")
        if not isinstance(reference, date):
            findings.append(
                Finding("REFERENCE_DATE", "reject", "the header has no readable ReferenceDate",
                        "Give it as yyyy-mm-dd", file=found.file, sheet="header", column="ReferenceDate")
            )  # fmt: skip
        else:
            as_at = min(as_at, reference)
        lea = parse_identifier(cells.get("lea") or "")
        if submission.dfe_code is not None and lea != submission.dfe_code:
            other = f"authority {lea}" if re.fullmatch(r"\d{3}", str(lea)) else "another authority"
            findings.append(
                Finding("OTHER_AREA", "reject", f"the file is of {other}, the folder of "
                        f"{submission.dfe_code}", "Put the file into the folder of its authority",
                        file=found.file, sheet="header", column="LEA")
            )  # fmt: skip
    return as_at, findings


NOTES = {
    PLACEHOLDERS: ("hold a placeholder for 'not known' (a negative count, 1 January 1900, 31 December 9999)",
                   "Nothing, if no value is known: they were read as empty"),
    TWO_DIGIT_YEARS: ("have a year of two digits, read as the newest year that is not after the extract's",
                      "Export dates with four digits of the year"),
}  # fmt: skip


def _several_years(table: Table, typed: Typed, blocks: list[RecognisedBlock]) -> Iterable[Finding]:
    lengths = [len(found.block.row_numbers) for found in blocks]
    return of_two_years(table, typed, np.repeat(np.arange(len(blocks)), lengths))


def _notes_on_values(table: Table, typed: Typed) -> Iterable[Finding]:
    """One warning per column about cells that were read by a rule of ours."""
    # A missing key date has a message of its own, for each row.
    key_dates = {record.key_date for record in table.records.values()}
    for column, values in typed.items():
        for rule, count in values.notes.items():
            if rule == PLACEHOLDERS and column in key_dates:
                continue
            message, remedy = NOTES[rule]
            yield Finding(
                rule, "warn", f"{count} cell(s) {message}", remedy, sheet=table.sheet,
                column=table.columns[column].heading,
            )  # fmt: skip


def _units(table: Table, typed: Typed) -> tuple[str, ...]:
    """The units that the table names, as text, in order."""
    columns = [typed[name].values.astype("string") for name in table.unit]
    if not columns:
        return ()
    named = pd.concat(columns, axis=1).dropna().drop_duplicates()
    return tuple(sorted(" ".join(unit) for unit in named.itertuples(index=False)))


def _cells(table: Table, typed: Typed) -> dict[str, CellCount]:
    """The columns that decide what counts of which some cells say nothing."""
    found: dict[str, CellCount] = {}
    for name in sorted(table.decisive_columns):
        column = typed[name]
        unread = column.is_unreadable.copy()
        if table.columns[name].type == "code":
            unread |= column.values.eq(UNMAPPED).fillna(False).to_numpy(bool)
        if unread.any():
            filled = unread | column.values.notna().to_numpy()
            found[name] = CellCount(int(filled.sum()), int(unread.sum()), column.unlisted)
    return found


def _settle_verdict(contract: Contract, extraction: Extraction) -> None:
    rejects = [finding for finding in extraction.findings if finding.severity == "reject"]
    reasons = "; ".join(dict.fromkeys(finding.text() for finding in rejects))
    nothing_recognised = not extraction.tables
    is_refused = any(finding.rule in REFUSING for finding in rejects)
    must_reject = is_refused or (bool(rejects) and contract.on_failed_table == "reject_submission")
    extraction.reason = reasons
    if nothing_recognised or must_reject:
        extraction.verdict = "rejected"
        extraction.reason = reasons or _nothing_recognised(contract, extraction).text()
        for counts in extraction.tables.values():
            counts.received = counts.loaded = counts.deduplicated = counts.quarantined = 0


def _nothing_recognised(contract: Contract, extraction: Extraction) -> Finding:
    """One message about the whole folder in place of one for each file in it."""
    unknown = [finding for finding in extraction.findings if finding.rule == "TABLE_UNKNOWN"]
    extraction.findings = [finding for finding in extraction.findings if finding not in unknown]
    sought = "; ".join(
        f"{table.sheet or table.title} by {' and '.join(map(repr, table.signature))}"
        for table in contract.tables.values()
        if table.signature and not table.instead
    )
    refused = Finding(
        rule="NOTHING_RECOGNISED",
        severity="reject",
        message=f"nothing in the folder is a table of {contract.source}, of which these headings were sought: {sought}",
        remedy="Check that the files are in the right folder and have the headings of the template that `cypp forms "
        "--templates` writes",
        file=tuple(file for finding in unknown for file in finding.files),
    )
    extraction.findings.append(refused)
    return refused
