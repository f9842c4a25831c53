"""Every case of the definitions names a test that exists, or says why there is none."""

from __future__ import annotations

import pytest

from orchestration.registry.indicators import load_indicators
from tests.indicators.coverage import DOCUMENT, Case, cases, known_tests, table

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.indicator} {case.text}")
def test_case_names_tests_that_exist_or_says_why_there_is_none(case: Case) -> None:
    assert bool(case.tests) != bool(case.because)
    assert sorted(set(case.tests) - known_tests()) == []


def test_every_indicator_of_the_registry_has_cases() -> None:
    # a variant has no position of its own: its cases stand under the indicator it is a variant of
    positions = {
        indicator.position
        for indicator in load_indicators()
        if indicator.method == "computed" and indicator.position
    }
    assert positions - {case.indicator for case in CASES} == set()


def test_table_names_every_test_of_a_case() -> None:
    printed = table()
    assert [name for case in CASES for name in case.tests if name not in printed] == []


def test_committed_table_is_the_one_of_today() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == table(), (
        "run `python -m tests.indicators.coverage > tests/indicators/COVERAGE.md`"
    )
