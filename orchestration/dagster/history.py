"""Which runs Dagster keeps: the newest, some 7 MB each, and the last one that took in something new of a source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

# With up to one more run per source, under 300 MB. What was published when is in the ledger.
KEPT_RUNS = 20
ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def prune_history(instance: dg.DagsterInstance, kept_runs: int = KEPT_RUNS) -> int:
    """Delete all but the newest runs that have ended, with their events and what their steps printed.

    A run stays that last took in something new of a source: Dagster tells by it how fresh the source is.
    """
    ended = instance.get_runs(dg.RunsFilter(statuses=ENDED))
    old = {run.run_id for run in ended[kept_runs:]} - set(_runs_of_newest_extracts(instance))
    for run_id in old:
        instance.delete_run(run_id)
        instance.compute_log_manager.delete_logs(prefix=[run_id])
        # In SQLite each run has a file of its own, which stays when its events are deleted.
        shard = getattr(instance.event_log_storage, "path_for_shard", None)
        if shard is not None:
            Path(shard(run_id)).unlink(missing_ok=True)
    _forget_checks(instance)
    return len(old)


def _forget_checks(instance: dg.DagsterInstance) -> None:
    """Delete what the checks of forgotten runs found: it stays with Dagster when their events go, 200 MB a year."""
    opened = getattr(instance.event_log_storage, "index_connection", None)
    if opened is None:
        return
    remembered = ", ".join(f"'{run_id}'" for run_id in ("", *instance.get_run_ids()))
    with opened() as connection:
        connection.exec_driver_sql(
            f"delete from asset_check_executions where run_id not in ({remembered})"  # noqa: S608 -- Dagster's own ids
        )


def _runs_of_newest_extracts(instance: dg.DagsterInstance) -> Iterator[str]:
    for key in instance.get_asset_keys(prefix=["landing"]):
        event = instance.get_latest_materialization_event(key)
        if event is not None:
            yield event.run_id
