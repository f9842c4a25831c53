"""Whether Dagster starts the nights, as its own storage tells, and what `cypp status` makes of it."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from orchestration.dagster.job import INSTANCE_CONFIG
from orchestration.dagster.schedule_state import MOST_SECONDS_SILENT, SCHEDULE, why_stopped
from orchestration.operator.status import current_status
from orchestration.settings import DataFolder


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A data folder whose nights Dagster starts."""
    made = DataFolder(tmp_path / "data")
    made.create()
    (made.root / "settings.toml").write_text('[schedule]\nby = "dagster"\n')
    return made


@pytest.mark.parametrize(
    ("seconds_silent", "is_running", "told"),
    [
        (None, True, ["has never run here"]),
        (0, True, []),
        (MOST_SECONDS_SILENT - 60, True, []),
        (MOST_SECONDS_SILENT + 60, True, ["does not run any more"]),
        (0, False, [f"the schedule {SCHEDULE} is stopped"]),
        (MOST_SECONDS_SILENT + 60, False, ["does not run any more", "is stopped"]),
    ],
)
def test_a_daemon_that_is_silent_and_a_schedule_that_is_stopped_are_told(
    seconds_silent: int | None,
    is_running: bool,
    told: list[str],
    folder: DataFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beat = SimpleNamespace(timestamp=time.time() - (seconds_silent or 0))
    states = [
        SimpleNamespace(name=SCHEDULE, is_running=is_running),
        SimpleNamespace(name="landing_changed", is_running=False),
    ]

    class Instance:
        def __enter__(self) -> Instance:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def get_daemon_heartbeats(self) -> dict[str, Any]:
            return {} if seconds_silent is None else {"SCHEDULER": beat}

        def all_instigator_state(self) -> list[Any]:
            return states

    monkeypatch.setattr(dg.DagsterInstance, "from_config", lambda _: Instance())

    said = list(why_stopped(folder))

    assert len(said) == len(told)
    assert all(part in line for part, line in zip(told, said, strict=True))


def test_storage_that_cannot_be_read_needs_attention(folder: DataFolder) -> None:
    home = folder.root / ".dagster"
    home.mkdir()
    (home / "dagster.yaml").write_text(
        f"{INSTANCE_CONFIG.read_text()}\nstorage: {{sqlite: {{base_dir: /dev/null/nowhere}}}}\n"
    )

    status = current_status(folder)

    assert status.needs_attention
    assert "Dagster's storage cannot be read" in status.obstacles[0]


def test_nobody_asks_dagster_where_the_system_starts_the_nights(folder: DataFolder) -> None:
    (folder.root / "settings.toml").unlink()

    assert current_status(folder).obstacles == []
    assert not (folder.root / ".dagster").exists()
