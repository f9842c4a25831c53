"""A region of three areas, without a night."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from orchestration.region import commands
from orchestration.settings import DataFolder
from tests.unit.region.given import (
    AREAS,
    send,
)


@pytest.fixture
def region(tmp_path: Path) -> DataFolder:
    """A region whose landing has three areas with a month each."""
    folder = DataFolder(tmp_path / "region")
    for area in AREAS:
        send(folder, area, "2025-03")
    return folder


@pytest.fixture
def dagster(region: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """Dagster's own history of the region, with a partition for each area."""
    for name, value in commands._environment(region).items():
        monkeypatch.setenv(name, value)
    commands._begin(region, AREAS)
    with dg.DagsterInstance.get() as instance:
        yield instance
