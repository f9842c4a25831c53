"""What a record holds: its date, the value of the field in words, what the field may be, and never an identifier."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from expectations.contract import contract_for
from orchestration.intake.kept.made_tables import raw_table, set_aside_table, tables_of_source
from orchestration.intake.kept.partitions import changed, enter, partition_of
from orchestration.intake.kept.raw_tables import raw_schema, set_aside_schema
from orchestration.ledger.ledger import Ledger
from orchestration.owners.records import About, Holds, read_holds
from tests.owners.conftest import AREA, Published

NEWEST, BEFORE = date(2025, 3, 31), date(2025, 2, 28)
VERSIONS = {NEWEST: "version of march", BEFORE: "version of february"}
SOURCES = "1A, 1B, 1C, 1D, 2A, 2B, 3A, 3B, 3C, 3D, 3E, 3F and 10 more"


def _keep(published: Published, *rows: dict[str, Any], aside: bool = False) -> None:
    """Put rows of list 3 where the rows that count are kept, or those that were set aside."""
    table = contract_for("annex_a").tables["list_3"]
    schema, named = (set_aside_schema, set_aside_table) if aside else (raw_schema, raw_table)
    usual = {"submission_id": VERSIONS[NEWEST], "source_row": 7, "child_key": "key of a child"}
    piece = pa.Table.from_pylist([usual | row for row in rows], schema=schema(table))
    ledger = Ledger(published.folder.ledger)
    before = partition_of(published.folder, ledger, "annex_a", AREA)
    enter(ledger, [changed(before, VERSIONS.values(), {named("annex_a", "list_3"): [piece]}, tables_of_source("annex_a"))])  # fmt: skip


def _holds(published: Published, field: str | None, as_at: date = NEWEST, row: int = 7) -> Holds:
    for submission in published.rows["fct_submissions"]:
        submission["submission_id"] = VERSIONS[submission["as_at_date"]]
    about: About = (AREA, "annex_a", "list_3", field, as_at, row)
    with duckdb.connect(str(published.write().warehouse_file), read_only=True) as connection:
        return read_holds(connection, published.folder, [about])[about]


@pytest.mark.parametrize(
    ("field", "value", "told", "allowed"),
    [
        ("referral_date", date(2025, 3, 12), "12 Mar 2025", ""),
        ("referral_source_code", "unmapped", "none of the codes", SOURCES),
        ("referral_source_code", "1A", "1A", SOURCES),
        ("is_nfa", True, "yes", "yes or no"),
        ("is_nfa", None, "nothing", "yes or no"),
        ("n_referrals_12_months", 3, "3", ""),
    ],
)
def test_a_value_is_told_beside_what_it_may_be(
    published: Published, field: str, value: object, told: str, allowed: str
) -> None:
    _keep(published, {"referral_date": date(2025, 3, 12), field: value})
    assert _holds(published, field) == Holds(date(2025, 3, 12), told, allowed)


def test_a_cell_that_cannot_be_read_is_not_called_empty(published: Published) -> None:
    _keep(published, {"unreadable_columns": " is_nfa referral_date "})
    assert _holds(published, "is_nfa") == Holds(None, "something that cannot be read", "yes or no")


def test_identifiers_and_their_keys_are_not_told(published: Published) -> None:
    _keep(published, {"referral_date": NEWEST})
    assert _holds(published, "child_id") == Holds(NEWEST)


def test_a_case_about_a_whole_record_has_its_date_alone(published: Published) -> None:
    _keep(published, {"referral_date": NEWEST})
    assert _holds(published, None) == Holds(NEWEST)


def test_rows_that_were_set_aside_are_found(published: Published) -> None:
    _keep(published, {"referral_date": BEFORE, "outcome": "quarantined"}, aside=True)
    assert _holds(published, "referral_date") == Holds(BEFORE, "28 Feb 2025", "")


@pytest.mark.parametrize(("as_at", "row"), [(BEFORE, 7), (NEWEST, 8)])
def test_of_a_record_of_another_extract_or_row_nothing_is_said(
    published: Published, as_at: date, row: int
) -> None:
    _keep(published, {"referral_date": NEWEST})
    assert _holds(published, "is_nfa", as_at, row) == Holds(None, "", "yes or no")
