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

from expectations.suites import check_named

METRIC = "rows.keep_rule"


class RowsKeepRule(MulticolumnMapMetricProvider):
    """Whether each row keeps the rule of a check, which is found by its id."""

    condition_metric_name = METRIC
    condition_domain_keys = ("batch_id", "table", "column_list", "ignore_row_if")
    condition_value_keys = ("check_id",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(self, columns: pd.DataFrame, check_id: str, **_: Any) -> pd.Series:
        return ~check_named(check_id).breaks(columns)


class ExpectRowsToKeepRule(MulticolumnMapExpectation):
    """Expect every row to keep the rule of a check."""

    map_metric: ClassVar[str | None] = METRIC
    success_keys: ClassVar[tuple[str, ...]] = ("check_id", "mostly")
    check_id: str
    ignore_row_if: Literal["all_values_are_missing", "any_value_is_missing", "never"] = "never"
