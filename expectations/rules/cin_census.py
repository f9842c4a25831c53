"""Rules of the children in need census that its contract cannot say; DfE's numbers in the rule names."""

from __future__ import annotations

from typing import Any

import pandas as pd

from expectations.checks import Check


def _negative(frame: pd.DataFrame) -> pd.Series:
    return (frame["previous_plans"] < 0).fillna(False).astype(bool)


RULES: tuple[Check, ...] = (
    Check(
        "cin_census.child_protection_plans.rule_1105.previous_plans", "cin_census",
        "child_protection_plans", "rule_1105", "previous_plans", "validity", "warn", False,
        "The number of previous plans is negative",
        "Enter 0 for a first plan, else the number of earlier plans of this authority", _negative,
    ),
)  # fmt: skip

CASES: dict[str, list[tuple[dict[str, Any], bool]]] = {
    "cin_census.child_protection_plans.rule_1105.previous_plans": [
        ({"previous_plans": -1}, True),
        ({"previous_plans": 0}, False),
        ({"previous_plans": None}, False),
    ],
}
