"""A region: the key that its areas share, which folder cannot be a region, why an area failed. No night is run."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from typer.testing import CliRunner, Result

from orchestration.cli import app
from orchestration.intake.keys import KeyFileError, key_check, make_secret
from orchestration.ledger.events_in_sqlite import LEDGER_FILE
from orchestration.ledger.ledger import Ledger, SubmissionVersion
from orchestration.region import commands, definitions, folders, union
from orchestration.region.folders import folder_of, key_of, prepare, refuse_unfit
from orchestration.region.union import unite
from orchestration.settings import ConfigurationError, DataFolder
from orchestration.upkeep.rekey import rekey

BARNET, CAMDEN, ENFIELD = "E09000003", "E09000007", "E09000010"
AREAS = (BARNET, CAMDEN, ENFIELD)
KEY = "hmac.key"


@pytest.fixture
def region(tmp_path: Path) -> DataFolder:
    """A region whose landing has three areas with a month each."""
    folder = DataFolder(tmp_path / "region")
    for area in AREAS:
        (folder.landing / area / "annex_a" / "2025-03").mkdir(parents=True)
    return folder


def _key(folder: DataFolder) -> Path:
    return folder.restricted / KEY


def _state(folder: DataFolder) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.root.rglob("*")) if path.is_file()}


def _cypp(folder: DataFolder, *words: str) -> tuple[Result, str]:
    """A command in this process, and what it said, in one line."""
    ran = CliRunner().invoke(app, [*words, "--data-dir", str(folder.root)])
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran, " ".join(ran.output.split())


# ---------------------------------------------------------------- one key


@pytest.mark.parametrize("at_once", [2, 3])
def test_areas_that_begin_at_the_same_time_have_one_key(
    region: DataFolder, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bytes] = []
    all_here = threading.Barrier(at_once)

    def make_late(path: Path) -> bytes:
        # Whoever else would make one, too, comes here before the first is written.
        with suppress(threading.BrokenBarrierError):
            all_here.wait(0.5)
        made.append(make_secret(path))
        return made[-1]

    monkeypatch.setattr(folders, "make_secret", make_late)
    with ThreadPoolExecutor(at_once) as threads:
        owns = list(threads.map(lambda area: prepare(region, area), AREAS[:at_once]))
    assert [key_of(region)] == made
    assert {_key(own).read_bytes() for own in owns} == {_key(region).read_bytes()}


def _another_key_file(own: DataFolder) -> None:
    make_secret(_key(own))


def _made_with_another(own: DataFolder) -> None:
    """The right file, put there later: what was taken in is under another key."""
    Ledger(own.ledger).set_fact("key_check", key_check(b"another"))


def _rekeyed_alone(own: DataFolder) -> None:
    ledger = Ledger(own.ledger)
    ledger.set_fact("key_check", key_check(bytes.fromhex(_key(own).read_text())))
    ledger.enter_rekey({"key_check": key_check(b"another"), "first_keys": None, "replaced": {}})


def _another_key_and_a_damaged_ledger(own: DataFolder) -> None:
    make_secret(_key(own))
    (own.ledger / LEDGER_FILE).write_bytes(b"damaged")


@pytest.mark.parametrize(
    "spoil",
    [_another_key_file, _made_with_another, _rekeyed_alone, _another_key_and_a_damaged_ledger],
)
@pytest.mark.parametrize("area", [BARNET, ENFIELD])
def test_area_under_another_key_is_named_and_not_united(
    region: DataFolder,
    area: str,
    spoil: Callable[[DataFolder], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warehouses = {each: prepare(region, each).warehouse_file for each in AREAS}
    own = folder_of(region, area)
    spoil(own)
    with pytest.raises(KeyFileError, match=rf"areas/{area} was made with another key .* move the area's folder away"):  # fmt: skip
        prepare(region, area)

    united: list[str] = []
    monkeypatch.setattr(union, "_put_together", lambda whose, _: united.extend(whose) or {})
    left_out = unite(warehouses, region).left_out
    assert united == [each for each in AREAS if each != area]
    assert list(left_out) == [area]
    assert f"areas/{area} was made with another key" in left_out[area]
    with pytest.raises(KeyFileError, match=f"areas/{area} was made with another key"):
        unite({area: own.warehouse_file}, region)


def _nothing(own: DataFolder) -> None:
    pass


def _has_taken_in(own: DataFolder) -> None:
    Ledger(own.ledger).set_fact("key_check", key_check(bytes.fromhex(_key(own).read_text())))


def _lost_its_file(own: DataFolder) -> None:
    _has_taken_in(own)
    _key(own).unlink()


def _damaged_ledger(own: DataFolder) -> None:
    (own.ledger / LEDGER_FILE).write_bytes(b"damaged")


@pytest.mark.parametrize("state", [_nothing, _has_taken_in, _lost_its_file, _damaged_ledger])
def test_area_under_the_regions_key_goes_on(
    region: DataFolder, state: Callable[[DataFolder], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(union, "_put_together", lambda whose, _: dict.fromkeys(whose, 0))
    own = prepare(region, CAMDEN)
    state(own)
    prepare(region, CAMDEN)
    assert _key(own).read_bytes() == _key(region).read_bytes()
    found = unite({CAMDEN: own.warehouse_file}, region)
    assert (list(found.counts), found.left_out) == ([CAMDEN], {})


def test_key_that_a_region_has_lost_is_not_made_again(region: DataFolder) -> None:
    kept = _key(prepare(region, CAMDEN))
    _key(region).unlink()
    for area in AREAS:
        with pytest.raises(KeyFileError, match=f"hmac.key is missing, .* for example from {kept}"):
            prepare(region, area)
    ran, said = _cypp(region, "region")
    assert (ran.exit_code, "Wrong configuration, nothing touched" in said) == (2, True)
    assert "put it back" in said
    assert not _key(region).exists()


def test_key_of_a_region_that_others_can_read_is_told_once(region: DataFolder) -> None:
    key_of(region)
    _key(region).chmod(0o644)
    ran, said = _cypp(region, "region")
    assert (ran.exit_code, said.count(f"chmod 600 {_key(region)}")) == (2, 1)


@pytest.mark.parametrize("place", ["", f"areas/{BARNET}", f"areas/{ENFIELD}"])
def test_rekey_of_a_region_or_an_area_is_refused(region: DataFolder, place: str) -> None:
    for area in AREAS:
        prepare(region, area)
        _has_taken_in(folder_of(region, area))
    before = _state(region)
    ran, said = _cypp(DataFolder(region.root / place), "rekey", "--by", "Ada")
    assert (ran.exit_code, said.startswith("No new key: "), said.count("No new key")) == (2, True, 1)  # fmt: skip
    assert "there is no rekey of a region" in said
    assert _state(region) == before
    with pytest.raises(ConfigurationError, match="there is no rekey of a region"):
        rekey(DataFolder(region.root / place), "Ada", lambda *_: None)


# ---------------------------------------------------------------- what is no region


def _version() -> SubmissionVersion:
    moment = datetime(2025, 4, 2, tzinfo=UTC)
    return SubmissionVersion(BARNET, "annex_a", "2025-03", "0" * 32, date(2025, 3, 31), moment, moment, "accepted", "")  # fmt: skip


def _took_in(ledger: Ledger) -> None:
    ledger.record_version("received", _version())


def _purged_all_that_it_took_in(ledger: Ledger) -> None:
    _took_in(ledger)
    detail = {"as_at": "2025-03-31", "received_by": None, "code_version": "x"}
    ledger.record_run("started", "r", detail)
    ledger.record_run("published", "r", {})
    ledger.record_purge("planned", {"purge_id": "p", "versions": [list(_version().name)]})


@pytest.mark.parametrize("history", [_took_in, _purged_all_that_it_took_in])
def test_folder_whose_archive_is_elsewhere_is_no_region_if_its_ledger_says_so(
    region: DataFolder, history: Callable[[Ledger], None]
) -> None:
    region.create()
    region.archive.rmdir()
    history(Ledger(region.ledger))
    region.warehouse_file.write_bytes(b"of its own")
    ran, said = _cypp(region, "region")
    assert (ran.exit_code, "has taken in extracts itself" in said) == (2, True)
    assert region.warehouse_file.read_bytes() == b"of its own"
    assert not (region.root / "areas").exists()


def test_region_that_has_a_warehouse_of_all_and_no_ledger_goes_on(region: DataFolder) -> None:
    region.create()
    region.warehouse_file.write_bytes(b"of all areas")
    refuse_unfit(region)
    assert list(region.ledger.iterdir()) == []


# ---------------------------------------------------------------- landing is not there


@pytest.mark.parametrize("begun", [AREAS[:1], AREAS[1:]])
def test_status_of_a_region_whose_landing_is_not_there_lists_its_areas(
    region: DataFolder, begun: tuple[str, ...]
) -> None:
    for area in begun:
        prepare(region, area)
    region.landing.rename(region.root / "elsewhere")
    ran, said = _cypp(region, "status")
    assert (ran.exit_code, said.count("landing is not there (is its share mounted?)")) == (3, 1)
    assert [area for area in AREAS if f"{area}: needs attention" in said] == list(begun)
    told = json.loads(_cypp(region, "status", "--json")[0].stdout)
    assert list(told["areas"]) == list(begun)
    assert told["obstacles"] == [f"landing is not there (is its share mounted?): {region.landing}"]


def test_status_of_a_region_lists_areas_that_have_not_begun_or_have_gone(
    region: DataFolder,
) -> None:
    prepare(region, CAMDEN)
    (region.landing / CAMDEN).rename(region.root / "elsewhere")
    told = json.loads(_cypp(region, "status", "--json")[0].stdout)
    assert (list(told["areas"]), told["obstacles"]) == ([*AREAS], [])


# ---------------------------------------------------------------- why an area failed


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        (-9, "half a line", "killed by signal 9"),
        (1, "take in ━━━ 3/3\nNothing published, the last good warehouse stays in place: no space: /x\n", "no space: /x"),
        (2, "Wrong configuration, nothing touched: settings.toml: gate: unknown\n", "settings.toml: gate: unknown"),
        (1, "a sentence without a colon", "a sentence without a colon"),
    ],
)  # fmt: skip
def test_what_a_run_says_last_is_why_it_published_nothing(
    status: int, error: str, told: str
) -> None:
    assert definitions._why(subprocess.CompletedProcess([], status, "said before", error)) == told


@pytest.mark.parametrize("error", ["", "Traceback (most recent call last)\n  x\nKeyError: 'SYN2020005'\n"])  # fmt: skip
def test_run_that_broke_off_is_told_without_a_value(error: str) -> None:
    said = definitions._why(subprocess.CompletedProcess([], 1, "SYN2020005", error))
    assert "broke off with status 1" in said
    assert "SYN2020005" not in said


@pytest.fixture
def dagster(region: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """Dagster's own history of the region, with a partition for each area."""
    for name, value in commands._environment(region).items():
        monkeypatch.setenv(name, value)
    commands._announce(AREAS)
    with dg.DagsterInstance.get() as instance:
        yield instance


def _materialize(asset: Any, area: str | None, instance: dg.DagsterInstance) -> int:
    done = dg.materialize([asset], partition_key=area, instance=instance, raise_on_error=False)
    return 0 if done.success else 1


def _open_key_of(region: DataFolder) -> None:
    key_of(region)
    _key(region).chmod(0o644)


def _share_is_gone(region: DataFolder) -> None:
    region.landing.rename(region.root / "elsewhere")


def _ledger_is_damaged(region: DataFolder) -> None:
    region.create()
    (region.ledger / LEDGER_FILE).write_bytes(b"damaged")


def _wrong_settings(region: DataFolder) -> None:
    (region.root / "settings.toml").write_text("[gate]\nunknown = 1\n")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_open_key_of, "run `chmod 600"),
        (_share_is_gone, "landing is not there (is its share mounted?)"),
        (_ledger_is_damaged, "put back the folder ledger/ from a backup"),
        (_wrong_settings, "settings.toml: gate.unknown"),
    ],
)
def test_what_is_told_of_an_area_is_of_this_night(
    region: DataFolder,
    dagster: dg.DagsterInstance,
    spoil: Callable[[DataFolder], None],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends: dict[str, int] = {}

    def run(words: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        if "region/warehouse" in words:
            status = _materialize(definitions.region_warehouse, None, dagster)
        else:
            area = words[-1]
            status = ends.get(area) or _materialize(definitions.area_warehouse, area, dagster)
        return subprocess.CompletedProcess(words, status)

    spoil(region)
    monkeypatch.setattr(subprocess, "run", run)
    first = {area: commands._night_of(area) for area in AREAS}
    assert [night.is_done for night in first.values()] == [False] * 3
    assert all(told in night.said for night in first.values()), first
    # The next night nobody comes as far as to say why.
    ends |= {BARNET: 1, CAMDEN: -9}
    again = {area: commands._night_of(area).said for area in AREAS}
    assert "Dagster could not start the run" in again[BARNET]
    assert "killed by signal 9" in again[CAMDEN]
    assert [told in said for said in again.values()] == [False, False, True]
    assert commands._make("region/warehouse").said != ""


@pytest.mark.parametrize(("event", "told"), [("published", "published"), ("unchanged", "nothing new")])  # fmt: skip
def test_what_a_night_that_ended_well_came_to_is_told(
    region: DataFolder,
    dagster: dg.DagsterInstance,
    event: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(words: list[Any], **_: Any) -> subprocess.CompletedProcess[str]:
        if words[0] == definitions.CYPP:
            Ledger(folder_of(region, CAMDEN).ledger).record_attempt(event, "r")
            return subprocess.CompletedProcess(words, 0, "", "")
        return subprocess.CompletedProcess(words, _materialize(definitions.area_warehouse, CAMDEN, dagster))  # fmt: skip

    monkeypatch.setattr(subprocess, "run", run)
    assert commands._night_of(CAMDEN) == commands.Made(True, told)


# ---------------------------------------------------------------- Dagster's daemon


def test_area_that_has_published_has_the_union_made_without_anybody_switching_it_on(
    dagster: dg.DagsterInstance,
) -> None:
    sensors = definitions.defs.get_repository_def().sensor_defs
    assert [(one.name, one.default_status) for one in sensors] == [
        ("areas_published", dg.DefaultSensorStatus.RUNNING)
    ]

    def wanted(cursor: Any) -> tuple[int, Any]:
        found = dg.evaluate_automation_conditions(definitions.defs, dagster, cursor=cursor)
        return found.total_requested, found.cursor

    none, cursor = wanted(None)
    dagster.report_runless_asset_event(dg.AssetMaterialization(definitions.AREA, partition=CAMDEN))
    one, cursor = wanted(cursor)
    again, _ = wanted(cursor)
    assert (none, one, again) == (0, 1, 0)
