"""Dagster's own runs of a region: those that were killed are settled, old ones forgotten."""

from __future__ import annotations

import dagster as dg

from orchestration.dagster.history import KEPT_RUNS, prune_history
from orchestration.dagster.killed import settle_killed_runs
from orchestration.region.folders import begun_areas
from orchestration.settings import DataFolder

# Of each area, and of the union.
KEPT_NIGHTS = 3


def settle(instance: dg.DagsterInstance, region: DataFolder) -> list[str]:
    """Tell Dagster that runs without a process have failed; returns their ids."""
    # What starts runs elsewhere asks there whether they live; no lock of this machine tells it.
    if instance.run_launcher.supports_check_run_worker_health:
        return []
    return settle_killed_runs(instance, region)


def prune(instance: dg.DagsterInstance, region: DataFolder) -> int:
    """Delete all but the runs of the last nights; returns how many."""
    runs_a_night = 1 + len(begun_areas(region))
    return prune_history(instance, max(KEPT_RUNS, KEPT_NIGHTS * runs_a_night))
