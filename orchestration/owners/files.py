"""What was said about the files of the newest extracts, with the names that came with them: for officers only."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from orchestration.intake.kept.extractions import extractions_of
from orchestration.intake.kept.places import submission_id_of
from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder

# What ships with the project was never received.
NEWEST = """
    select area_code, source, folder_month, version
    from marts.fct_submissions
    where received_at is not null
    qualify row_number() over (
        partition by area_code, source order by folder_month desc, received_at desc
    ) = 1
    order by area_code, source
"""


def said_of_files(
    connection: duckdb.DuckDBPyConnection, folder: DataFolder
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """By area and source: each message about a file of the newest extract; those about its rows are cases."""
    found, said = {}, extractions_of(folder, Ledger(folder.ledger))
    for area_code, source, folder_month, version in connection.execute(NEWEST).fetchall():
        extraction = said.get(submission_id_of(area_code, source, folder_month, version))
        place = f"{area_code}/{source}/{folder_month}"
        found[area_code, source] = tuple(
            finding.placed(folder=place).text_for_officers()
            for finding in (extraction.findings if extraction else ())
            if finding.severity in ("reject", "warn")
        )
    return found
