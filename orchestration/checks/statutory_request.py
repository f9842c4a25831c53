"""What the validators are asked: a return's tables as text, or the file of a census (`validators_process.py`).

They judge what was sent, identifiers and postcodes included, so this is read from the archive and goes through a
pipe; nothing of it is written anywhere.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from expectations.contract import IDENTIFIER_TYPES, Column, Contract, contract_for
from orchestration.intake.cover import collection_year, month_end
from orchestration.intake.kept.archive import archived_files
from orchestration.intake.reading import recognised_blocks
from orchestration.intake.tables.cells import NULL_TEXTS, parse_date, parse_identifier, parse_text
from orchestration.intake.tables.recognise import RecognisedBlock
from orchestration.ledger.ledger import SubmissionVersion
from orchestration.settings import DataFolder

# The validators' names of the tables, by ours; of several the last is the one whose rows are ours.
TABLES: dict[str, dict[str, str]] = {
    "ssda903": {
        "Header": "header", "Episodes": "episodes", "Reviews": "reviews", "UASC": "uasc", "OC2": "oc2",
        "OC3": "oc3", "AD1": "ad1", "PlacedAdoption": "placed_for_adoption",
        "PrevPerm": "previous_permanence", "Missing": "missing", "SWEpisodes": "social_worker_episodes",
        "DoLo": "deprivation_of_liberty",
    },
    "cin_census": {
        "Header": "header", "ChildIdentifiers": "children", "ChildCharacteristics": "children",
        "Disabilities": "disabilities", "CINdetails": "cin_details", "Assessments": "assessments",
        "AssessmentFactorsList": "assessment_factors", "CINplanDates": "cin_plans",
        "Section47": "section47", "ChildProtectionPlans": "child_protection_plans", "Reviews": "reviews",
    },
}  # fmt: skip
# The table with one row per child, and so the place of what is said about a child or about the whole.
CHILDREN = {"ssda903": "header", "cin_census": "children"}


class NotAskable(Exception):
    """A submission that the validators cannot be asked about; the message says why."""


def _files(folder: DataFolder, version: SubmissionVersion) -> tuple[Path, ...]:
    files = archived_files(folder, version)
    if not files:
        raise NotAskable("its files are not in the archive as they were received")
    return files


def _text(cell: object, column: Column) -> str | None:
    """A cell as DfE's own text files hold it: days as dd/mm/yyyy, identifiers and codes as text."""
    if isinstance(cell, bool):
        return str(int(cell))
    if cell is None or parse_text(cell).lower() in NULL_TEXTS:
        return None
    if column.type == "date":
        found = parse_date(cell)
        return f"{found:%d/%m/%Y}" if isinstance(found, date) else parse_text(cell)
    if column.type in (*IDENTIFIER_TYPES, "upn"):
        found = parse_identifier(cell)
        return found if isinstance(found, str) else parse_text(cell)
    return parse_text(cell)


def _table(contract: Contract, name: str, blocks: list[RecognisedBlock]) -> dict[str, Any]:
    """A table by DfE's headings, in the order in which its rows were taken in."""
    columns = contract.tables[name].columns
    there = [column for column in columns if all(column in found.positions for found in blocks)]
    rows: list[tuple[str | None, ...]] = []
    for found in blocks:
        texts = (
            [_text(cell, columns[column]) for cell in found.block.columns[found.positions[column]]]
            for column in there
        )
        rows += zip(*texts, strict=True)
    return {"columns": [columns[column].heading for column in there], "rows": rows}


def _return_tables(folder: DataFolder, version: SubmissionVersion, suffix: str) -> dict[str, Any]:
    year = collection_year(month_end(version.folder_month))
    contract = contract_for("ssda903", year)
    blocks = recognised_blocks(contract, _files(folder, version))
    return {
        f"{theirs}{suffix}": _table(contract, ours, blocks[ours])
        for theirs, ours in TABLES["ssda903"].items()
        if ours in blocks
    }


def request_for(
    folder: DataFolder, version: SubmissionVersion, previous: SubmissionVersion | None
) -> dict[str, Any]:
    """Everything the validators need to judge a version; raises NotAskable.

    `previous` is the return of the collection year before, which some rules look back to.
    """
    request = {
        "source": version.source, "area_code": version.area_code,
        "collection_year": collection_year(version.as_at_date),
    }  # fmt: skip
    if version.source == "cin_census":
        files = _files(folder, version)
        if len(files) != 1:
            raise NotAskable("it is not a single file")
        return request | {"file": str(files[0])}
    tables = _return_tables(folder, version, "")
    if previous is not None:
        tables |= _return_tables(folder, previous, "_last")
    return request | {"tables": tables}
