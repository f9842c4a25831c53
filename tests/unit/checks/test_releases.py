"""Releases of a failed table check: which are refused, and which count for a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
import time_machine

from orchestration.checks.acceptance import NotAcceptable, accept_check
from orchestration.checks.gate import Vintage, table_checks
from orchestration.ledger.ledger import Acceptance, Ledger
from orchestration.settings import DataFolder, GateSettings
from tests.nights import take_in_all

CHECK, AREA = "annex_a.list_3.volume", "E09000003"
TODAY = date(2025, 4, 10)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """Published with one failed check."""
    made = DataFolder(tmp_path)
    made.create()
    Ledger(made.ledger).set_fact("key_check", "of a test")
    with duckdb.connect(str(made.warehouse_file)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_dq_results as select ? as check_id, ? as area_code,"
            " 'error' as severity, false as passed",
            [CHECK, AREA],
        )
    return made


def given(hour: int, until: date = TODAY) -> Acceptance:
    moment = datetime(2025, 4, 10, hour, tzinfo=UTC)
    return Acceptance(CHECK, AREA, "Ada", "why", until, moment)


def test_release_up_to_a_day_that_has_passed_is_refused(folder: DataFolder) -> None:
    with pytest.raises(NotAcceptable, match="2025-04-09 has passed"):
        accept_check(folder, given(10, date(2025, 4, 9)))
    assert (Ledger(folder.ledger).acceptances(), Ledger(folder.ledger).trail()) == ([], [])

    accept_check(folder, given(10))
    assert Ledger(folder.ledger).acceptances() == [given(10)]


@pytest.mark.parametrize("left_out", ["accepted_by", "reason"])
def test_release_without_a_name_or_a_reason_is_refused(folder: DataFolder, left_out: str) -> None:
    with pytest.raises(NotAcceptable, match="give the name"):
        accept_check(folder, replace(given(10), **{left_out: " "}))


def test_release_given_after_what_a_run_may_know_does_not_count() -> None:
    releases = [given(10), given(12), given(13)]
    noon = datetime(2025, 4, 10, 12, tzinfo=UTC)
    assert Vintage(TODAY, noon).releases(releases) == releases[:2]
    assert Vintage(TODAY, None).releases(releases) == releases


@pytest.mark.parametrize(("by", "is_released"), [(9, False), (11, True), (None, True)])
def test_run_up_to_a_moment_holds_what_was_released_later(
    tmp_path: Path, by: int | None, *, is_released: bool
) -> None:
    folder = DataFolder(tmp_path)
    folder.create()
    place = folder.landing / AREA / "annex_a" / "2025-03"
    place.mkdir(parents=True)
    heading = "Child Unique ID,Gender,Ethnicity,Date of Birth,Age of Child (Years),Date of Contact,Contact Source"
    (place / "List 1.csv").write_text(f'{heading}\nSYN1,M,WBRI,01/02/2015,10,03/03/2025,"Poli')
    with time_machine.travel(datetime(2025, 4, 10, 8, tzinfo=UTC)):
        take_in_all(folder, among={"annex_a"})
    ledger = Ledger(folder.ledger)
    ledger.accept(replace(given(10), check_id="annex_a.list_1.structure"))
    moment = by and datetime(2025, 4, 10, by, tzinfo=UTC)
    vintage = Vintage(TODAY, moment or None)
    checks = table_checks(folder, ledger, GateSettings(), vintage, only_source="annex_a")
    found = [released for check, released in checks if not check.passed]
    assert found == [is_released]
