"""Whether Dagster starts the nights: its daemon lives, and nobody has stopped the schedule."""

from __future__ import annotations

import time
from collections.abc import Iterator

import dagster as dg

from orchestration.dagster.job import dagster_home
from orchestration.night.errors import ConfigurationError, NothingPublished, told_in_words
from orchestration.settings import DataFolder

SCHEDULE, SCHEDULER = "every_night", "SCHEDULER"
# It gives a sign every half minute; Dagster itself would wait half an hour before it worried.
MOST_SECONDS_SILENT = 600


def why_stopped(folder: DataFolder) -> Iterator[str]:
    """Say why no night will start by itself; nothing where one will."""
    try:
        with told_in_words(), dg.DagsterInstance.from_config(str(dagster_home(folder))) as instance:
            found = list(_found(instance))
    except (NothingPublished, ConfigurationError) as error:
        found = [f"Dagster's storage cannot be read: {error}"]
    yield from found


def _found(instance: dg.DagsterInstance) -> Iterator[str]:
    heartbeat = instance.get_daemon_heartbeats().get(SCHEDULER)
    if heartbeat is None:
        yield "Dagster's daemon has never run here, so no night starts by itself"
    elif time.time() - heartbeat.timestamp > MOST_SECONDS_SILENT:
        yield "Dagster's daemon does not run any more, so no night starts by itself"
    states = [state for state in instance.all_instigator_state() if state.name == SCHEDULE]
    if any(not state.is_running for state in states):
        yield f"the schedule {SCHEDULE} is stopped in Dagster, so no night starts by itself"
