"""What the tests of faults share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.education_extracts import write_education_extracts
from tests.story import Story, tell


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The two nights; made once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    return tell((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "story")


@pytest.fixture(scope="session")
def education_landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A landing folder with one extract of each education source."""
    landing = tmp_path_factory.mktemp("education") / "landing"
    write_education_extracts(landing)
    return landing
