"""One build of the project per test run, shared by all workers."""

from __future__ import annotations

import os

import pytest
from filelock import FileLock

from tests.indicators.empty_project import Build, build, load


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The project built on no data, with its unit tests run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "empty_project"
    with FileLock(shared / "empty_project.lock"):
        if not folder.exists():
            build(folder)
    return load(folder)
