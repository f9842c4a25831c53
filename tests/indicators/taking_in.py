"""Small files of one submission, read as the nightly job reads them: what is loaded of each table.

Only what stands in the files and what came out; which rows a test expects is not this module's concern.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from orchestration.intake.extract import Extraction, SubmissionFiles
from orchestration.settings import DEFAULT_HOME_AREA
from tests.extracts import LISTS, RETURN, Cell, grid, write_bytes, write_csv
from tests.reading import extract

AS_AT = date(2025, 3, 31)
HOME_DFE_CODE = "302"
CENSUS = """<?xml version="1.0" encoding="UTF-8"?>
<Message>
  <Header>
    <CollectionDetails>
      <Collection>CIN</Collection><Year>2025</Year><ReferenceDate>2025-03-31</ReferenceDate>
    </CollectionDetails>
    <Source><SourceLevel>L</SourceLevel><LEA>302</LEA></Source>
  </Header>
  <Children>{children}</Children>
</Message>
"""
CENSUS_CHILD = """
    <Child>
      <ChildIdentifiers><LAchildID>{child}</LAchildID>{identifiers}</ChildIdentifiers>
      <ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>
      {details}
    </Child>
"""


@dataclass(frozen=True)
class Table:
    """The rows of a table that were loaded, and what was said about those that were not."""

    rows: list[dict[str, Any]]
    deduplicated: int
    quarantined: int
    rules: set[str]

    def carrying(self, record: str) -> list[dict[str, Any]]:
        """The rows that carry a kind of record."""
        return [row for row in self.rows if row[f"has_{record}"]]


def _read(folder: Path, source: str, files: tuple[Path, ...], name: str) -> Table:
    extraction = _extract(folder, source, files)
    assert extraction.verdict == "accepted", extraction.reason
    counts = extraction.tables[name]
    rows = pq.read_table(folder / "raw" / f"{name}.parquet").to_pylist()
    assert len(rows) == counts.loaded
    rules = {finding.rule for finding in extraction.findings if finding.table == name}
    return Table(rows, counts.deduplicated, counts.quarantined, rules)


def _extract(folder: Path, source: str, files: tuple[Path, ...]) -> Extraction:
    submission = SubmissionFiles(
        submission_id="test",
        area_code=DEFAULT_HOME_AREA,
        source=source,
        folder_as_at=AS_AT,
        files=files,
        look_back_months=6,
        dfe_code=HOME_DFE_CODE,
        fingerprint="test",
    )
    return extract(submission, b"not a key of any data folder", folder / "raw")


def annex_a(folder: Path, number: int, *rows: dict[str, Cell]) -> Table:
    """List `number` of Annex A with these rows, by the headings of the list."""
    file = write_csv(folder / "list.csv", grid(LISTS[f"List {number}"], rows))
    return _read(folder, "annex_a", (file,), f"list_{number}")


def ssda903(folder: Path, table: str, *rows: dict[str, Cell]) -> Table:
    """One file of the looked-after return with these rows."""
    file = write_csv(folder / f"{table}.csv", grid(RETURN[table], rows))
    return _read(folder, "ssda903", (file,), table)


def census(folder: Path, table: str, details: str, identifiers: str = "") -> Table:
    """One table of a census with one child whose CIN details are given as XML."""
    child = CENSUS_CHILD.format(child="SYN1", identifiers=identifiers, details=details)
    file = write_bytes(folder / "census.xml", CENSUS.format(children=child).encode())
    return _read(folder, "cin_census", (file,), table)
