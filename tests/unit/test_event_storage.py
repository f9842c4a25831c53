"""Dagster's events over kept connections: written and read as Dagster itself writes and reads them."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from orchestration.dagster.job import INSTANCE_CONFIG
from orchestration.event_storage import KeptEventStorage


@dg.asset(check_specs=[dg.AssetCheckSpec("is_there", asset="made")])
def made() -> dg.MaterializeResult:
    return dg.MaterializeResult(
        metadata={"n": 3}, check_results=[dg.AssetCheckResult(passed=True, check_name="is_there")]
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Dagster home with the shipped configuration."""
    (tmp_path / "dagster.yaml").write_text(INSTANCE_CONFIG.read_text())
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


def _run(home: Path) -> str:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert isinstance(instance.event_log_storage, KeptEventStorage)
        return dg.materialize([made], instance=instance).run_id


def test_a_run_is_read_back_by_dagsters_own_storage(home: Path) -> None:
    run_id = _run(home)

    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(home)) as plain:
        assert not isinstance(plain.event_log_storage, KeptEventStorage)
        kinds = [
            entry.dagster_event.event_type_value
            for entry in plain.all_logs(run_id)
            if entry.dagster_event
        ]
        latest = plain.get_latest_materialization_event(dg.AssetKey("made"))
    assert {"STEP_START", "ASSET_MATERIALIZATION", "ASSET_CHECK_EVALUATION", "STEP_SUCCESS"} <= set(
        kinds
    )
    assert latest is not None
    assert latest.run_id == run_id


def test_two_runs_share_an_index_and_neither_holds_the_others_file_open(home: Path) -> None:
    first = _run(home)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        storage = instance.event_log_storage
        assert isinstance(storage, KeptEventStorage)
        second = dg.materialize([made], instance=instance).run_id
        assert len(instance.all_logs(first)) == len(instance.all_logs(second)) > 0
        assert storage.open_shards == {"index", second}
    assert storage.open_shards == set()


def test_a_file_that_could_not_be_made_is_made_at_the_next_try(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        storage = instance.event_log_storage
        assert isinstance(storage, KeptEventStorage)
        with monkeypatch.context() as patch:
            patch.setattr(KeptEventStorage, "_initdb", _full_disk)
            with pytest.raises(OSError, match="full"):
                storage.get_logs_for_run("a run")
        assert list(storage.get_logs_for_run("a run")) == []


def _full_disk(*_: object, **__: object) -> None:
    raise OSError("the disk is full")
