"""A region: areas in data folders of their own, computed side by side, and one warehouse of all."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import time
from pathlib import Path

import duckdb
import pytest

from orchestration.intake.keys import key_check
from orchestration.ledger import demo_events
from orchestration.ledger.ledger import Ledger
from orchestration.night.steps import Request
from orchestration.region.folders import (
    areas_of,
    folder_of,
    months_of,
    prepare,
    refuse_unfit,
)
from orchestration.region.union import unite
from orchestration.settings import DataFolder
from orchestration.warehouse.schemas import printed_tables, published_tables
from tests import extracts
from tests.commands import CYPP, begin, cypp, finish
from tests.nights import run_night
from tests.story import Story, query

BARNET, CAMDEN = "E09000003", "E09000007"
# Which run and when; what a run of both areas and one of each must say differently.
OF_THE_RUN = {"run_id", "finished_at", "started_at", "published_at", "received_at"}
# One row or value by run.
OF_ONE_RUN = {"dim_runs", "fct_vintages"}
# In a run of its own each area is the home area, which is compared with its neighbours.
OF_THE_HOME_AREA = {"is_home", "neighbours_value", "neighbours_basis", "neighbours_period_end"}


@pytest.fixture(scope="module")
def whole(story: Story) -> DataFolder:
    """Both areas in one data folder."""
    return DataFolder(story.first.data)


@pytest.fixture(scope="module")
def region(whole: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """The same landing, each area alone, under the same key."""
    folder = DataFolder(tmp_path_factory.mktemp("region"))
    folder.create()
    shutil.copytree(whole.landing, folder.landing, dirs_exist_ok=True)
    shutil.copy(whole.restricted / "hmac.key", folder.restricted / "hmac.key")
    [(as_at,)] = query(whole.warehouse_file, "select as_at from marts.dim_runs")
    for area in areas_of(folder):
        run_night(prepare(folder, area), Request(as_at, grid=months_of(folder)))
    unite({area: folder_of(folder, area).warehouse_file for area in areas_of(folder)}, folder)
    return folder


@pytest.mark.faults
def test_union_of_areas_equals_the_whole(whole: DataFolder, region: DataFolder) -> None:
    tables = set(published_tables()) - set(printed_tables()) - OF_ONE_RUN
    assert len(tables) > 25
    with duckdb.connect() as connection:
        connection.execute(f"attach '{whole.warehouse_file}' as whole (read_only)")
        connection.execute(f"attach '{region.warehouse_file}' as region (read_only)")
        counts = {table: _differing(connection, table) for table in sorted(tables)}
    assert {table: count for table, count in counts.items() if any(count)} == {}


def _differing(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, ...]:
    """Rows of a table that only the one has, and that only the other has."""
    columns = connection.execute(f"describe whole.marts.{table}").fetchall()
    compared = ", ".join(
        f"round({name}, 9)" if kind == "DOUBLE" else name
        for name, kind, *_ in columns
        if name not in OF_THE_RUN | OF_THE_HOME_AREA
    )
    neighbours = (
        " where area_code <> 'SN-E09000007'"
        if ("area_code", "VARCHAR") in {row[:2] for row in columns}
        else ""
    )
    ways = (("whole", "region"), ("region", "whole"))
    return tuple(
        connection.execute(
            f"select count(*) from (select {compared} from {one}.marts.{table}{neighbours}"
            f" except all select {compared} from {other}.marts.{table}{neighbours})"
        ).fetchall()[0][0]
        for one, other in ways
    )


@pytest.mark.faults
def test_each_area_has_its_own_state_and_the_regions_landing_settings_and_key(
    region: DataFolder,
) -> None:
    for area in (BARNET, CAMDEN):
        own = folder_of(region, area)
        assert sorted(path.name for path in own.landing.iterdir()) == [area, "national"]
        assert (own.landing / area).resolve() == region.landing / area
        assert (own.restricted / "hmac.key").read_bytes() == (
            region.restricted / "hmac.key"
        ).read_bytes()
        assert (own.ledger / "ledger.sqlite3").exists()
        with duckdb.connect(str(own.warehouse_file), read_only=True) as connection:
            here = connection.execute(
                "select distinct area_code from marts.fct_indicator_values"
            ).fetchall()
        assert here == [(area,)]
    assert list(region.ledger.glob("*")) == []
    assert region.warehouse_file.stat().st_mode & 0o777 == 0o400


@pytest.mark.faults
def test_folder_that_has_taken_in_extracts_itself_is_no_region(whole: DataFolder) -> None:
    ran = cypp(whole.root, "region")
    assert ran.status == 2
    assert "has taken in extracts itself" in ran.err


def test_region_that_had_a_demo_and_a_warehouse_goes_on(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.create()
    Ledger(folder.ledger).enter_demo(demo_events.MARKED)
    folder.warehouse_file.write_bytes(b"of all areas")
    refuse_unfit(folder)


def test_region_with_a_home_area_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(f'home_area = "{BARNET}"\n')
    (tmp_path / "landing").mkdir()
    ran = cypp(tmp_path, "region")
    assert ran.status == 2
    assert "each area of a region is its own home area" in ran.err


def test_region_without_landing_or_extracts_publishes_nothing_as_one_area_does(
    tmp_path: Path,
) -> None:
    absent = cypp(tmp_path, "region")
    (tmp_path / "landing" / BARNET).mkdir(parents=True)
    empty = cypp(tmp_path, "region")
    assert (absent.status, empty.status) == (1, 1)
    assert f"landing is not there (is its share mounted?): {tmp_path}/landing" in absent.err
    assert "holds no extracts" in empty.err
    assert [path.name for path in tmp_path.iterdir()] == ["landing"]


@pytest.mark.slow
def test_each_area_is_told_by_what_stopped_it_this_night(tmp_path: Path) -> None:
    region = DataFolder(tmp_path / "region")
    for area in (BARNET, CAMDEN):
        place = region.landing / area / "annex_a" / "2025-03"
        place.mkdir(parents=True)
        (place / "list.csv").write_text("not read")
    # Of yesterday; a wrong configuration enters nothing.
    ledger = Ledger(prepare(region, BARNET).ledger)
    ledger.record_attempt("failed", reason="No space left on device")
    (folder_of(region, BARNET).root / "settings.toml").write_text("[gate]\nunknown = 1\n")
    Ledger(prepare(region, CAMDEN).ledger).set_fact("key_check", key_check(b"another"))

    ran = cypp(region.root, "region", "--at-once", "2")
    assert ran.status == 1
    told = dict(line.split(": ", 1) for line in ran.out.splitlines())
    assert list(told) == [BARNET, CAMDEN]
    assert told[BARNET].startswith("nothing published, ")
    assert "settings.toml: gate.unknown" in told[BARNET]
    assert "was made with another key than the region's" in told[CAMDEN]
    assert "no area has published yet" in ran.err


@pytest.mark.faults
def test_area_under_another_key_is_left_out_of_the_warehouse_of_all(
    region: DataFolder, tmp_path: Path
) -> None:
    alike = DataFolder(Path(shutil.copytree(region.root, tmp_path / "region", symlinks=True)))
    files = {area: folder_of(alike, area).warehouse_file for area in (BARNET, CAMDEN)}
    assert (unite(files, alike).left_out, _areas_in(alike.warehouse_file)) == ({}, {BARNET, CAMDEN})
    another = {"key_check": key_check(b"another"), "first_keys": None, "replaced": {}}
    Ledger(folder_of(alike, BARNET).ledger).enter_rekey(another)
    assert list(unite(files, alike).left_out) == [BARNET]
    assert _areas_in(alike.warehouse_file) == {CAMDEN}


@pytest.mark.faults
def test_killed_area_leaves_the_others_untouched_and_is_taken_up_alone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "region")
    extracts.write_landing(folder.landing)
    command = (*CYPP, "region", "--at-once", "2", "--data-dir", str(folder.root))
    running = begin(command)
    killed = folder_of(folder, CAMDEN)
    os.kill(_process_on(killed.root), signal.SIGKILL)
    ran = finish(running)

    assert ran.status == 1
    assert f"{BARNET}: published" in ran.out
    assert re.search(f"{CAMDEN}: nothing published, .*: killed by signal 9\n", ran.out)
    assert not killed.warehouse_file.exists()
    assert _areas_in(folder.warehouse_file) == {BARNET}
    before = folder_of(folder, BARNET).warehouse_file.stat().st_mtime_ns

    status = cypp(folder.root, "status")
    assert f"{CAMDEN}: needs attention" in status.out
    told = json.loads(cypp(folder.root, "status", "--json").out)["areas"]
    assert {area: one["needs_attention"] for area, one in told.items()}[CAMDEN]
    assert status.status == 3

    again = cypp(folder.root, "region", "--at-once", "2")
    assert again.status == 0, again.out + again.err
    assert f"{BARNET}: nothing new" in again.out
    assert f"{CAMDEN}: published" in again.out
    assert folder_of(folder, BARNET).warehouse_file.stat().st_mtime_ns == before
    assert _areas_in(folder.warehouse_file) == {BARNET, CAMDEN}


def _areas_in(warehouse: Path) -> set[str]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select distinct area_code from marts.fct_indicator_values"
        ).fetchall()
    return {area for (area,) in rows}


def _process_on(data: Path) -> int:
    """The process of the run that holds a data folder, once it has begun to take in."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for place in Path("/proc").glob("[0-9]*"):
            try:
                words = (place / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"run" in words and str(data).encode() in words and any(data.glob("raw/*/*")):
                return int(place.name)
        time.sleep(0.2)
    raise AssertionError("no run of the area has begun")
