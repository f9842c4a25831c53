"""The dbt unit tests, each as a test of its own; they stand beside the models, in dbt_project/models."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.empty_project import Build
from tests.indicators.dbt_unit_tests import PASSED, Outcomes, UnitTest, run_unit_tests, unit_tests


@pytest.fixture(scope="module")
def outcomes(project: Build, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """One start-up of dbt runs all of them."""
    return run_unit_tests(project, tmp_path_factory.mktemp("unit_tests") / "run")


@pytest.mark.parametrize("unit_test", unit_tests(), ids=str)
def test_dbt_unit_test(unit_test: UnitTest, outcomes: Outcomes) -> None:
    status, message = outcomes.by_name.get(unit_test.name, ("not run", "dbt did not run it"))
    assert status == PASSED, message or f"{status}: a unit test of a model above it failed"


def test_names_of_unit_tests_are_unique() -> None:
    names = Counter(unit_test.name for unit_test in unit_tests())
    assert [name for name, times in names.items() if times > 1] == []


def test_every_unit_test_that_dbt_ran_is_listed(outcomes: Outcomes) -> None:
    assert set(outcomes.by_name) == {unit_test.name for unit_test in unit_tests()}
