"""One submission version -> typed, pseudonymised Parquet per table, with its cover and its findings.

Works on files only: no ledger, no decision about which version serves. Safe to run in a worker process:
nothing it raises or returns holds a cell's value.
"""

from __future__ import annotations

import re
import shutil
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter

from expectations.contract import IDENTIFIER_TYPES, Contract, LookedUp, Table, contract_for
from orchestration.intake.belonging import of_another
from orchestration.intake.cells import (
    DTYPES,
    UNMAPPED,
    TypedColumn,
    is_wrong_upn,
    parse_date,
    parse_identifier,
    type_column,
)
from orchestration.intake.cover import collection_year, cover_of, date_in_name
from orchestration.intake.findings import SHOWN_ROWS, Finding, shown_name
from orchestration.intake.headings import normalise_heading
from orchestration.intake.keys import hash_column
from orchestration.intake.readers import Block, FileRejected, read_file
from orchestration.intake.recognise import (
    RecognisedBlock,
    Recognition,
    absent_tables,
    recognise,
    rejection,
)
from orchestration.intake.records import Judged, Place, RowPlaces, judge

EXTRACTION_FILE = "extraction.json"
ARROW_TYPES = {
    "date": pa.date32(), "integer": pa.int64(), "decimal": pa.float64(), "flag": pa.bool_(),
    "academic_year": pa.int64(), "week": pa.date32(),
}  # fmt: skip
ROW_COLUMNS = {
    "submission_id": pa.string(), "row_id": pa.int64(), "source_row": pa.int64(),
    "unreadable_columns": pa.string(), "doubted_columns": pa.string(),
}  # fmt: skip
SET_ASIDE_FOLDER = "set_aside"
# What an identifier of a type is scoped by, so that ids of two systems never meet (contract.md 2, 'Keys').
KEY_KINDS = {
    "child_id": "child", "person_id": "person", "young_person_id": "yp", "applicant_id": "applicant",
    "record_id": "record",
}  # fmt: skip


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

    def say_what_became(self, judged: Judged) -> None:
        """Count the rows by what became of them."""
        self.loaded = int(judged.kept.sum())
        self.deduplicated = int(judged.deduplicated.sum())
        self.quarantined = int(judged.quarantined.sum())


@dataclass
class Extraction:
    """The outcome for one version, as stored beside its Parquet files."""

    submission_id: str
    fingerprint: str
    as_at_date: date
    verdict: str
    reason: str
    tables: dict[str, TableCounts] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def save(self, folder: Path) -> None:
        """Write it beside the tables."""
        (folder / EXTRACTION_FILE).write_bytes(_STORED.dump_json(self, indent=1))


_STORED = TypeAdapter(Extraction)


def load_extraction(folder: Path) -> Extraction:
    """Read back what `Extraction.save` wrote."""
    return _STORED.validate_json((folder / EXTRACTION_FILE).read_bytes())


def raw_schema(table: Table) -> pa.Schema:
    """The Parquet schema of a table in `raw/`."""
    columns = {
        column.stored_name(name): ARROW_TYPES.get(column.type, pa.string())
        for name, column in table.stored_columns.items()
    }
    carries = {f"has_{record}": pa.bool_() for record in table.records}
    return pa.schema([*ROW_COLUMNS.items(), *columns.items(), *carries.items()])


def unit_table(table_name: str) -> str:
    """The name of the table in `raw/` with the units of replacement that a table names."""
    return f"{table_name}_units"


def unit_schema(table: Table) -> pa.Schema:
    """The Parquet schema of the units of replacement."""
    columns = {name: ARROW_TYPES.get(table.columns[name].type, pa.string()) for name in table.unit}
    return pa.schema([("submission_id", pa.string()), *columns.items()])


def extract(
    submission: SubmissionFiles, secret: bytes, target: Path, restricted: Path
) -> Extraction:
    """Read one version and write its tables to `target`; identifiers go to `restricted` only.

    `target` and `restricted` are folders (made here). Never raises for bad input: the verdict says it.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    try:
        extraction = _extract(submission, secret, target, restricted)
    except Exception as error:  # noqa: BLE001 -- a message could hold a value, so only the place is kept
        extraction = _broken_off(submission, error)
    extraction.save(target)
    return extraction


def _broken_off(submission: SubmissionFiles, error: Exception) -> Extraction:
    place = traceback.extract_tb(error.__traceback__)[-1]
    finding = Finding(
        rule="INTERNAL_ERROR",
        severity="reject",
        message=f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno} while reading",
        remedy="This is a fault of the program: report it with this line",
        file=", ".join(shown_name(path.name) for path in submission.files),
    )
    return Extraction(
        submission.submission_id, submission.fingerprint, submission.folder_as_at, "rejected",
        finding.text(), findings=[finding],
    )  # fmt: skip


def _extract(
    submission: SubmissionFiles, secret: bytes, target: Path, restricted: Path
) -> Extraction:
    contract = contract_for(submission.source, collection_year(submission.folder_as_at))
    files, findings = _read_all(contract, submission.files)
    recognition = recognise(contract, files)
    if not findings:
        # A file that could not be read has been named already, and may be the table that is not there.
        findings += absent_tables(contract, recognition.blocks.keys())
    findings += recognition.findings
    as_at, header_findings = _header_facts(submission, recognition)
    if contract.date_in_file_name:
        as_at = min([as_at, *filter(None, (date_in_name(path.name) for path in submission.files))])
    findings += header_findings
    extraction = Extraction(submission.submission_id, submission.fingerprint, as_at, "accepted", "")
    identifiers: list[pd.DataFrame] = []
    looked_into: dict[str, _Loaded] = {}
    for name in _in_order(contract, recognition.blocks):
        blocks, table = recognition.blocks[name], contract.tables[name]
        counts = extraction.tables[name] = TableCounts()
        counts.failed = name in recognition.failed
        if counts.failed:
            continue
        counts.received = sum(len(block.block.row_numbers) for block in blocks)
        cover = cover_of(table.cover, as_at, submission.look_back_months)
        counts.cover_from, counts.cover_to = cover or (None, None)
        if table.recognised_only:
            counts.loaded = counts.received
            continue
        typed = _typed_table(contract, name, blocks)
        typed |= _looked_up(contract, name, typed, recognition, looked_into)
        loaded = _load_table(name, table, typed, blocks, as_at)
        if any(name in other.takes_values_of for other in contract.tables.values()):
            looked_into[name] = loaded
        of_elsewhere = list(of_another(table, loaded.typed, submission.dfe_code, cover))
        findings += [finding.placed(file=loaded.files, table=name) for finding in of_elsewhere]
        # Nothing is said about the rows of a file that is not theirs to answer for.
        findings += [] if of_elsewhere else loaded.findings
        findings += _outside_cover(table, loaded, counts.cover_from)
        counts.say_what_became(loaded.judged)
        counts.units = _units(table, loaded)
        identifiers += _write_table(submission, table, name, loaded, secret, target)
    extraction.findings = findings
    _settle_verdict(contract, extraction)
    if extraction.verdict == "accepted":
        _write_identifiers(identifiers, restricted, submission.submission_id)
    return extraction


def _read_all(
    contract: Contract, paths: Iterable[Path]
) -> tuple[list[tuple[str, list[Block]]], list[Finding]]:
    known = frozenset(normalise_heading(heading) for heading in contract.headings())
    files: list[tuple[str, list[Block]]] = []
    findings: list[Finding] = []
    for path in paths:
        name = shown_name(path.name)
        try:
            files.append((name, read_file(path, known)))
        except FileRejected as rejected:
            findings.append(rejection(rejected).placed(file=name))
    return files, findings


def recognised_blocks(
    contract: Contract, paths: Iterable[Path]
) -> dict[str, list[RecognisedBlock]]:
    """The tables of a version as they were received, for checks that need what `raw/` leaves out."""
    return recognise(contract, _read_all(contract, paths)[0]).blocks


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


_Typed = dict[str, TypedColumn]


@dataclass(frozen=True)
class _Loaded:
    typed: dict[str, TypedColumn]
    judged: Judged
    source_rows: np.ndarray
    files: str
    findings: list[Finding]


def _in_order(contract: Contract, names: Iterable[str]) -> list[str]:
    """Tables as they came, those that look something up in another after it."""
    waiting, ordered = list(names), list[str]()
    while waiting:
        free = [
            name for name in waiting
            if not contract.tables[name].takes_values_of.intersection(waiting)
        ] or waiting  # fmt: skip
        ordered += free
        waiting = [name for name in waiting if name not in free]
    return ordered


def _typed_table(contract: Contract, name: str, blocks: list[RecognisedBlock]) -> _Typed:
    """What the files of a table hold, typed."""
    return {
        column_name: _typed_column(contract, name, column_name, blocks)
        for column_name, column in contract.tables[name].stored_columns.items()
        if column.looked_up is None
    }


def _typed_column(
    contract: Contract, name: str, column: str, blocks: list[RecognisedBlock]
) -> TypedColumn:
    described = contract.tables[name].columns[column]
    cells = _cells(blocks, column)
    return type_column(cells, described, contract.code_lists, contract.no_value)


def _looked_up(
    contract: Contract,
    name: str,
    own: _Typed,
    recognition: Recognition,
    loaded: Mapping[str, _Loaded],
) -> _Typed:
    """What the other tables of the submission say about the rows of a table; null where they are not there."""
    found: _Typed = {}
    for column_name, column in contract.tables[name].columns.items():
        place = column.looked_up
        if place is None:
            continue
        ids = own[place.by].values
        values = pd.Series(pd.array([None] * len(ids), dtype=DTYPES[column.type]))
        is_usable = place.table in recognition.blocks and place.table not in recognition.failed
        if place.column is None and is_usable:
            others = _typed_column(contract, place.table, place.by, recognition.blocks[place.table])
            is_upn = contract.tables[place.table].columns[place.by].type == "upn"
            n_wrong = int(is_wrong_upn(others.values).sum()) if is_upn else 0
            values = _stand_in(ids, others.values, n_wrong)
        elif place.column is not None and place.table in loaded:
            values = _values_by(place, ids, loaded[place.table])
        found[column_name] = TypedColumn(values, np.zeros(len(ids), dtype=bool))
    return found


def _stand_in(ids: pd.Series, others: pd.Series, n_wrong: int) -> pd.Series:
    """Whether another table has a row with the id; null where a row of it without a right id may be that row.

    The owner is asked about that row; those that belong to it are not another fault.
    """
    there = ids.isin(others.dropna()).astype("boolean").where(ids.notna())
    absent = ids[~there.fillna(True).astype(bool)]
    nameless = int(others.isna().sum()) + n_wrong
    return there.where(there.fillna(True) | (absent.nunique() > nameless))


def _values_by(place: LookedUp, ids: pd.Series, other: _Loaded) -> pd.Series:
    """The value that another table's counting row with the same id holds."""
    kept = pd.DataFrame(
        {"id": other.typed[place.by].values, "value": other.typed[str(place.column)].values}
    )[other.judged.kept].drop_duplicates("id")
    places = pd.Index(kept["id"]).get_indexer(ids)
    places[ids.isna().to_numpy()] = -1
    return pd.Series(kept["value"].array.take(places, allow_fill=True))


def _load_table(
    name: str, table: Table, typed: _Typed, blocks: list[RecognisedBlock], as_at: date
) -> _Loaded:
    source_rows = np.concatenate(
        [np.asarray(found.block.row_numbers, dtype=np.int64) for found in blocks]
    )
    judged = judge(name, table, typed, as_at, _places(blocks, source_rows))
    files = ", ".join(dict.fromkeys(found.file for found in blocks))
    return _Loaded(typed, judged, source_rows, files, list(judged.findings))


def _places(blocks: list[RecognisedBlock], source_rows: np.ndarray) -> RowPlaces:
    """Each row's own file and sheet: a row number alone says nothing where a table comes in several."""
    overlong = [np.isin(found.block.row_numbers, found.block.overlong_rows) for found in blocks]
    lengths = [len(found.block.row_numbers) for found in blocks]
    return RowPlaces(
        source_rows,
        np.concatenate(overlong).astype(bool),
        np.repeat(np.arange(len(blocks)), lengths),
        tuple(
            Place(found.file, found.block.sheet, found.form.headings if found.form else {})
            for found in blocks
        ),
    )


def _cells(blocks: list[RecognisedBlock], column: str) -> list[object]:
    cells: list[object] = []
    for found in blocks:
        place = found.positions.get(column)
        cells += (
            [None] * len(found.block.row_numbers) if place is None else found.block.columns[place]
        )
    return cells


def _outside_cover(table: Table, loaded: _Loaded, cover_from: date | None) -> Iterable[Finding]:
    """A warning about rows none of whose records lies in the days that the table covers."""
    dated_by = [record.end_column or record.key_date for record in table.records.values()]
    if cover_from is None or table.cover == "state" or not dated_by or None in dated_by:
        return
    early = loaded.judged.kept.copy()
    for (name, _), column in zip(table.records.items(), dated_by, strict=True):
        before = (loaded.typed[str(column)].values < cover_from).fillna(False).to_numpy(dtype=bool)
        early &= before | ~loaded.judged.carries[name]
    if early.any():
        reaches_back = (
            "If the extract reaches further back, set [annex_a] look_back_months in settings.toml"
        )
        yield Finding(
            rule="BEFORE_COVER",
            severity="warn",
            message=f"dated before {cover_from}, the first day that the table covers: loaded, not used",
            remedy=reaches_back
            if table.cover == "look_back"
            else "Nothing, if the return lists older records",
            file=loaded.files,
            sheet=table.sheet,
            rows=tuple(int(row) for row in loaded.source_rows[early][:SHOWN_ROWS]),
            n_rows=int(early.sum()),
        )


def _write_table(
    submission: SubmissionFiles,
    table: Table,
    name: str,
    loaded: _Loaded,
    secret: bytes,
    target: Path,
) -> list[pd.DataFrame]:
    """Write the rows with keys in place of identifiers, loaded and set aside apart; return the identifiers.

    Rows set aside (quarantined or repeated) are kept for the checks and for their owner, never counted.
    """
    frame, identifiers = _keyed_frame(submission, table, loaded, secret)
    kept = loaded.judged.kept
    if table.unit:
        _write_units(frame, table, target / f"{unit_table(name)}.parquet")
    schema = raw_schema(table)
    arrow = pa.Table.from_pandas(frame[kept], schema=schema, preserve_index=False)
    pq.write_table(arrow, target / f"{name}.parquet", compression="zstd")
    if not kept.all():
        frame["outcome"] = np.where(loaded.judged.quarantined, "quarantined", "deduplicated")
        schema = schema.append(pa.field("outcome", pa.string()))
        arrow = pa.Table.from_pandas(frame[~kept], schema=schema, preserve_index=False)
        (target / SET_ASIDE_FOLDER).mkdir(exist_ok=True)
        pq.write_table(arrow, target / SET_ASIDE_FOLDER / f"{name}.parquet", compression="zstd")
    return identifiers


def _units(table: Table, loaded: _Loaded) -> tuple[str, ...]:
    """The units that the table names, as text, in order."""
    columns = [loaded.typed[name].values.astype("string") for name in table.unit]
    if not columns:
        return ()
    named = pd.concat(columns, axis=1).dropna().drop_duplicates()
    return tuple(sorted(" ".join(unit) for unit in named.itertuples(index=False)))


def _write_units(frame: pd.DataFrame, table: Table, path: Path) -> None:
    """The units that the table names, those of rows set aside too: it speaks for them, whole."""
    units = frame[["submission_id", *table.unit]].dropna().drop_duplicates()
    named = units[(units != UNMAPPED).all(axis=1)]
    pq.write_table(
        pa.Table.from_pandas(named, schema=unit_schema(table), preserve_index=False), path
    )


def _keyed_frame(
    submission: SubmissionFiles, table: Table, loaded: _Loaded, secret: bytes
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    n_rows = len(loaded.source_rows)
    frame = pd.DataFrame({"row_id": np.arange(1, n_rows + 1), "source_row": loaded.source_rows})
    frame.insert(0, "submission_id", submission.submission_id)
    unreadable = {name: column.is_unreadable for name, column in loaded.typed.items()}
    frame["unreadable_columns"] = _named_columns(unreadable, n_rows)
    numbers = {
        name: loaded.typed[name].values for name, c in table.columns.items() if c.type == "upn"
    }
    doubted = {name: is_wrong_upn(values) for name, values in numbers.items()}
    frame["doubted_columns"] = _named_columns(doubted, n_rows)
    identifiers: list[pd.DataFrame] = []
    for column_name, column in table.stored_columns.items():
        values = loaded.typed[column_name].values
        if column.type in (*IDENTIFIER_TYPES, "upn"):
            prefix = (
                ("upn",) if column.type == "upn" else (KEY_KINDS[column.type], submission.area_code)
            )
            keys = hash_column(secret, values, *prefix)
            identifiers.append(
                pd.DataFrame({"kind": column.type, "key": keys, "identifier": values})
                .drop_duplicates()
                .dropna()
            )
            values = keys
        frame[column.stored_name(column_name)] = values
    for record, carried in loaded.judged.carries.items():
        frame[f"has_{record}"] = carried
    return frame, identifiers


def _named_columns(marked: Mapping[str, np.ndarray], n_rows: int) -> pd.Series:
    """Per row the columns that are marked there, as ' name name '; null for none."""
    found = pd.Series([None] * n_rows, dtype="string")
    for name, rows in marked.items():
        if rows.any():
            found[rows] = found[rows].fillna(" ") + f"{name} "
    return found


def _write_identifiers(
    identifiers: list[pd.DataFrame], restricted: Path, submission_id: str
) -> None:
    if not identifiers:
        return
    restricted.mkdir(mode=0o700, parents=True, exist_ok=True)
    whole = pd.concat(identifiers, ignore_index=True).drop_duplicates()
    partial = restricted / f"{submission_id}.parquet.partial"
    whole.to_parquet(partial, index=False, compression="zstd")
    partial.chmod(0o600)
    partial.replace(restricted / f"{submission_id}.parquet")


def _settle_verdict(contract: Contract, extraction: Extraction) -> None:
    rejects = [finding for finding in extraction.findings if finding.severity == "reject"]
    reasons = "; ".join(dict.fromkeys(finding.text() for finding in rejects))
    nothing_recognised = not extraction.tables
    must_reject = bool(rejects) and contract.on_failed_table == "reject_submission"
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
    refused = Finding(
        rule="NOTHING_RECOGNISED",
        severity="reject",
        message=f"nothing in the folder is a table of {contract.source}",
        remedy="Check that the files stand in the right folder and have the headings of the template",
        file=", ".join(str(finding.file) for finding in unknown),
    )
    extraction.findings.append(refused)
    return refused
