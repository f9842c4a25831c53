"""The compiled models, run in one database per worker, and how hypothesis looks for counterexamples."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.empty_project import Build
from tests.history.compiled import compiled_models
from tests.history.warehouse import Warehouse

# The same worlds in every run: a failure here is a change in the code, never luck.
settings.register_profile(
    "ci",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# Other worlds each time, and more of them: HYPOTHESIS_PROFILE=search, for a change to the resolvers.
settings.register_profile("search", settings.get_profile("ci"), derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def warehouse(project: Build) -> Warehouse:
    """An empty database with the compiled models."""
    return Warehouse.opened(compiled_models(project))
