"""`cypp evidence`: the records behind one published figure, as CSV on standard output."""

from __future__ import annotations

import sys
from datetime import date

import duckdb

from orchestration.intake.ledger import Ledger
from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened

COLUMNS = (
    "indicator_id", "area_code", "basis", "period_end", "record_key", "child_key", "in_numerator",
    "numerator_amount", "denominator_amount", "event_date", "source",
)  # fmt: skip
FORMULA_START = r"^([=+\-@\t\r])"


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
    """Write the records of one figure; for who wants them identified the local child id is added to the key.

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
    if identified_by:
        about = {
            "indicator": indicator, "area": area_code, "basis": chosen, "period": str(period),
            "records": str(len(records)),
        }  # fmt: skip
        Ledger(folder.ledger).record_act(identified_by, "evidence --identified", about)
        records = records.merge(
            _identifiers(folder), on="child_key", how="left", validate="many_to_one"
        )
        # An identifier is whatever the supplier wrote; a spreadsheet must not take it for a formula.
        records["child_id"] = records["child_id"].str.replace(FORMULA_START, r"'\1", regex=True)
    records.to_csv(sys.stdout, index=False)


def _identifiers(folder: DataFolder):  # noqa: ANN202 -- a frame of child_key, child_id
    lookup = folder.identifiers / "*" / "*.parquet"
    with duckdb.connect() as connection:
        return connection.execute(
            "select key as child_key, min(identifier) as child_id from read_parquet($1)"
            " where kind = 'child_id' group by key",
            [str(lookup)],
        ).df()
