"""Dagster's own ways with the job: one asset alone, a failed step tried again, a run whose process died."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import dagster as dg
import pytest

from orchestration.dagster.killed import MESSAGE, mark_of, settle_killed_runs
from orchestration.dagster.schedules import runs_killed
from orchestration.definitions import defs
from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import JOB
from orchestration.settings import PROJECT_FOLDER, DataFolder
from orchestration.warehouse import serving
from tests.story import Story, content, run_ids

REPORTS = ["reports__committee", "reports__standards", "reports__board", "reports__front"]
PUBLICATION = ["public_edition", *REPORTS, "owners_pages", "warehouse"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """An empty data folder that the resource finds."""
    return _used(tmp_path / "data", monkeypatch)


@pytest.fixture
def night(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """A data folder after two nights that the resource finds."""
    return _used(story.second.copy(tmp_path / "data"), monkeypatch)


def _used(data: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    monkeypatch.setenv("CYPP_DATA_DIR", str(data))
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
    found = DataFolder(data)
    found.create()
    return found


@pytest.fixture
def instance(tmp_path: Path) -> Generator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as made:
        yield made


def nightly() -> dg.JobDefinition:
    """The job, as another process would load it."""
    return defs.resolve_job_def(JOB)


def _alone(keys: list[dg.AssetKey], instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    return defs.resolve_implicit_global_asset_job_def().execute_in_process(
        asset_selection=keys, instance=instance, raise_on_error=False
    )


def _why(result: dg.ExecuteInProcessResult) -> str:
    [failure] = [event for event in result.all_events if event.is_step_failure]
    told = failure.step_failure_data.user_failure_data
    assert told is not None, failure.step_failure_data.error
    return str(told.description)


def _own_keys() -> list[dg.AssetKey]:
    """What is made here: every asset but dbt's."""
    nodes = defs.resolve_asset_graph().asset_nodes
    return [node.key for node in nodes if node.is_executable and "dbt" not in node.kinds]


@pytest.mark.parametrize("model", ["stg_annex_a__list_3", "rpt_board_outcomes"])
def test_one_model_alone_is_built_again(
    model: str, night: DataFolder, instance: dg.DagsterInstance
) -> None:
    done = _alone([dg.AssetKey([model])], instance)

    assert done.success, _why(done)
    made = [event.asset_key for event in done.get_asset_materialization_events()]
    assert made == [dg.AssetKey([model])]


@pytest.mark.faults
def test_every_asset_alone_works_after_a_night_and_the_same_is_published(
    night: DataFolder, instance: dg.DagsterInstance
) -> None:
    before = content(night.warehouse_file)
    # What dbt is told about a run comes last: nothing is built for that run. A build prepared for publication
    # anew has no pages yet.
    last = [*PUBLICATION, "raw__run"]
    steps = {key: key.to_python_identifier() for key in _own_keys()}

    for key in sorted(steps, key=lambda key: last.index(steps[key]) if steps[key] in last else -1):
        done = _alone([key], instance)

        assert done.success, (key, _why(done))
        assert [event.asset_key for event in done.get_asset_materialization_events()] == [key]
    assert content(night.warehouse_file) == before
    assert "start the job `nightly`" in _why(_alone([dg.AssetKey(["warehouse"])], instance))
    assert content(night.warehouse_file) == before


@pytest.mark.faults
def test_every_asset_alone_in_an_empty_folder_names_the_job(
    folder: DataFolder, instance: dg.DagsterInstance
) -> None:
    """Landing can be looked at, and no return is there to be judged; all else needs what comes before it."""
    alone = {"landing", "quality/statutory"}
    keys = [*_own_keys(), dg.AssetKey(["pop_referrals"])]
    told = {}
    for key in [key for key in keys if key.to_user_string() not in alone]:
        told[key.to_user_string()] = _why(_alone([key], instance))

    assert len(told) > 20
    assert {name: why for name, why in told.items() if "start the job `nightly`" not in why} == {}
    # Nobody's night has failed.
    assert Ledger(folder.ledger).nights() == []


def test_failed_publication_goes_on_from_its_step(
    night: DataFolder, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(night.warehouse_file)
    [run_id] = run_ids(night.warehouse_file)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "warehouse")

    with monkeypatch.context() as patch:
        patch.setattr(serving, "put_in_place", full)
        failed = dg.execute_job(
            dg.reconstructable(nightly), instance, op_selection=PUBLICATION, raise_on_error=False
        )
    options = dg.ReexecutionOptions.from_failure(failed.run_id, instance)
    again = dg.execute_job(dg.reconstructable(nightly), instance, reexecution_options=options)

    assert (failed.success, again.success) == (False, True)
    assert _steps_of(failed) == [*PUBLICATION[:-1]]
    assert _steps_of(again) == ["warehouse"]
    assert content(night.warehouse_file) == before
    assert Ledger(night.ledger).runs()[-1][:2] == (run_id, "published")


def _steps_of(result: dg.JobExecutionResult) -> list[str]:
    """The steps that succeeded, in the order of the graph."""
    done = {
        event.step_key for event in result.all_events if event.event_type_value == "STEP_SUCCESS"
    }
    return [step for step in PUBLICATION if step in done]


SLEEPER = """
import time
from orchestration.dagster import taking_in
from orchestration.definitions import defs
import dagster as dg
taking_in.steps.look_at_landing = lambda *_: time.sleep(600)
with dg.DagsterInstance.get() as instance:
    defs.resolve_job_def("nightly").execute_in_process(instance=instance)
"""


def test_run_whose_process_was_killed_is_settled(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    process = subprocess.Popen([sys.executable, "-c", SLEEPER], cwd=PROJECT_FOLDER)
    try:
        with dg.DagsterInstance.get() as instance:
            run_id = _started(instance, folder)
            living = settle_killed_runs(instance, folder)
            process.kill()
            process.wait()
            context = dg.build_sensor_context(instance=instance)
            said = runs_killed(context)
            settled = instance.get_run_by_id(run_id)
            events = instance.all_logs(run_id)
    finally:
        process.kill()
        process.wait()

    assert living == []
    assert isinstance(said, dg.SkipReason)
    assert run_id in str(said.skip_message)
    assert settled is not None
    assert settled.status == dg.DagsterRunStatus.FAILURE
    assert any(MESSAGE in event.message for event in events)


def _started(instance: dg.DagsterInstance, folder: DataFolder) -> str:
    """The run of the other process, once it works."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for run in instance.get_runs():
            if run.status == dg.DagsterRunStatus.STARTED and mark_of(folder, run.run_id).exists():
                return run.run_id
        time.sleep(0.2)
    raise AssertionError("the other process did not begin its run")
