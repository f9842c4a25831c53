"""The validators' answer as results and issues, next to those of our own row checks.

Rows are found again by their place in the table; a finding joins the case that our checks opened about the same
field of the same record. No value is looked at here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa

from expectations.checks import OUTCOME
from expectations.contract import Table, contract_for
from orchestration.checks.cases import case_of
from orchestration.checks.rows import (
    ISSUES_SCHEMA,
    RESULTS,
    fingerprint,
    key_texts,
    person_keys,
)
from orchestration.checks.statutory_request import CHILDREN, TABLES
from orchestration.intake.kept.made_tables import raw_table, set_aside_table
from orchestration.intake.kept.partitions import Partition
from orchestration.intake.kept.places import id_of_version
from orchestration.ledger.ledger import SubmissionVersion

RESULTS_SCHEMA = pa.schema([*RESULTS.items(), ("status", pa.string()), ("reason", pa.string())])
DIMENSION = "statutory"
MOST_FIELDS_NAMED = 4


@dataclass(frozen=True)
class Findings:
    """What the rules said about submissions."""

    results: pa.Table = field(default_factory=RESULTS_SCHEMA.empty_table)
    issues: pa.Table = field(default_factory=ISSUES_SCHEMA.empty_table)


def joined(found: list[Findings]) -> Findings:
    """Several submissions' findings as one."""
    return Findings(
        pa.concat_tables([RESULTS_SCHEMA.empty_table(), *(one.results for one in found)]),
        pa.concat_tables([ISSUES_SCHEMA.empty_table(), *(one.issues for one in found)]),
    )


@dataclass(frozen=True)
class Checked:
    """A version whose rows the rules are about, and the tables that they are in."""

    version: SubmissionVersion
    partition: Partition

    @property
    def submission_id(self) -> str:
        return id_of_version(self.version)

    def rows(self, table: str) -> pd.DataFrame | None:
        """The rows of a table as they were read, loaded or set aside; None where there are none."""
        source, own = self.version.source, [self.submission_id]
        loaded = self.partition.rows(raw_table(source, table), own)
        pieces = [self.partition.rows(set_aside_table(source, table), own)]
        if loaded is not None:
            pieces.insert(0, loaded.append_column(OUTCOME, pa.repeat("loaded", len(loaded))))
        found = [piece for piece in pieces if piece]
        whole = pa.concat_tables(found, promote_options="permissive") if found else None
        return whole and whole.to_pandas(date_as_object=False)


class Records:
    """The records of one submission by their place in a table."""

    def __init__(
        self, item: Checked, lengths: dict[str, int], first_keys: Mapping[str, str]
    ) -> None:
        self.item, self.lengths = item, lengths
        self._first_keys = first_keys
        self.source = item.version.source
        self._frames: dict[str, pd.DataFrame | None] = {}

    def find(self, finding: dict[str, Any]) -> tuple[str, Any | None]:
        """(our table, its row): the row at fault, else the child's, else none where it is about the whole."""
        children = CHILDREN[self.source]
        places = (
            (TABLES[self.source].get(finding["table"], children), finding["table"], finding["row"]),
            (children, None, finding["child_row"]),
        )
        for table, theirs, row in places:
            frame = self._frame(table)
            # A module that the two readers count differently cannot be matched row by row.
            if row is None or frame is None or (theirs and self.lengths[theirs] != len(frame)):
                continue
            return table, frame.loc[row + 1]
        return children, None

    def _frame(self, table: str) -> pd.DataFrame | None:
        if table not in self._frames:
            self._frames[table] = self._read(table)
        return self._frames[table]

    def _read(self, table: str) -> pd.DataFrame | None:
        frame = self.item.rows(table)
        if frame is None:
            return None
        keys = key_texts(frame, self.source, table, self._first_keys)
        return frame.assign(key_text=keys, person_key=person_keys(frame)).set_index("row_id")


def _columns(table: Table, headings: list[str]) -> list[str]:
    """Our names of the fields that a table has, in the rule's order."""
    by_heading = {column.heading: name for name, column in table.columns.items()}
    return [by_heading[heading] for heading in headings if heading in by_heading]


def _message(rule: dict[str, Any]) -> str:
    """DfE's words, the rule's code and where to look, for the owner of the record."""
    words = " ".join(rule["message"].split()).rstrip(".")
    fields = list(dict.fromkeys(rule["fields"]))
    look = f" Check {', '.join(fields[:MOST_FIELDS_NAMED])}." if fields else ""
    return f"{words or 'The rule is broken'} (DfE rule {rule['code']}).{look}"


def _issue(
    records: Records, rule: dict[str, Any], finding: dict[str, Any], cases: set[str]
) -> dict[str, Any]:
    """One finding as an issue; `cases` are those that our own checks opened in this submission."""
    version, (table, row) = records.item.version, records.find(finding)
    # What is about the whole submission is a question about the authority's return, one per rule.
    key = version.area_code if row is None else str(row["key_text"])
    contract = contract_for(version.source).tables[table]
    fields = _columns(contract, finding["fields"]) if row is not None else []
    own = [case_of(version.source, table, key, name) for name in fields]
    own = own or [case_of(version.source, table, key, f"rule {rule['code']}")]
    person = None if row is None else row["person_key"]
    return {
        "issue_key": fingerprint(rule["check_id"], f"{table}|{key}"), "check_id": rule["check_id"],
        "rule_code": rule["code"], "severity": "warn", "submission_id": records.item.submission_id,
        "table_name": table, "child_key": None if pd.isna(person) else person,
        "field": fields[0] if fields else None,
        "case_key": next((case for case in own if case in cases), own[0]),
        "source_row": 0 if row is None else int(row["source_row"]),
        "is_quarantined": row is not None and row[OUTCOME] == "quarantined",
        "message": _message(rule),
    }  # fmt: skip


def _result(item: Checked, rule: dict[str, Any], lengths: dict[str, int]) -> dict[str, Any]:
    n_failed = len(rule["findings"])
    return {
        "check_id": rule["check_id"], "submission_id": item.submission_id, "table_name": rule["our_table"],
        "column_name": next(iter(rule["our_fields"]), None), "dimension": DIMENSION, "severity": "warn",
        "rows_checked": lengths.get(rule["table"], 0) if rule["status"] == "run" else 0,
        "rows_failed": n_failed, "passed": rule["status"] == "run" and not n_failed,
        "status": rule["status"], "reason": rule["reason"] or None,
    }  # fmt: skip


def _with_names(source: str, rule: dict[str, Any]) -> dict[str, Any]:
    """A rule with the names that its check has with us."""
    table = TABLES[source].get(rule["table"], CHILDREN[source])
    fields = _columns(contract_for(source).tables[table], rule["fields"])
    check_id = f"{source}.{table}.{DIMENSION}.{rule['code']}"
    return rule | {"our_table": table, "our_fields": fields, "check_id": check_id}


def findings_of_answer(
    item: Checked, answer: dict[str, Any], known: pa.Table, first_keys: Mapping[str, str]
) -> Findings:
    """Results and issues of one submission; `known` are the issues of our own checks of it."""
    records = Records(item, answer["lengths"], first_keys)
    cases = set(known["case_key"].to_pylist())
    rules = [_with_names(item.version.source, rule) for rule in answer["rules"]]
    results = [_result(item, rule, answer["lengths"]) for rule in rules]
    issues = [
        _issue(records, rule, finding, cases) for rule in rules for finding in rule["findings"]
    ]
    return Findings(
        pa.Table.from_pylist(results, schema=RESULTS_SCHEMA),
        pa.Table.from_pylist(issues, schema=ISSUES_SCHEMA),
    )
