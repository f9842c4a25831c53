"""Whether Dagster starts the nights: its daemon lives, and nobody has stopped the schedule."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from orchestration.dagster.job import dagster_home
from orchestration.night.errors import ConfigurationError, NothingPublished, told_in_words
from orchestration.settings import DataFolder

SCHEDULE, SCHEDULER = "every_night", "SCHEDULER"


def why_stopped(folder: DataFolder) -> Iterator[str]:
    """Say why no night will start by itself; nothing where one will."""
    try:
        with told_in_words(), dg.DagsterInstance.from_config(str(dagster_home(folder))) as instance:
            found = list(_found(instance))
    except (NothingPublished, ConfigurationError) as error:
        found = [f"Dagster's storage cannot be read: {error}"]
    yield from found


def _found(instance: dg.DagsterInstance) -> Iterator[str]:
    daemon = instance.get_daemon_statuses([SCHEDULER])[SCHEDULER]
    if daemon.last_heartbeat is None:
        yield "Dagster's daemon has never run here, so no night starts by itself"
    elif not daemon.healthy:
        yield "Dagster's daemon does not run any more, so no night starts by itself"
    states = [state for state in instance.all_instigator_state() if state.name == SCHEDULE]
    if any(not state.is_running for state in states):
        yield f"the schedule {SCHEDULE} is stopped in Dagster, so no night starts by itself"
