"""What row checks found: results and failing records, in `quality/`.

Great Expectations judges (`judge.py`) while rows are taken in (`intake/judging.py`); here its verdicts get the words,
keys and cases by which an owner recognises them in every month.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expectations.checks import OUTCOME, SUBMISSION, UNMAPPED, Check
from expectations.contract import contract_for
from expectations.suites import stored_key
from orchestration.checks.cases import case_key, case_of, with_roots
from orchestration.intake.findings import Finding
from orchestration.intake.kept.partitions import partitions_of
from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder

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
# What is said of a table as a whole and its owner answers; other findings name a file to send again.
ASKED_OF_TABLES = frozenset({"SELECTED_BY_START"})
RESULTS_SCHEMA, ISSUES_SCHEMA = pa.schema(list(RESULTS.items())), pa.schema(list(ISSUES.items()))


def results_table(source: str) -> str:
    """The table with the results of the row checks of a source."""
    return f"quality/results/{source}"


def issues_table(source: str) -> str:
    """The table with the rows that failed one."""
    return f"quality/issues/{source}"


def key_texts(
    failing: pd.DataFrame,
    source: str,
    table: str,
    first_keys: Mapping[str, str],
    *,
    told_apart: bool = True,
) -> pd.Series:
    """What identifies a row for its owner, stable over months; its place in its file where it has no key.

    `first_keys`: what a key of another secret is replaced by than the first (`intake/kept/first_keys.py`). `told_apart`: rows that lack a part of their key are two records, even where the rest is equal.
    """
    # A code of no list is as little of a key as an empty cell (`_key_part`).
    parts = [_key_part(failing[name]) for name in key_columns(source, table)]
    if first_keys:
        parts = [part.map(lambda key: first_keys.get(key, key)).astype("string") for part in parts]
    text = parts[0].str.cat(parts[1:], sep="|") if len(parts) > 1 else parts[0]
    lacks = pd.concat([part == "" for part in parts], axis=1).any(axis=1)
    if told_apart and lacks.any():
        # By their order, else two faults would be one issue.
        again = failing.groupby([failing[SUBMISSION], text]).cumcount()
        text = text.where(~lacks | (again == 0), text + "|" + again.astype("string"))
    place = failing[SUBMISSION].astype("string") + "#" + failing["source_row"].astype("string")
    return text.where(text.str.strip("|") != "", place)


def key_columns(source: str, table: str) -> list[str]:
    """The columns that say which record a row is."""
    record = next(iter(contract_for(source).tables[table].records.values()))
    return [stored_key(source, table, name) for name in record.key]


def _key_part(values: pd.Series) -> pd.Series:
    """A column of a key as text, the same whether or not another row lacks it (a whole number is then a float)."""
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    return values.astype("string").fillna("").replace(UNMAPPED, "")


def fingerprint(check_id: str, key: str) -> str:
    """What an issue is recognised by in every month."""
    return hashlib.sha256(f"{check_id}|{key}".encode()).hexdigest()[:32]


def _issues(
    frame: pd.DataFrame, check: Check, rows: list[Any], first_keys: Mapping[str, str]
) -> pa.Table:
    """One row per failing row of a check."""
    failing = frame.loc[rows]
    n_rows = len(failing)
    is_repeat = check.rule.endswith("_repeated")
    texts = key_texts(failing, check.source, check.table, first_keys, told_apart=not is_repeat)
    keys = texts.tolist()
    of_all = {
        "check_id": check.check_id, "rule_code": check.rule, "severity": check.severity, "table_name": check.table,
        "field": check.column, "message": f"{check.message}. {check.remedy}.",
    }  # fmt: skip
    of_each = {
        "issue_key": [fingerprint(check.check_id, key) for key in keys],
        "case_key": [case_key(check, key) for key in keys],
        "submission_id": failing[SUBMISSION], "child_key": person_keys(failing),
        "source_row": failing["source_row"], "is_quarantined": failing[OUTCOME] == "quarantined",
    }  # fmt: skip
    arrays = [
        pa.repeat(pa.scalar(of_all[name], kind), n_rows)
        if name in of_all
        else pa.array(of_each[name], kind, from_pandas=True)
        for name, kind in ISSUES.items()
    ]
    return pa.table(arrays, schema=ISSUES_SCHEMA)


def person_keys(failing: pd.DataFrame) -> pd.Series:
    """The key of the person that each row is about: the first of its keys that has a value."""
    found = pd.Series(None, index=failing.index, dtype="string")
    for name in PERSON_KEYS:
        if name in failing:
            found = found.fillna(failing[name].astype("string"))
    return found


@dataclass(frozen=True)
class Told:
    """The results and issues of one table, of one submission or of several."""

    results: pa.Table
    issues: pa.Table

    def of(self, submission_id: str, rows_checked: int) -> Told:
        """The part of one submission, of whose table so many rows were judged."""
        issues = self.issues.filter(pc.field(SUBMISSION) == submission_id)
        failed = Counter(issues["check_id"].to_pylist())
        results = [
            row | {"submission_id": submission_id, "rows_checked": rows_checked,
                   "rows_failed": (n_failed := failed[row["check_id"]]), "passed": n_failed == 0}
            for row in self.results.to_pylist()
        ]  # fmt: skip
        return Told(pa.Table.from_pylist(results, schema=RESULTS_SCHEMA), issues)


def told_about(
    table: str,
    frame: pd.DataFrame,
    checks: Sequence[Check],
    failing: Mapping[str, list[Any]],
    first_keys: Mapping[str, str],
) -> Told:
    """What checks have to tell about the rows of a table; `failing`: the rows that fail each."""
    results = [
        {
            "check_id": check.check_id, "table_name": table, "column_name": check.column,
            "dimension": check.dimension, "severity": check.severity,
        }
        for check in checks
    ]  # fmt: skip
    issues = [
        _issues(frame, check, failing[check.check_id], first_keys)
        for check in checks
        if failing[check.check_id]
    ]
    whole = pa.concat_tables([ISSUES_SCHEMA.empty_table(), *issues])
    cases = pa.array(with_roots(whole.to_pandas(), checks), pa.string())
    place = ISSUES_SCHEMA.get_field_index("case_key")
    return Told(
        pa.Table.from_pylist(results, schema=RESULTS_SCHEMA),
        whole.set_column(place, ISSUES_SCHEMA.field(place), cases),
    )


def told_of_tables(source: str, submission_id: str, findings: Iterable[Finding]) -> Told:
    """What the owner is asked about a table as a whole, where no row of it is at fault: a case for each table and rule.

    It is no result of a check, so that it holds nothing.
    """
    asked = [
        {
            "issue_key": fingerprint(check_id, str(finding.table)), "check_id": check_id,
            "rule_code": rule, "severity": "error", "submission_id": submission_id, "table_name": finding.table,
            "case_key": case_of(source, str(finding.table), "", f"rule {rule}"), "source_row": 0, "is_quarantined": False,
            "message": f"{finding.message[0].upper()}{finding.message[1:]}. {finding.remedy}.",
        }
        for finding in findings
        if finding.rule in ASKED_OF_TABLES
        for rule in [finding.rule.lower()]
        for check_id in [f"{source}.{finding.table}.{rule}"]
    ]  # fmt: skip
    return Told(RESULTS_SCHEMA.empty_table(), pa.Table.from_pylist(asked, schema=ISSUES_SCHEMA))


def tables_of_told(source: str, told: Sequence[Told]) -> dict[str, pa.Table]:
    """What was found in the tables of a submission."""
    return {
        results_table(source): pa.concat_tables(
            [RESULTS_SCHEMA.empty_table(), *(one.results for one in told)]
        ),
        issues_table(source): pa.concat_tables(
            [ISSUES_SCHEMA.empty_table(), *(one.issues for one in told)]
        ),
    }


@dataclass(frozen=True)
class TableResult:
    """How many rows failed a check, over the newest results of all submissions."""

    source: str
    table: str
    check_id: str
    rows_failed: int


def results_of(folder: DataFolder, ledger: Ledger, source: str | None = None) -> pa.Table:
    """The result of every row check of every submission, of all sources or of one."""
    tables = (one.rows(results_table(one.source)) for one in partitions_of(folder, ledger, source))
    found = [table for table in tables if table is not None]
    return pa.concat_tables([RESULTS_SCHEMA.empty_table(), *found])


def table_results(results: pa.Table) -> list[TableResult]:
    """Every row check with the rows that fail it, summed over the submissions."""
    summed = results.to_pandas().groupby("check_id", as_index=False)["rows_failed"].sum()
    return [
        TableResult(*str(check_id).split(".")[:2], check_id=str(check_id), rows_failed=int(rows))
        for check_id, rows in summed.itertuples(index=False)
    ]
