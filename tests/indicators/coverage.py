"""Which test holds which case of the definitions: `python -m tests.indicators.coverage` prints the table.

The cases are in `bullets*.yml`; a case without a test says why. That the table is right is tested in
`test_coverage.py`, what the tests say is not this module's concern.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import yaml

from tests.indicators.dbt_unit_tests import unit_tests

BULLETS_FILES = sorted(Path(__file__).parent.glob("bullets*.yml"))
TESTS_FOLDER = Path(__file__).parents[1]
DOCUMENT = Path(__file__).with_name("COVERAGE.md")


@dataclass(frozen=True)
class Case:
    """One case of a definition, the tests that hold it, or why there are none."""

    indicator: str
    text: str
    tests: tuple[str, ...]
    because: str | None


def cases() -> list[Case]:
    """Every case of every indicator, in the order of the files."""
    return [
        Case(
            entry["indicator"],
            bullet["case"],
            tuple(bullet.get("tests", ())),
            bullet.get("because"),
        )
        for path in BULLETS_FILES
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
        for bullet in entry["bullets"]
    ]


def _python_tests() -> Iterator[str]:
    for path in TESTS_FOLDER.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name


@cache
def known_tests() -> frozenset[str]:
    """The name of every dbt unit test and of every Python test."""
    return frozenset({unit_test.name for unit_test in unit_tests()} | set(_python_tests()))


def table() -> str:
    """The cases with their tests, by indicator, as the committed document has them."""
    lines = [
        "# Which test holds which case",
        "",
        "Written by `python -m tests.indicators.coverage > tests/indicators/COVERAGE.md`; the cases are in",
        "`bullets*.yml`, their tests are dbt unit tests next to the models or Python tests (`test_...`).",
    ]
    for indicator, held in groupby(cases(), key=lambda case: case.indicator):
        lines += ["", f"## {indicator}", "", "| case | tests |", "|---|---|"]
        lines += [f"| {case.text.replace('|', '/')} | {_answer(case)} |" for case in held]
    return "\n".join(lines) + "\n"


def _answer(case: Case) -> str:
    if case.because:
        return f"no test: {' '.join(case.because.split())}"
    return "<br>".join(f"`{name}`" for name in case.tests)


if __name__ == "__main__":
    sys.stdout.write(table())
