"""What holds for every test."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from expectations import suites
from expectations.checks import SUBMISSION, Check
from orchestration.checks import judge
from orchestration.intake import judging
from tests.empty_project import SHARED, Build, shared_build
from tests.postgresql import Server, server

# DfE's rules take seconds a return and find what the small extracts leave out; only their own tests
# (`tests/unit/checks/test_statutory_rules.py`) ask for them, whether they are installed or not.
os.environ["CYPP_VALIDATORS"] = ""

TESTS = Path(__file__).parent
STORY = "story"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the two nights of `story.py` first: one process makes them while the others run what does not need them."""
    users = [item.path for item in items if STORY in getattr(item, "fixturenames", ())]
    if users:
        items.sort(key=lambda item: (item.path != users[0], _place_of(item, users)))


def _place_of(item: pytest.Item, users: Sequence[Path]) -> str:
    """The folder of a test; who needs the two nights comes with the integration tests."""
    return "integration" if item.path in users else item.path.relative_to(TESTS).parts[0]


@pytest.fixture(scope="session", autouse=True)
def _processes_share_a_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What takes long is made once for all workers and for the processes that they start."""
    base = tmp_path_factory.getbasetemp()
    os.environ[SHARED] = str(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@pytest.fixture(autouse=True)
def _files_have_the_usual_modes() -> None:
    """A run makes everything private, also what another test of the process makes after it."""
    os.umask(0o022)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server of PostgreSQL; where it is not installed the test is skipped."""
    with server() as one:
        yield one


@pytest.fixture(scope="session")
def project() -> Build:
    """The project built on no data."""
    return shared_build()


@pytest.fixture(scope="session", autouse=True)
def _verdicts_are_remembered() -> Iterator[None]:
    """Great Expectations takes seconds for a submission of a few rows; most tests send nearly the same rows again.

    A verdict depends on the columns that the check reads alone; of keys only on which are equal, as each folder has
    its own.
    """
    known: dict[object, list[Any]] = {}

    def remembered(frame: pd.DataFrame, checks: Sequence[Check]) -> dict[str, list[Any]]:
        hashed = {name: _content_of(frame, name) for name in frame.columns}
        keys = {
            # A test may put another rule or another maker of expectations in place.
            check.check_id: (check.check_id, id(check.shape.fails), id(suites.expectation_for), _content_of(frame),
                             *(hashed.get(name) for name in _read_by(check)))
            for check in checks
        }  # fmt: skip
        new = [check for check in checks if keys[check.check_id] not in known]
        for check_id, rows in judge.failing_rows(frame, new).items():
            known[keys[check_id]] = rows
        return {check_id: list(known[key]) for check_id, key in keys.items()}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judging, "failing_rows", remembered)
        yield


def _content_of(frame: pd.DataFrame, name: str | None = None) -> bytes:
    """A digest of a column, or of the labels of the rows."""
    values = frame.index.to_series() if name is None else frame[name]
    if name == SUBMISSION or str(name).endswith("_key"):
        values = pd.Series(pd.factorize(values)[0])
    return hashlib.sha256(pd.util.hash_pandas_object(values, index=False).to_numpy()).digest()


def _read_by(check: Check) -> list[str]:
    """The columns that Great Expectations hands to the rule of a check."""
    told = check.shape.arguments
    return told.get("column_list") or [
        told[name] for name in ("column", "column_A", "column_B") if name in told
    ]
