"""What holds for every test."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
import pytest

from expectations import suites
from expectations.checks import SUBMISSION, Check
from orchestration.checks import judge
from orchestration.intake import judging

# DfE's rules take seconds a return and find what the small extracts leave out; only their own tests
# (`tests/unit/checks/test_statutory_rules.py`) ask for them, whether they are installed or not.
os.environ["CYPP_VALIDATORS"] = ""


@pytest.fixture(scope="session", autouse=True)
def _verdicts_are_remembered() -> Iterator[None]:
    """Great Expectations takes seconds for a submission of a few rows; most tests send the same rows again.

    A verdict depends on the rows and the checks alone; of keys only on which are equal, as each folder has its own.
    """
    known: dict[object, dict[str, list[Any]]] = {}

    def remembered(frame: pd.DataFrame, checks: Sequence[Check]) -> dict[str, list[Any]]:
        content = frame.copy()
        for name in content.columns:
            if name == SUBMISSION or name.endswith("_key"):
                content[name] = pd.factorize(content[name])[0]
        hashed = pd.util.hash_pandas_object(content, index=False).to_numpy().tobytes()
        named = tuple((check.check_id, id(check.shape.fails)) for check in checks)
        # A test may put another maker of expectations in place.
        key = (named, id(suites.expectation_for), tuple(content.columns), hashed)
        if key not in known:
            known[key] = judge.failing_rows(frame, checks)
        return {check_id: list(rows) for check_id, rows in known[key].items()}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judging, "failing_rows", remembered)
        yield
