"""A region: the key that its areas share, which folder cannot be a region, why an area failed. No night is run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import time_machine
from dagster._core.events import AssetMaterializationPlannedData
from filelock import FileLock, Timeout
from typer.testing import CliRunner, Result

from orchestration.alerts.tell import tell
from orchestration.cli import app
from orchestration.dagster import job
from orchestration.dagster.killed import mark_of
from orchestration.intake.keys import KeyFileError, key_check, make_secret
from orchestration.intake.landing import version_of
from orchestration.ledger.events_in_sqlite import LEDGER_FILE
from orchestration.ledger.ledger import Ledger, SubmissionVersion
from orchestration.night.steps import Request
from orchestration.region import alerts, commands, definitions, folders, runs, union
from orchestration.region.alerts import tell_failure, tell_some
from orchestration.region.folders import (
    folder_of,
    grid_of,
    key_of,
    months_of,
    prepare,
    refuse_unfit,
)
from orchestration.region.runs import prune, settle
from orchestration.region.union import United, unite
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
        _send(folder, area, "2025-03")
    return folder


def _send(region: DataFolder, area: str, month: str, source: str = "annex_a") -> Path:
    """Put a file into landing."""
    place = region.landing / area / source / month
    place.mkdir(parents=True)
    (place / "list.csv").write_text(f"{area} {month}")
    return place


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
    monkeypatch.setattr(
        union, "_put_together", lambda whose, _: united.extend(whose) or United((), {}, {})
    )
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
    monkeypatch.setattr(union, "_put_together", lambda whose, _: United(tuple(whose), {}, {}))
    own = prepare(region, CAMDEN)
    state(own)
    prepare(region, CAMDEN)
    assert _key(own).read_bytes() == _key(region).read_bytes()
    found = unite({CAMDEN: own.warehouse_file}, region)
    assert (list(found.areas), found.left_out) == ([CAMDEN], {})


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
    (region.landing / "E0900007").mkdir()
    (region.landing / ENFIELD).rename(region.root / "moved")
    (region.landing / ENFIELD).symlink_to(region.root / "moved")
    told = json.loads(_cypp(region, "status", "--json")[0].stdout)
    assert (list(told["areas"]), told["obstacles"]) == ([BARNET, CAMDEN], [])
    ran, said = _cypp(region, "status")
    assert ran.exit_code == 3
    for text in (said, " ".join(told["messages"])):
        assert f"{CAMDEN} has no folder in landing any more" in text
        assert "neither an area code of nine characters nor 'national' [FOLDER_UNKNOWN]" in text
        assert "[NOT_A_FILE]" in text
    assert ("E0900007" in said, "E0900007" in str(told["messages"])) == (True, False)


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
    commands._begin(region, AREAS)
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


@pytest.mark.parametrize(
    ("left_out", "is_gone", "status"), [((), False, 0), (("why",), False, 1), ((), True, 1)]
)
def test_region_ends_with_1_where_an_area_is_not_in_it_as_of_this_night(
    region: DataFolder,
    left_out: tuple[str, ...],
    is_gone: bool,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in commands._environment(region):
        monkeypatch.setenv(name, "")
    monkeypatch.delenv("DAGSTER_HOME")
    shares: list[str | None] = []

    def made(asset: str, area: str | None = None) -> commands.Made:
        shares.append(os.environ.get("CYPP_AT_ONCE"))
        return commands.Made(True, "")

    said_of = {
        "night": dg.MetadataValue.text("published"),
        "left_out": dg.MetadataValue.json(list(left_out)),
    }
    monkeypatch.setattr(commands, "_make", made)
    monkeypatch.setattr(commands, "_metadata", lambda *_: said_of)
    (region.landing / "E0900007").mkdir()
    prepare(region, CAMDEN)
    if is_gone:
        (region.landing / CAMDEN).rename(region.root / "elsewhere")
    ran, said = _cypp(region, "region", "--at-once", "2")
    assert ran.exit_code == status
    assert "E0900007" in said
    assert (f"{CAMDEN} has no folder in landing any more" in said) == is_gone
    assert ("why" in said.split()) == bool(left_out)
    assert set(shares) == {"2"}


# ---------------------------------------------------------------- Dagster's daemon


def test_area_that_has_published_has_the_union_made_without_anybody_switching_it_on(
    dagster: dg.DagsterInstance,
) -> None:
    sensors = definitions.defs.get_repository_def().sensor_defs
    names = {"areas_published", "runs_killed", "night_failed", "alerts_due", "history_pruned"}
    assert {one.name for one in sensors} == names
    assert {one.default_status for one in sensors} == {dg.DefaultSensorStatus.RUNNING}

    def wanted(cursor: Any) -> tuple[int, Any]:
        found = dg.evaluate_automation_conditions(definitions.defs, dagster, cursor=cursor)
        return found.total_requested, found.cursor

    none, cursor = wanted(None)
    dagster.report_runless_asset_event(dg.AssetMaterialization(definitions.AREA, partition=CAMDEN))
    one, cursor = wanted(cursor)
    again, _ = wanted(cursor)
    assert (none, one, again) == (0, 1, 0)


def _in_progress(instance: dg.DagsterInstance, area: str) -> dg.DagsterRun:
    """A run of an area that has begun."""
    job = definitions.defs.resolve_job_def("area")
    run = instance.create_run_for_job(job, tags={"dagster/partition": area})
    instance.report_dagster_event(
        dg.DagsterEvent(
            dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED.value, "area",
            event_specific_data=AssetMaterializationPlannedData(definitions.AREA, area),
        ),
        run.run_id,
    )  # fmt: skip
    instance.report_dagster_event(
        dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "area"), run.run_id
    )
    return run


def test_union_is_made_once_when_no_area_is_computed_any_more(dagster: dg.DagsterInstance) -> None:
    def wanted(cursor: Any) -> tuple[int, Any]:
        found = dg.evaluate_automation_conditions(definitions.defs, dagster, cursor=cursor)
        return found.total_requested, found.cursor

    none, cursor = wanted(None)
    run = _in_progress(dagster, BARNET)
    dagster.report_runless_asset_event(dg.AssetMaterialization(definitions.AREA, partition=CAMDEN))
    waits, cursor = wanted(cursor)
    still, cursor = wanted(cursor)
    dagster.report_run_failed(run)
    made, cursor = wanted(cursor)
    again, _ = wanted(cursor)
    assert (none, waits, still, made, again) == (0, 0, 0, 1, 0)


def test_run_whose_process_died_is_settled_and_one_that_lives_is_not(
    region: DataFolder, dagster: dg.DagsterInstance
) -> None:
    dead, alive = _in_progress(dagster, BARNET), _in_progress(dagster, CAMDEN)
    mark_of(region, dead.run_id).touch()
    with FileLock(mark_of(region, alive.run_id)):
        assert settle(dagster, region) == [dead.run_id]
    assert dagster.get_run_ids(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])) == [
        alive.run_id
    ]


@pytest.mark.parametrize("asset", [definitions.area_warehouse, definitions.region_warehouse])
def test_run_of_a_region_holds_the_lock_that_says_that_it_lives(
    region: DataFolder, dagster: dg.DagsterInstance, asset: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    def look(*_: Any) -> None:
        [mark] = (region.work / "running").glob("*.lock")
        with suppress(Timeout), FileLock(mark, timeout=0):
            seen.append(False)
        seen.append(True)
        raise ConfigurationError("seen")

    monkeypatch.setattr(definitions, "refuse_unfit", look)
    monkeypatch.setattr(definitions, "unite_published", look)
    area = CAMDEN if asset is definitions.area_warehouse else None
    assert (_materialize(asset, area, dagster), seen) == (1, [True])


def test_history_of_a_region_keeps_the_last_nights(
    region: DataFolder, dagster: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "KEPT_RUNS", 1)
    for area in AREAS:
        prepare(region, area)
    for _ in range(14):
        dagster.report_run_failed(_in_progress(dagster, BARNET))
    assert prune(dagster, region) == 14 - 3 * 4
    assert dagster.get_runs_count() == 12


def test_failure_of_an_area_or_the_union_is_sent_once(region: DataFolder) -> None:
    told = region.root / "told"
    command = [
        sys.executable,
        "-c",
        f"import sys; open({str(told)!r}, 'a').write(sys.stdin.read())",
    ]
    (region.root / "settings.toml").write_text(f"[alerts]\ncommand = {json.dumps(command)}\n")
    own = prepare(region, CAMDEN)
    region.warehouse_file.write_bytes(b"of all areas")
    for _ in range(2):
        for area in (BARNET, CAMDEN, None):
            tell_failure(region, area, f"why of {area}")
    # What the area's own night has told is not told again.
    tell(own, "killed by signal 9")
    tell_failure(region, CAMDEN, "killed by signal 9")
    said = told.read_text()
    for why in (
        f"{BARNET}: why of {BARNET}",
        f"why of {CAMDEN}",
        "the warehouse of the region: why of None",
        "killed by signal 9",
    ):
        assert said.count(f"nothing was published: {why}.") == 1
    assert "In the way" not in said
    assert "2 alert(s) unread" in _cypp(region, "status")[1]
    # A region has no ledger: that is not in the way of its areas' nights.
    assert "Nothing that has not been sent already" in _cypp(region, "alert", "--check")[1]
    assert "2 alert(s) unread" in _cypp(region, "alert")[1]


def test_alerts_of_all_areas_are_sent_some_at_a_time(
    region: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(alerts, "tell", lambda own: asked.append(own.root.name) or [])
    monkeypatch.setattr(alerts, "AREAS_AT_A_TIME", 2)
    for area in AREAS:
        prepare(region, area)
    where = ""
    for _ in range(3):
        *_, where = tell_some(region, where)
    assert asked == [*AREAS, *AREAS[:2]]


def test_area_whose_settings_are_wrong_keeps_no_alert_of_another_back(region: DataFolder) -> None:
    (prepare(region, BARNET).root / "settings.toml").write_text("[alerts]\nunknown = 1\n")
    prepare(region, CAMDEN)
    sent, [problem], where = tell_some(region, "")
    assert (sent, where, problem.startswith(f"{BARNET}: no alert was sent")) == ([], "", True)


def test_run_that_was_killed_is_told_as_that(
    region: DataFolder, dagster: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str | None, str]] = []
    monkeypatch.setattr(definitions, "tell_failure", lambda _, *said: told.append(said) or [])
    run = _in_progress(dagster, CAMDEN)
    mark_of(region, run.run_id).touch()
    settle(dagster, region)
    [failed] = dagster.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    event = failed.get_dagster_event()
    definitions.night_failed(
        dg.build_run_status_sensor_context(
            sensor_name="night_failed", dagster_event=event, dagster_instance=dagster,
            dagster_run=run, partition_key=CAMDEN,
        ).for_run_failure()
    )  # fmt: skip
    [(area, why)] = told
    assert (area, "has ended without saying so" in why) == (CAMDEN, True)


# ---------------------------------------------------------------- the months of all


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
    _send(region, area, month, source)
    assert _months(region) == MARCH


def test_empty_folder_does_not_widen_the_months(region: DataFolder) -> None:
    (region.landing / BARNET / "annex_a" / "2020-03").mkdir()
    assert _months(region) == MARCH


def test_extract_that_was_refused_does_not_widen_the_months_until_another_is_sent(
    region: DataFolder,
) -> None:
    place = _send(region, BARNET, "2020-03")
    assert _months(region) == ("2020-03-31", "2025-03-31")
    _judged(region, place, "rejected", date(2020, 3, 31))
    assert _months(region) == MARCH
    (place / "list.csv").write_text("mended")
    assert _months(region) == ("2020-03-31", "2025-03-31")


def test_months_of_what_was_accepted_stay_when_landing_is_tidied(region: DataFolder) -> None:
    place = _send(region, CAMDEN, "2024-01")
    _judged(region, place, "accepted", date(2024, 1, 18))
    _judged(region, _send(region, CAMDEN, "2025-02"), "accepted", date(2052, 2, 28))
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
    _damaged_ledger(folder_of(region, ENFIELD))
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
    _send(region, CAMDEN, "2024-11")
    own = prepare(region, BARNET)
    job.run_job(own, Request(date(2025, 4, 10), grid=asked), lambda *_: None)
    assert [one.grid for one in requests] == [asked or (date(2024, 11, 30), date(2025, 3, 31))]
