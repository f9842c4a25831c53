"""Row checks: one validation per table over all new submissions; results and failing records in `quality/`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.checks import AS_AT, SUBMISSION, Check
from expectations.contract import contract_for
from expectations.suites import checks_for, stored_key, table_names
from orchestration.checks.cases import case_key, with_roots
from orchestration.checks.evaluation import failing_rows
from orchestration.intake.cells import UNMAPPED
from orchestration.intake.ledger import SubmissionVersion
from orchestration.intake.submissions import (
    raw_folder,
    set_aside_folder,
    submission_id_of,
)
from orchestration.settings import DataFolder
from orchestration.workers import worker_pool

RESULTS = {
    "check_id": pa.string(), "submission_id": pa.string(), "table_name": pa.string(),
    "column_name": pa.string(), "dimension": pa.string(), "severity": pa.string(),
    "rows_checked": pa.int64(), "rows_failed": pa.int64(), "passed": pa.bool_(),
}  # fmt: skip
ISSUES = {
    "issue_key": pa.string(), "check_id": pa.string(), "rule_code": pa.string(), "severity": pa.string(),
    "submission_id": pa.string(), "table_name": pa.string(), "child_key": pa.string(),
    "field": pa.string(), "case_key": pa.string(), "source_row": pa.int64(), "is_quarantined": pa.bool_(), "message": pa.string(),
}  # fmt: skip
# Columns of `raw/` that say whom a row is about, the local child id first.
PERSON_KEYS = ("child_key", "yp_key", "applicant_key", "person_key", "upn_key")
RESULTS_SCHEMA, ISSUES_SCHEMA = pa.schema(list(RESULTS.items())), pa.schema(list(ISSUES.items()))
# A frame of so many rows of the widest table takes about 0.4 GB with what the checks make of it.
MOST_ROWS = 300_000
# Below so many rows a second process would load Great Expectations for longer than it saves.
FEWEST_ROWS_FOR_POOL = 1_000_000
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Checked:
    """A version whose rows are to be checked, and where its tables stand."""

    version: SubmissionVersion
    submission_id: str
    raw: Path
    set_aside: Path


@dataclass(frozen=True)
class Batch:
    """One table of some versions that hold it: what is validated at once."""

    source: str
    table: str
    items: list[Checked]
    n_rows: int


def checked(folder: DataFolder, version: SubmissionVersion) -> Checked:
    """Where a version's tables stand."""
    name = (version.area_code, version.source, version.folder_month, version.version)
    submission_id = submission_id_of(*name)
    raw = raw_folder(
        folder, version.source, version.area_code, version.folder_month, version.version
    )
    return Checked(version, submission_id, raw, set_aside_folder(folder, submission_id))


def results_file(folder: DataFolder, submission_id: str) -> Path:
    return folder.quality / "results" / f"{submission_id}.parquet"


def issues_file(folder: DataFolder, submission_id: str) -> Path:
    return folder.quality / "issues" / f"{submission_id}.parquet"


def _pieces(item: Checked, table: str) -> Iterator[pa.Table]:
    for path, outcome in (
        (item.raw / f"{table}.parquet", "loaded"),
        (item.set_aside / f"{table}.parquet", None),
    ):
        if path.exists():
            piece = pq.read_table(path)
            as_at = pa.repeat(pa.scalar(item.version.as_at_date), len(piece))
            if outcome is not None:
                piece = piece.append_column("outcome", pa.repeat(outcome, len(piece)))
            yield piece.append_column(AS_AT, as_at)


def rows_of(items: list[Checked], table: str) -> pd.DataFrame:
    """The rows of a table as they were read, loaded or set aside; raises ValueError where no item has it."""
    pieces = [piece for item in items for piece in _pieces(item, table)]
    if not pieces:
        raise ValueError(table)
    whole = pa.concat_tables(pieces, promote_options="permissive")
    # All rows become one frame at once: piece by piece it takes longer than the checks.
    return whole.replace_schema_metadata(None).to_pandas(date_as_object=False)


def key_texts(
    failing: pd.DataFrame, source: str, table: str, *, told_apart: bool = True
) -> pd.Series:
    """What identifies a row for its owner, stable over months; its place in its file where it has no key.

    `told_apart`: rows that lack a part of their key are two records, even where the rest is equal.
    """
    record = next(iter(contract_for(source).tables[table].records.values()))
    names = [stored_key(source, table, name) for name in record.key]
    # A code of no list is as little of a key as an empty cell (`_key_part`).
    parts = [_key_part(failing[name]) for name in names]
    text = parts[0].str.cat(parts[1:], sep="|") if len(parts) > 1 else parts[0]
    if told_apart:
        # By their order, else two faults would be one issue.
        lacks = pd.concat([part == "" for part in parts], axis=1).any(axis=1)
        again = failing.groupby([failing[SUBMISSION], text]).cumcount()
        text = text.where(~lacks | (again == 0), text + "|" + again.astype("string"))
    place = failing[SUBMISSION].astype("string") + "#" + failing["source_row"].astype("string")
    return text.where(text.str.strip("|") != "", place)


def _key_part(values: pd.Series) -> pd.Series:
    """A column of a key as text, the same whether or not another row lacks it (a whole number is then a float)."""
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    return values.astype("string").fillna("").replace(UNMAPPED, "")


def fingerprint(check_id: str, key: str) -> str:
    """What an issue is recognised by in every month."""
    return hashlib.sha256(f"{check_id}|{key}".encode()).hexdigest()[:32]


def _issues(frame: pd.DataFrame, check: Check, rows: list[Any]) -> pa.Table:
    """One row per failing row of a check."""
    failing = frame.loc[rows]
    n_rows = len(failing)
    is_repeat = check.rule.endswith("_repeated")
    keys = key_texts(failing, check.source, check.table, told_apart=not is_repeat)
    columns = {
        "issue_key": [fingerprint(check.check_id, key) for key in keys],
        "check_id": [check.check_id] * n_rows, "rule_code": [check.rule] * n_rows,
        "severity": [check.severity] * n_rows, "submission_id": failing[SUBMISSION],
        "table_name": [check.table] * n_rows, "child_key": person_keys(failing), "field": [check.column] * n_rows,
        "case_key": [case_key(check, key) for key in keys],
        "source_row": failing["source_row"], "is_quarantined": failing["outcome"] == "quarantined",
        "message": [f"{check.message}. {check.remedy}."] * n_rows,
    }  # fmt: skip
    arrays = [pa.array(columns[name], kind, from_pandas=True) for name, kind in ISSUES.items()]
    return pa.table(arrays, schema=ISSUES_SCHEMA)


def person_keys(failing: pd.DataFrame) -> pd.Series:
    """The key of the person that each row is about: the first of its keys that has a value."""
    found = pd.Series(None, index=failing.index, dtype="string")
    for name in PERSON_KEYS:
        if name in failing:
            found = found.fillna(failing[name].astype("string"))
    return found


def _check_table(batch: Batch) -> tuple[list[dict[str, Any]], pa.Table]:
    """(results, issues) of one table of some versions."""
    frame = rows_of(batch.items, batch.table)
    checks = checks_for(batch.source, batch.table)
    failing = failing_rows(frame, checks)
    rows_checked = frame[SUBMISSION].value_counts().to_dict()
    results: list[dict[str, Any]] = []
    issues = [ISSUES_SCHEMA.empty_table()]
    for check in checks:
        rows = failing[check.check_id]
        failed = frame[SUBMISSION].loc[rows].value_counts().to_dict() if rows else {}
        issues += [_issues(frame, check, rows)] if rows else []
        for item in batch.items:
            n_failed = int(failed.get(item.submission_id, 0))
            results.append(
                {
                    "check_id": check.check_id, "submission_id": item.submission_id, "table_name": batch.table,
                    "column_name": check.column, "dimension": check.dimension, "severity": check.severity,
                    "rows_checked": int(rows_checked.get(item.submission_id, 0)), "rows_failed": n_failed,
                    "passed": n_failed == 0,
                }
            )  # fmt: skip
    told = with_roots(pa.concat_tables(issues).to_pylist(), checks)
    return results, pa.Table.from_pylist(told, schema=ISSUES_SCHEMA)


def _batches(items: list[Checked], source: str, table: str) -> Iterator[Batch]:
    """A table of all versions in as few frames as memory bears: a region's history is millions of rows."""
    taken: list[Checked] = []
    n_rows = 0
    for item in items:
        files = [folder / f"{table}.parquet" for folder in (item.raw, item.set_aside)]
        if not files[0].exists():
            continue
        more = sum(pq.read_metadata(path).num_rows for path in files if path.exists())
        if taken and n_rows + more > MOST_ROWS:
            yield Batch(source, table, taken, n_rows)
            taken, n_rows = [], 0
        taken.append(item)
        n_rows += more
    if taken:
        yield Batch(source, table, taken, n_rows)


def _check_all(
    batches: list[Batch],
) -> Iterator[tuple[list[dict[str, Any]], pa.Table]]:
    if sum(batch.n_rows for batch in batches) < FEWEST_ROWS_FOR_POOL:
        yield from map(_check_table, batches)
        return
    with worker_pool() as pool:
        yield from pool.map(_check_table, batches)


def _store(path: Path, rows: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    pq.write_table(rows, partial)
    partial.replace(path)


def check_rows(folder: DataFolder, versions: list[SubmissionVersion], progress: Progress) -> int:
    """Check every version that has not been checked since it was last read; returns how many were.

    Raises ChecksFailed when an expectation cannot be evaluated.
    """
    fresh = [
        item for item in (checked(folder, version) for version in versions) if _is_due(folder, item)
    ]
    by_source: dict[str, list[Checked]] = {}
    for item in fresh:
        by_source.setdefault(item.version.source, []).append(item)
    batches = [
        batch
        for source, items in by_source.items()
        for table in table_names(source)
        for batch in _batches(items, source, table)
    ]
    results: dict[str, list[dict[str, Any]]] = {item.submission_id: [] for item in fresh}
    issues = [ISSUES_SCHEMA.empty_table()]
    for done, (found, failing) in enumerate(_check_all(batches), start=1):
        for result in found:
            results[result[SUBMISSION]].append(result)
        issues.append(failing)
        progress("Checking", done, len(batches))
    of_submission = _by_submission(pa.concat_tables(issues))
    for item in fresh:
        mine = of_submission.get(item.submission_id, ISSUES_SCHEMA.empty_table())
        _store(issues_file(folder, item.submission_id), mine)
        found_here = pa.Table.from_pylist(results[item.submission_id], schema=RESULTS_SCHEMA)
        _store(results_file(folder, item.submission_id), found_here)
    return len(fresh)


def _by_submission(issues: pa.Table) -> dict[str, pa.Table]:
    """Issues by submission, each in the order in which they were found."""
    submissions = issues[SUBMISSION].to_pandas()
    places = submissions.groupby(submissions).indices
    return {str(name): issues.take(pa.array(rows)) for name, rows in places.items()}


def write_empty_results(folder: DataFolder) -> None:
    """One file without rows each, so that a data folder in which nothing failed is a table without rows."""
    _store(results_file(folder, "none"), RESULTS_SCHEMA.empty_table())
    _store(issues_file(folder, "none"), ISSUES_SCHEMA.empty_table())


def count_results(folder: DataFolder, versions: list[SubmissionVersion]) -> int:
    """How many check results stand for these versions."""
    files = [results_file(folder, checked(folder, version).submission_id) for version in versions]
    return sum(pq.read_metadata(path).num_rows for path in files if path.exists())


@dataclass(frozen=True)
class TableResult:
    """How many rows failed a check, over the newest results of all submissions."""

    source: str
    table: str
    check_id: str
    rows_failed: int


def table_results(folder: DataFolder, versions: list[SubmissionVersion]) -> list[TableResult]:
    """Every row check with the rows that fail it, summed over these submissions."""
    files = [results_file(folder, checked(folder, version).submission_id) for version in versions]
    tables = [pq.read_table(path) for path in files if path.exists()]
    results = pa.concat_tables([RESULTS_SCHEMA.empty_table(), *tables]).to_pandas()
    summed = results.groupby("check_id", as_index=False)["rows_failed"].sum()
    return [
        TableResult(*str(check_id).split(".")[:2], check_id=str(check_id), rows_failed=int(rows))
        for check_id, rows in summed.itertuples(index=False)
    ]


def _is_due(folder: DataFolder, item: Checked) -> bool:
    results = results_file(folder, item.submission_id)
    extraction = item.raw / "extraction.json"
    return not results.exists() or results.stat().st_mtime_ns < extraction.stat().st_mtime_ns
