"""The warehouse of a region where areas' warehouses are of another version, damaged or gone. No night is run."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.night.errors import NothingPublished, told_in_words
from orchestration.region.folders import folder_of, prepare
from orchestration.region.union import said_of_older, unite_published
from orchestration.settings import DataFolder
from tests.unit.region.given import AREAS, BARNET, CAMDEN, ENFIELD

# The newest is Enfield's: what the others lack, it has.
TABLES = {
    "fct_submissions": (
        "submission_id varchar primary key, area_code varchar, run_id varchar not null, added varchar not null"
    ),
    "fct_holds": "area_code varchar, hold varchar, primary key (area_code)",
    "dim_indicators": "indicator_id varchar primary key, label varchar, added integer not null",
}
LACKING = {"fct_submissions": ["added"], "dim_indicators": ["added"]}


@pytest.fixture
def region(tmp_path: Path) -> DataFolder:
    """A region whose areas have published, the last one with code that has added columns and a table."""
    folder = DataFolder(tmp_path / "region")
    for number, area in enumerate(AREAS):
        (folder.landing / area).mkdir(parents=True)
        publish(folder, area, f"run{number}")
    return folder


def publish(region: DataFolder, area: str, run: str, *, is_older: bool = False) -> None:
    """Publish a submission of an area, one of everybody, a hold and an indicator."""
    file = prepare(region, area).warehouse_file
    file.unlink(missing_ok=True)
    rows = {
        "fct_submissions": [(f"{area} s", area, run, "x"), ("national s", "national", run, "x")],
        "fct_holds": [(area, "h")],
        "dim_indicators": [("referrals", "Referrals", 1), (f"of {area}", "Own", 1)],
    }
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts")
        for table, columns in TABLES.items():
            connection.execute(f"create table marts.{table} ({columns})")
            for row in rows[table]:
                listed = ", ".join("?" * len(row))
                connection.execute(f"insert into marts.{table} values ({listed})", row)
        if is_older:
            connection.execute("drop table marts.fct_holds")
            for table, names in LACKING.items():
                for name in names:
                    connection.execute(f"alter table marts.{table} drop column {name}")


def rows_of(region: DataFolder, statement: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(region.warehouse_file), read_only=True) as connection:
        return connection.execute(statement).fetchall()


SUBMISSIONS = "select submission_id, added from marts.fct_submissions order by all"


@pytest.mark.parametrize("older", [[BARNET], [BARNET, CAMDEN]])
def test_area_of_an_earlier_version_is_united_without_what_has_been_added(
    region: DataFolder, older: list[str]
) -> None:
    for number, area in enumerate(older):
        publish(region, area, f"run{number}", is_older=True)
    united = unite_published(region)
    assert (united.areas, united.left_out) == (AREAS, {})
    own = [(f"{area} s", None if area in older else "x") for area in AREAS]
    assert rows_of(region, SUBMISSIONS) == [*own, ("national s", "x")]
    held = [(area,) for area in AREAS if area not in older]
    assert rows_of(region, "select area_code from marts.fct_holds order by all") == held
    assert united.counts == {"dim_indicators": 4, "fct_holds": len(held), "fct_submissions": 4}


def test_table_that_the_code_does_not_know_is_left_out(region: DataFolder) -> None:
    with duckdb.connect(str(folder_of(region, ENFIELD).warehouse_file)) as connection:
        connection.execute("create table marts.fct_of_tomorrow (area_code varchar)")
    assert sorted(unite_published(region).counts) == sorted(TABLES)


def _damage(file: Path) -> None:
    file.write_bytes(b"damaged" * 1000)


def _damage_rows(file: Path) -> None:
    """What opens it is whole; a block of rows is not."""
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "insert into marts.fct_submissions select 's' || range, area_code, run_id, md5(range::varchar)"
            " from range(99000), marts.fct_submissions where area_code <> 'national'"
        )
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 9] = b"\0damaged\0"
    file.write_bytes(content)


def _null_in_the_last_table(file: Path) -> None:
    """Rows of the tables before it are there already when it cannot be added."""
    with duckdb.connect(str(file)) as connection:
        connection.execute("alter table marts.fct_submissions alter column added drop not null")
        connection.execute("update marts.fct_submissions set added = null")


@pytest.mark.parametrize("spoil", [_damage, _damage_rows, _null_in_the_last_table])
@pytest.mark.parametrize("area", [BARNET, CAMDEN])
def test_area_whose_warehouse_cannot_be_read_is_named_and_the_rest_united(
    region: DataFolder, spoil: Callable[[Path], None], area: str
) -> None:
    spoil(folder_of(region, area).warehouse_file)
    united = unite_published(region)
    assert united.areas == tuple(one for one in AREAS if one != area)
    [(left_out, why)] = united.left_out.items()
    assert (left_out, f"cypp verify --data-dir {folder_of(region, area).root}" in why) == (
        area,
        True,
    )
    assert why.startswith(f"{area} is not in the region's warehouse")
    # Nothing of it is there in part.
    assert rows_of(region, SUBMISSIONS) == [
        *((f"{one} s", "x") for one in united.areas),
        ("national s", "x"),
    ]
    assert united.counts["dim_indicators"] == 3


def test_newest_warehouse_that_cannot_be_read_does_not_stop_the_others(region: DataFolder) -> None:
    _damage(folder_of(region, ENFIELD).warehouse_file)
    assert unite_published(region).areas == (BARNET, CAMDEN)


def test_union_of_warehouses_none_of_which_can_be_read_leaves_the_last_one(
    region: DataFolder,
) -> None:
    unite_published(region)
    before = region.warehouse_file.read_bytes()
    for area in AREAS:
        _damage(folder_of(region, area).warehouse_file)
    with pytest.raises(NothingPublished, match=f"{BARNET} is not in .* {ENFIELD} is not in"):
        unite_published(region)
    assert region.warehouse_file.read_bytes() == before


def test_full_disk_is_not_the_fault_of_an_area(region: DataFolder) -> None:
    unite_published(region)
    before = region.warehouse_file.read_bytes()
    for area in AREAS:
        with duckdb.connect(str(folder_of(region, area).warehouse_file)) as connection:
            connection.execute(
                f"insert into marts.fct_submissions select '{area}' || range || random(), '{area}', 'run9', repeat(random()::varchar, 20) from range(100000)"
            )
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, hard))
    try:
        with pytest.raises(NothingPublished) as raised, told_in_words():
            unite_published(region)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "cypp verify" not in str(raised.value)
    assert region.warehouse_file.read_bytes() == before


def test_area_that_has_gone_from_landing_stays_in_the_warehouse(region: DataFolder) -> None:
    (region.landing / CAMDEN).rename(region.root / "elsewhere")
    assert unite_published(region).areas == AREAS


def test_union_that_is_older_than_an_area_is_told(region: DataFolder) -> None:
    assert said_of_older(region) == [
        "there is no warehouse of the region yet, though areas have published: run `cypp region`"
    ]
    unite_published(region)
    assert said_of_older(region) == []
    publish(region, CAMDEN, "run7")
    assert said_of_older(region) == [
        f"{CAMDEN}: the region's warehouse has its run run1, and it has published run7 since: run `cypp region`"
    ]
    region.warehouse_file.chmod(0o600)
    _damage(region.warehouse_file)
    [said] = said_of_older(region)
    assert "cannot be read" in said
