"""Dagster forgets old runs whole, and none that it still needs."""

from pathlib import Path

import dagster as dg
import pytest

from orchestration.dagster.history import prune_history

pytestmark = pytest.mark.faults


@dg.op
def extract_arrives(context: dg.OpExecutionContext) -> None:
    context.log_event(dg.AssetMaterialization(["landing", "sen2"]))


@dg.job
def night() -> None:
    extract_arrives()


SEN2 = dg.AssetKey(["landing", "sen2"])
CHECKED = dg.AssetCheckKey(SEN2, "rows")


@dg.asset_check(asset=SEN2)
def rows() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


def _checked(instance: dg.DagsterInstance) -> str:
    """A run of a check alone."""
    checking = dg.Definitions(asset_checks=[rows]).resolve_implicit_global_asset_job_def()
    return checking.execute_in_process(instance=instance).run_id


def _ended(instance: dg.DagsterInstance) -> str:
    """A run that has ended, with an event; to execute one takes seconds."""
    run = instance.create_run_for_job(night, status=dg.DagsterRunStatus.SUCCESS)
    instance.report_engine_event("ended", run)
    return run.run_id


def test_old_runs_go_whole_but_for_those_that_say_how_fresh_a_source_is(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        oldest = _ended(instance)
        arrived = night.execute_in_process(instance=instance).run_id
        old, new = _ended(instance), _ended(instance)

        forgotten = prune_history(instance, kept_runs=1)

        assert forgotten == 2
        assert {run.run_id for run in instance.get_runs()} == {arrived, new}
        assert prune_history(instance, kept_runs=1) == 0
        event = instance.get_latest_materialization_event(dg.AssetKey(["landing", "sen2"]))
        assert event is not None
        assert event.run_id == arrived
    left = " ".join(str(path) for path in tmp_path.rglob("*"))
    found = [run_id in left for run_id in (oldest, old, arrived, new)]
    assert found == [False, False, True, True]


def test_what_checks_found_goes_with_their_runs(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        old, new = _checked(instance), _checked(instance)
        assert prune_history(instance, kept_runs=1) == 1
        kept = instance.event_log_storage.get_asset_check_execution_history(CHECKED, limit=10)
        assert [one.run_id for one in kept] == [new] != [old]
