"""The schedule, the sensors and the assets, as Dagster would evaluate them; no run is started."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import time_machine

from orchestration.alerts.kept import kept
from orchestration.dagster.job import INSTANCE_CONFIG
from orchestration.dagster.schedules import (
    alerts_due,
    every_night,
    landing_changed,
    night_failed,
    nightly_job,
)
from orchestration.definitions import defs
from orchestration.intake.landing import landing_state
from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import JOB
from orchestration.night.unchanged import TAKEN_STATE
from orchestration.settings import DataFolder
from tests.commands import alerts_into_a_file


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """An empty data folder that the sensors look at."""
    monkeypatch.setenv("CYPP_DATA_DIR", str(tmp_path / "data"))
    made = DataFolder(tmp_path / "data")
    made.create()
    return made


def _land(folder: DataFolder, text: str) -> None:
    file = folder.landing / "E09000003" / "annex_a" / "2025-03" / "list.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    # Files within one tick of the clock differ by their moment all the same.
    os.utime(file, ns=(len(text) * 10**9, len(text) * 10**9))


def _look(cursor: str | None) -> tuple[dg.RunRequest | dg.SkipReason, str | None]:
    context = dg.build_sensor_context(cursor=cursor)
    answer = landing_changed(context)
    assert isinstance(answer, dg.RunRequest | dg.SkipReason)
    return answer, context.cursor


def test_nothing_in_landing_starts_no_run(folder: DataFolder) -> None:
    answer, _ = _look(None)

    assert isinstance(answer, dg.SkipReason)


def test_run_starts_when_landing_has_changed_and_stands_still(folder: DataFolder) -> None:
    _land(folder, "half")
    first, cursor = _look(None)
    _land(folder, "the whole")
    second, cursor = _look(cursor)
    third, cursor = _look(cursor)

    assert [type(first), type(second)] == [dg.SkipReason, dg.SkipReason]
    assert isinstance(third, dg.RunRequest)
    # While the run waits its turn, the same request is not made twice.
    again, _ = _look(cursor)
    assert isinstance(again, dg.RunRequest)
    assert again.run_key == third.run_key


def test_what_any_run_has_taken_in_starts_no_other(folder: DataFolder) -> None:
    _land(folder, "sent")
    (folder.work / TAKEN_STATE).write_text(landing_state(folder.landing))

    answer, cursor = _look(None)
    assert isinstance(answer, dg.SkipReason)
    _land(folder, "sent again")
    _, cursor = _look(cursor)
    changed, _ = _look(cursor)
    assert isinstance(changed, dg.RunRequest)


@pytest.mark.parametrize("is_taken", [False, True])
def test_run_that_failed_is_tried_again_after_a_wait_that_grows(
    is_taken: bool, folder: DataFolder
) -> None:
    ledger, noon = Ledger(folder.ledger), datetime(2025, 7, 1, 12, tzinfo=UTC)
    _land(folder, "sent")
    _, cursor = _look(None)
    first, cursor = _look(cursor)
    if is_taken:
        (folder.work / TAKEN_STATE).write_text(landing_state(folder.landing))
    asked = [first]
    for minutes in (15, 30, 60, 120, 240, 240):
        with time_machine.travel(noon, tick=False):
            ledger.record_attempt("failed", reason="the share was offline")
        with time_machine.travel(noon + timedelta(minutes=minutes, seconds=-1), tick=False):
            early, cursor = _look(cursor)
            assert isinstance(early, dg.SkipReason)
        noon += timedelta(minutes=minutes)
        with time_machine.travel(noon, tick=False):
            again, cursor = _look(cursor)
        asked.append(again)
    keys = [answer.run_key for answer in asked if isinstance(answer, dg.RunRequest)]
    assert len(set(keys)) == len(asked)

    ledger.record_attempt("unchanged", "any")
    (folder.work / TAKEN_STATE).write_text(landing_state(folder.landing))
    assert isinstance(_look(cursor)[0], dg.SkipReason)


def test_what_arrives_after_a_failure_is_not_kept_waiting(folder: DataFolder) -> None:
    _land(folder, "sent")
    (folder.work / TAKEN_STATE).write_text(landing_state(folder.landing))
    Ledger(folder.ledger).record_attempt("failed", reason="the share was offline")
    _land(folder, "sent again")

    _, cursor = _look(None)
    assert isinstance(_look(cursor)[0], dg.RunRequest)


def test_landing_that_is_not_there_starts_no_run_and_says_so(folder: DataFolder) -> None:
    Ledger(folder.ledger)
    folder.landing.rmdir()

    answer, _ = _look(None)

    assert isinstance(answer, dg.SkipReason)
    assert "landing is not there" in str(answer.skip_message)


def test_folder_that_cannot_be_worked_in_fails_in_a_step_so_it_is_not_taken_for_a_crash(
    folder: DataFolder,
) -> None:
    """Dagster tries crashes again, and failures of resources as such."""
    Ledger(folder.ledger)
    (folder.ledger / "ledger.sqlite3").write_bytes(b"")
    (folder.archive / "kept").touch()
    with dg.DagsterInstance.ephemeral() as instance:
        done = defs.resolve_implicit_global_asset_job_def().execute_in_process(
            asset_selection=[dg.AssetKey("landing")], instance=instance, raise_on_error=False
        )

    [failure] = [event for event in done.all_events if event.is_step_failure]
    told = failure.step_failure_data.user_failure_data
    assert told is not None
    assert "the ledger is missing or empty" in str(told.description)


@pytest.mark.parametrize(
    ("moment", "key"),
    [
        (datetime(2026, 7, 1, 1, tzinfo=UTC), "night-2026-07-01"),
        (datetime(2026, 12, 1, 2, tzinfo=UTC), "night-2026-12-01"),
    ],
)
def test_night_is_two_in_london_and_once_a_day(moment: datetime, key: str) -> None:
    assert (every_night.cron_schedule, every_night.execution_timezone) == (
        "0 2 * * *",
        "Europe/London",
    )
    [request] = (
        every_night.evaluate_tick(
            dg.build_schedule_context(scheduled_execution_time=moment)
        ).run_requests
        or []
    )

    assert request.run_key == key


def test_failure_is_told_without_what_an_error_quotes(folder: DataFolder) -> None:
    told = alerts_into_a_file(folder.root)

    @dg.op
    def fails() -> None:
        raise ValueError("CANARY")

    @dg.job
    def broken() -> None:
        fails()

    instance = dg.DagsterInstance.ephemeral()
    result = broken.execute_in_process(instance=instance, raise_on_error=False)
    night_failed(
        dg.build_run_status_sensor_context(
            sensor_name="night_failed", dagster_event=result.get_run_failure_event(),
            dagster_instance=instance, dagster_run=result.dagster_run,
        ).for_run_failure()
    )  # fmt: skip
    alerts_due(dg.build_sensor_context())

    assert told.read_text().count("failed, nothing was published") == 1
    assert "CANARY" not in told.read_text()
    assert [alert.problem for alert in kept(folder)] == [""]


def test_job_runs_every_asset_in_one_process_and_no_check_blocks() -> None:
    job = defs.resolve_job_def(JOB)
    graph = defs.resolve_asset_graph()

    assert job.executor_def is dg.in_process_executor
    assert nightly_job.name == JOB
    assert set(job.asset_layer.executable_asset_keys) == graph.executable_asset_keys
    # Of dbt's tests its own severity decides; they are steps of one dbt invocation.
    ours = {("raw",), ("quality",), ("warehouse",)}
    shown = [key for key in graph.asset_check_keys if tuple(key.asset_key.path[:1]) in ours]
    assert len(shown) > 25
    assert [key for key in shown if graph.get_check_spec(key).blocking] == []


def test_every_asset_says_whose_it_is_and_where_it_belongs() -> None:
    nodes = defs.resolve_asset_graph().asset_nodes

    assert [node.key for node in nodes if not node.owners] == []
    assert {
        "landing",
        "intake",
        "checks",
        "history",
        "populations",
        "values",
        "gate",
        "marts",
        "published",
    } <= {node.group_name for node in nodes}
    fresh = {node.key.path[-1] for node in nodes if node.freshness_policy is not None}
    assert {"annex_a", "ssda903", "cin_census"} <= fresh


def test_shipped_instance_sends_nothing_and_runs_one_at_a_time() -> None:
    text = INSTANCE_CONFIG.read_text()

    assert "telemetry:\n  enabled: false" in text
    assert "max_concurrent_runs: 1" in text
