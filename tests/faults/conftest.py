"""What the tests of faults share."""

from __future__ import annotations

import os

import pytest

from tests.story import Story, tell


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The two nights; made once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    return tell((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "story")
