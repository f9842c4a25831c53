"""Folders of landing whose name is no code of a present authority are told, with what to do; their extracts are read."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.intake.areas import dfe_codes, doubted_areas
from orchestration.intake.landing import scan
from orchestration.settings import DBT_FOLDER
from tests.extracts import BARNET, write_bytes


def _seed(name: str) -> list[dict[str, str]]:
    with (DBT_FOLDER / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LISTED = {row["area_code"]: row for row in _seed("areas")}
CHANGES = _seed("area_code_changes")
ENDED = {row["former_code"] for row in CHANGES if row["change"] != "recoded"}
AUTHORITIES = sorted(code for code, row in LISTED.items() if row["area_type"] == "la")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("E08000038", ("Barnsley", "E08000016")),
        ("E08000039", ("Sheffield", "E08000019")),
        ("E09000099", ("no area in the list",)),
        ("W06000015", ("no area in the list",)),
        ("E12000007", ("no authority", "London")),
        ("E10000021", ("Northamptonshire ended on 2021-03-31", "E06000061 and E06000062")),
    ],
)
def test_folder_of_another_code_is_told_once_and_taken_in(
    code: str, says: tuple[str, ...], tmp_path: Path
) -> None:
    for source, month in (("annex_a", "2025-02"), ("annex_a", "2025-03"), ("ssda903", "2025-03")):
        write_bytes(tmp_path / code / source / month / "a.csv", b"a\n1\n")
    write_bytes(tmp_path / BARNET / "annex_a" / "2025-03" / "a.csv", b"a\n1\n")

    landing = scan(tmp_path, quiet_seconds=0)

    [told] = landing.findings
    assert (told.rule, told.severity, told.folder) == ("AREA_UNKNOWN", "warn", code)
    assert [part for part in says if part not in told.text()] == []
    assert told.text().startswith(f"{code}: ") and told.remedy
    assert {one.area_code for one in landing.submissions} == {code, BARNET}


@given(st.sampled_from(AUTHORITIES), st.integers(2018, 2030), st.integers(1, 12))
def test_authority_is_doubted_only_when_it_has_ended(code: str, year: int, month: int) -> None:
    told = list(doubted_areas([(code, f"{year}-{month:02}"), (code, "2010-01")]))
    ends = {row["ended_on"] for row in CHANGES if row["former_code"] == code and code in ENDED}
    assert bool(told) is any(f"{year}-{month:02}" > end[:7] for end in ends)


@given(st.sampled_from([row for row in CHANGES if row["change"] == "recoded"]))
def test_both_codes_of_a_recoded_authority_have_its_number_and_one_is_told(
    change: dict[str, str],
) -> None:
    codes = (change["former_code"], change["successor_code"])
    [listed] = LISTED.keys() & set(codes)
    assert {dfe_codes()[code] for code in codes} == {LISTED[listed]["dfe_code"]}
    [told] = doubted_areas((code, "2025-03") for code in codes)
    assert told.folder != listed and listed in told.message
