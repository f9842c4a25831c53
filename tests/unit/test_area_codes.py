"""The list of former ONS codes agrees with the list of areas."""

from __future__ import annotations

import csv
from collections import Counter

from orchestration.settings import DBT_FOLDER


def _seed(name: str) -> list[dict[str, str]]:
    with (DBT_FOLDER / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CHANGES = _seed("area_code_changes")
AREAS = {row["area_code"] for row in _seed("areas")}


def test_recoded_authority_is_in_the_list_of_areas_under_one_of_its_codes() -> None:
    for row in CHANGES:
        if row["change"] == "recoded":
            assert len({row["former_code"], row["successor_code"]} & AREAS) == 1, row


def test_code_was_recoded_once_and_then_neither_split_nor_merged() -> None:
    recoded = [row["former_code"] for row in CHANGES if row["change"] == "recoded"]
    others = {row["former_code"] for row in CHANGES if row["change"] != "recoded"}
    assert max(Counter(recoded).values()) == 1
    assert not others & set(recoded)


def test_successor_of_a_split_or_merged_authority_is_an_area_of_its_own() -> None:
    for row in CHANGES:
        if row["change"] != "recoded":
            assert {row["former_code"], row["successor_code"]} <= AREAS, row
