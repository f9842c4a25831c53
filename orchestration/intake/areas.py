"""What is known of an area's code: DfE's number of the authority, and whether figures can be had under the code.

The lists are the dbt seeds `areas` and `area_code_changes`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache

from orchestration.intake.cover import month_end
from orchestration.intake.findings import Finding
from orchestration.settings import DBT_FOLDER

RECODED = "recoded"
AUTHORITY = "la"


@cache
def _seed(name: str) -> tuple[dict[str, str], ...]:
    with (DBT_FOLDER / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def _areas() -> dict[str, dict[str, str]]:
    return {row["area_code"]: row for row in _seed("areas")}


@cache
def _other_codes() -> dict[str, str]:
    """The code in the list of areas by the other code of an authority that was only re-coded."""
    pairs = [
        (row["former_code"], row["successor_code"])
        for row in _seed("area_code_changes")
        if row["change"] == RECODED
    ]
    both = [*pairs, *((new, old) for old, new in pairs)]
    return {other: listed for other, listed in both if listed in _areas()}


@cache
def dfe_codes() -> dict[str, str]:
    """DfE's code by ONS area code, a code of other days included."""
    listed = {code: row["dfe_code"] for code, row in _areas().items()}
    return {other: listed[code] for other, code in _other_codes().items()} | listed


def doubted_areas(folders: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """What is to be said of areas in landing whose code is not that of an authority; `folders`: areas and months.

    Their extracts are taken in all the same.
    """
    newest: dict[str, str] = {}
    for area_code, month in folders:
        newest[area_code] = max(month, newest.get(area_code, month))
    for area_code, month in sorted(newest.items()):
        for message, remedy in _doubts(area_code, month):
            yield Finding("AREA_UNKNOWN", "warn", message, remedy, folder=area_code)


def _doubts(area_code: str, newest_month: str) -> Iterator[tuple[str, str]]:
    known, listed = _areas().get(area_code), _other_codes().get(area_code)
    if known is None and listed is not None:
        yield (
            f"another code of {_areas()[listed]['area_name']}, which the list of areas has as {listed}: under this one "
            "there is no population and no published figure",
            f"Give the folder the name {listed}",
        )
    elif known is None:
        yield (
            "no area in the list of areas has this code: there is no population and no published figure for it",
            "Check the name of the folder",
        )
    elif known["area_type"] != AUTHORITY:
        yield (
            f"the code of {known['area_name']}, which is no authority",
            "Give the folder the code of the authority whose extracts these are",
        )
    else:
        yield from _after_its_end(area_code, known["area_name"], newest_month)


def _after_its_end(area_code: str, name: str, newest_month: str) -> Iterator[tuple[str, str]]:
    changes = [
        row
        for row in _seed("area_code_changes")
        if row["former_code"] == area_code and row["change"] != RECODED
    ]
    if changes and month_end(newest_month) > date.fromisoformat(changes[0]["ended_on"]):
        successors = " and ".join(row["successor_code"] for row in changes)
        yield (
            f"{name} ended on {changes[0]['ended_on']}, before the extract of {newest_month}",
            f"Put later extracts into the folder of an authority that followed: {successors}",
        )
