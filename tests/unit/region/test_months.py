"""The months that all areas of a region are computed on. No night is run."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import time_machine

from orchestration.dagster import job
from orchestration.intake.landing import version_of
from orchestration.ledger.ledger import Ledger, SubmissionVersion
from orchestration.night.steps import Request
from orchestration.region import commands, folders
from orchestration.region.folders import (
    folder_of,
    grid_of,
    months_of,
    prepare,
)
from orchestration.settings import DataFolder
from tests.unit.region.given import (
    BARNET,
    CAMDEN,
    ENFIELD,
    damaged_ledger,
    send,
)

TODAY = datetime(2025, 4, 10, 12, tzinfo=UTC)


def _judged(region: DataFolder, place: Path, verdict: str, as_at: date) -> None:
    """Enter what became of a folder in landing."""
    *_, area, source, month = place.parts
    name = area, source, month, version_of(place.iterdir())
    version = SubmissionVersion(*name, as_at, TODAY, TODAY, verdict, "")
    Ledger(prepare(region, area).ledger).record_version("received", version)


def _months(region: DataFolder) -> tuple[str, str]:
    with time_machine.travel(TODAY, tick=False):
        first, last = months_of(region)
    return f"{first}", f"{last}"


MARCH = "2025-03-31", "2025-03-31"


@pytest.mark.parametrize(
    ("area", "source", "month"),
    [
        (BARNET, "annex_a", "2052-03"), (BARNET, "annex_a", "2025-04"), (BARNET, "annex_b", "2020-03"),
        ("national", "population", "2011-03"), (BARNET, "population", "2011-03"), ("E0900003", "annex_a", "2020-03"),
    ],
)  # fmt: skip
def test_folder_that_no_figure_can_come_from_does_not_widen_the_months(
    region: DataFolder, area: str, source: str, month: str
) -> None:
    send(region, area, month, source)
    assert _months(region) == MARCH


def test_empty_folder_does_not_widen_the_months(region: DataFolder) -> None:
    (region.landing / BARNET / "annex_a" / "2020-03").mkdir()
    assert _months(region) == MARCH


def test_extract_that_was_refused_does_not_widen_the_months_until_another_is_sent(
    region: DataFolder,
) -> None:
    place = send(region, BARNET, "2020-03")
    assert _months(region) == ("2020-03-31", "2025-03-31")
    _judged(region, place, "rejected", date(2020, 3, 31))
    assert _months(region) == MARCH
    (place / "list.csv").write_text("mended")
    assert _months(region) == ("2020-03-31", "2025-03-31")


def test_months_of_what_was_accepted_stay_when_landing_is_tidied(region: DataFolder) -> None:
    place = send(region, CAMDEN, "2024-01")
    _judged(region, place, "accepted", date(2024, 1, 18))
    _judged(region, send(region, CAMDEN, "2025-02"), "accepted", date(2052, 2, 28))
    shutil.rmtree(region.landing)
    assert _months(region) == ("2024-01-31", "2024-01-31")
    assert _months_of_folder(folder_of(region, CAMDEN)) == ("2024-01-31", "2024-01-31")


def _months_of_folder(folder: DataFolder) -> tuple[str, ...]:
    with time_machine.travel(TODAY, tick=False):
        return tuple(map(str, grid_of(folder) or ()))


def test_data_folder_of_no_region_has_months_of_its_own(region: DataFolder) -> None:
    assert grid_of(region) is None


def _told(region: DataFolder, area: str, first: date, last: date) -> None:
    own = prepare(region, area)
    Ledger(own.ledger).set_fact("begun", "yes")
    place = own.raw / "run" / "settings.parquet"
    place.parent.mkdir()
    pq.write_table(pa.table({"grid_from": [first], "grid_to": [last]}), place)


def test_months_of_an_area_whose_ledger_cannot_be_read_stay(region: DataFolder) -> None:
    _told(region, ENFIELD, date(2023, 1, 31), date(2025, 2, 28))
    damaged_ledger(folder_of(region, ENFIELD))
    assert _months(region) == ("2023-01-31", "2025-03-31")


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2025, 3, 31), date(2025, 3, 31), ""), (date(2025, 3, 31), date(2025, 2, 28), ""),
        (date(2024, 1, 31), date(2025, 3, 31), "are 2025-03..2025-03 now and were 2024-01..2025-03"),
        (date(2025, 3, 31), date(2052, 3, 31), "are 2025-03..2025-03 now and were 2025-03..2052-03"),
    ],
)  # fmt: skip
def test_months_that_have_become_fewer_are_told(
    region: DataFolder, first: date, last: date, said: str
) -> None:
    _told(region, ENFIELD, first, last)
    with time_machine.travel(TODAY, tick=False):
        found = folders.narrowed(region, months_of(region))
        notes = commands._notes(region)
    assert (bool(found), said in found) == (bool(said), True)
    assert [note for note in notes if note == found] == ([found] if said else [])


@pytest.mark.parametrize("asked", [None, (date(2024, 1, 31), date(2024, 2, 29))])
def test_whatever_runs_an_area_computes_it_on_the_months_of_all(
    region: DataFolder, monkeypatch: pytest.MonkeyPatch, asked: tuple[date, date] | None
) -> None:
    requests: list[Request] = []
    monkeypatch.setattr(job, "_executed", lambda folder, request, *_: requests.append(request))
    send(region, CAMDEN, "2024-11")
    own = prepare(region, BARNET)
    job.run_job(own, Request(date(2025, 4, 10), grid=asked), lambda *_: None)
    assert [one.grid for one in requests] == [asked or (date(2024, 11, 30), date(2025, 3, 31))]
