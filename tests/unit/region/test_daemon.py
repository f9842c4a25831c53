"""What Dagster's daemon does for a region: one union, killed runs, history, alerts. No night is run."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import dagster as dg
import pytest
from dagster._core.events import AssetMaterializationPlannedData
from filelock import FileLock, Timeout

from orchestration.alerts.tell import tell
from orchestration.dagster.killed import mark_of
from orchestration.region import alerts, definitions, runs
from orchestration.region.alerts import tell_failure, tell_some
from orchestration.region.folders import (
    prepare,
)
from orchestration.region.runs import prune, settle
from orchestration.settings import ConfigurationError, DataFolder
from tests.commands import alerts_into_a_file
from tests.unit.region.given import (
    AREAS,
    BARNET,
    CAMDEN,
    cypp_said,
    materialize,
)


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
    assert (materialize(asset, area, dagster), seen) == (1, [True])


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
    told = alerts_into_a_file(region.root)
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
    assert "2 alert(s) unread" in cypp_said(region, "status")[1]
    # A region has no ledger: that is not in the way of its areas' nights.
    assert "Nothing that has not been sent already" in cypp_said(region, "alert", "--check")[1]
    assert "2 alert(s) unread" in cypp_said(region, "alert")[1]


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
