"""`cypp evidence`: the records behind one published figure, as CSV on standard output."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import cast

import duckdb
import pandas as pd

from orchestration.analyst.queries import as_csv
from orchestration.durable import is_there
from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened

COLUMNS = (
    "indicator_id", "area_code", "basis", "period_end", "record_key", "child_key", "in_numerator",
    "numerator_amount", "denominator_amount", "event_date", "source", "submission_id", "table_name", "row_id",
    "decided_by", "age_band", "sex", "ethnic_group", "primary_need",
)  # fmt: skip
PLACE = ["submission_id", "table_name", "row_id"]


# The kinds of identifiers that a person has; of each a key is made for itself.
PERSONS = ("child_id", "upn", "person_id", "young_person_id", "applicant_id")


class EvidenceError(Exception):
    """There is no such figure; the message says what there is."""


def _figure(
    connection: duckdb.DuckDBPyConnection,
    indicator: str,
    period: date,
    area: str | None,
    basis: str | None,
) -> tuple[str, str, str, str | None]:
    """(area, basis, status, reason) of the figure asked for."""
    known = connection.execute(
        "select headline_basis from marts.dim_indicators where indicator_id = ?", [indicator]
    ).fetchone()
    if known is None:
        ids = connection.execute(
            "select string_agg(indicator_id, ', ') from marts.dim_indicators"
        ).fetchone()
        raise EvidenceError(
            f"there is no indicator {indicator!r}; there are: {ids[0] if ids else 'none'}"
        )
    home = connection.execute("select area_code from marts.dim_areas where is_home").fetchone()
    area_code, chosen = area or (home[0] if home else ""), basis or known[0]
    row = connection.execute(
        "select status, status_reason from marts.fct_indicator_values where indicator_id = ?"
        " and area_code = ? and basis = ? and period_end = ? and breakdown = 'all'",
        [indicator, area_code, chosen, period],
    ).fetchone()
    if row is None:
        raise EvidenceError(
            f"no figure of {indicator} for {area_code}, basis {chosen}, period ending {period}: "
            "periods end on the last day of a month"
        )
    return area_code, chosen, row[0], row[1]


def write_evidence(
    folder: DataFolder,
    indicator: str,
    period: date,
    area: str | None,
    basis: str | None,
    identified_by: str | None,
) -> None:
    """Write the records of one figure; where they are wanted identified, the local id is added to the key.

    Their name goes into the audit trail first. Raises EvidenceError when there is no warehouse or no such figure.
    """
    if not folder.warehouse_file.exists():
        raise EvidenceError("nothing has been published yet: run `cypp run`")
    with opened(folder.warehouse_file) as connection:
        area_code, chosen, status, reason = _figure(connection, indicator, period, area, basis)
        if status not in ("ok", "not_applicable", "not_recorded"):
            sys.stderr.write(f"{indicator} {area_code} {period}: {status} ({reason})\n")
        relation = connection.sql(
            f"select {', '.join(COLUMNS)} from marts.fct_indicator_evidence where indicator_id = $1"  # noqa: S608
            " and area_code = $2 and basis = $3 and period_end = $4 order by event_date, record_key",
            params=[indicator, area_code, chosen, period],
        )
        records = relation.df()
    records = records.astype({"row_id": "Int64"}).merge(
        _rows_in_files(folder, records), on=PLACE, how="left", validate="many_to_one"
    )
    if identified_by:
        about = {
            "indicator": indicator, "area": area_code, "basis": chosen, "period": str(period),
            "records": str(len(records)),
        }  # fmt: skip
        Ledger(folder.ledger).record_act(identified_by, "evidence --identified", about)
        records = records.merge(
            _identifiers(folder), on="child_key", how="left", validate="many_to_one"
        )
    sys.stdout.write(as_csv(records))


def _rows_in_files(folder: DataFolder, records: pd.DataFrame) -> pd.DataFrame:
    """The row of each record in its file or sheet, as its owner counts them."""
    nowhere = {
        "submission_id": "string",
        "table_name": "string",
        "row_id": "Int64",
        "source_row": "Int64",
    }
    found = [pd.DataFrame(columns=list(nowhere))]
    # A record that is put together from many rows has no place; one of a cohort that two returns tell is in the first.
    placed = records.dropna(subset=PLACE)
    with duckdb.connect() as connection:
        if not isinstance(folder.tables, Path):
            is_there(
                folder.tables
            )  # raises where the store does not answer: DuckDB's own error would name files
            connection.register_filesystem(folder.tables.fs)
        for about, rows in placed.groupby(["source", "table_name"]):
            named, table = map(str, cast("tuple[str, str]", about))
            source, _, _ = named.partition("+")
            files = folder.tables / source / table / "*.parquet"
            places = connection.execute(
                "select submission_id, $2 as table_name, row_id, source_row from read_parquet($1)"
                " where list_contains($3, submission_id) and list_contains($4, row_id)",
                [str(files), table, list(set(rows["submission_id"])), list(map(int, rows["row_id"]))],
            ).df()  # fmt: skip
            found.append(places)
    return pd.concat(found, ignore_index=True).astype(nowhere)


def _identifiers(folder: DataFolder) -> pd.DataFrame:
    """By key what the supplier calls the person: the id of a child, the number of a pupil."""
    lookup = folder.identifiers / "*" / "*.parquet"
    with duckdb.connect() as connection:
        return connection.execute(
            "select key as child_key, min(identifier) as local_id from read_parquet($1)"
            " where list_contains($2, kind) group by key",
            [str(lookup), list(PERSONS)],
        ).df()
