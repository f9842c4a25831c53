"""The Great Expectations class for rules of our own: rows keep a rule that is a function of some columns.

Imported by `suites` alone, when a suite is made: loading Great Expectations takes seconds.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    MulticolumnMapMetricProvider,
    multicolumn_condition_partial,
)

from expectations.checks import Check

METRIC = "rows.keep_rule"
# Great Expectations hands a metric plain values only, so a rule is found by the id of its check.
_RULES: dict[str, Check] = {}


class RowsKeepRule(MulticolumnMapMetricProvider):
    """Whether each row keeps the rule of a check, which is found by its id."""

    condition_metric_name = METRIC
    condition_domain_keys = ("batch_id", "table", "column_list", "ignore_row_if")
    condition_value_keys = ("check_id",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(self, columns: pd.DataFrame, check_id: str, **_: Any) -> pd.Series:
        broken = _RULES[check_id].shape.fails
        assert broken is not None  # noqa: S101 -- `expectation_of` makes these for rules of our own only
        # Unknown is not broken.
        return ~broken(columns).fillna(False).astype(bool)


class ExpectRowsToKeepRule(MulticolumnMapExpectation):
    """Expect every row to keep the rule of a check."""

    map_metric: ClassVar[str | None] = METRIC
    success_keys: ClassVar[tuple[str, ...]] = ("check_id", "mostly")
    check_id: str
    ignore_row_if: Literal["all_values_are_missing", "any_value_is_missing", "never"] = "never"


def expectation_of(check: Check, **told: Any) -> ExpectRowsToKeepRule:
    """The expectation that judges rows by a rule of our own."""
    _RULES[check.check_id] = check
    return ExpectRowsToKeepRule(check_id=check.check_id, **told)
