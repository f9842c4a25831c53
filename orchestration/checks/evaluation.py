"""The rows of a frame that fail each check of its table, by Great Expectations.

Great Expectations keeps nothing (an ephemeral context, statistics only), so no value reaches its stores.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from expectations.checks import Check
from expectations.rules.shapes import is_named
from expectations.suites import (
    ANY_BROKEN,
    READER_MARKS,
    broken_column,
    checks_for,
    is_marked,
    nothing_marked,
    suite_for,
)

if TYPE_CHECKING:
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.datasource.fluent.interfaces import Batch as FrameBatch


class ChecksFailed(Exception):
    """The checks themselves could not run; treated as failed, never as passed."""


@cache
def _any_frame() -> BatchDefinition:
    """What Great Expectations validates a frame by: one for all tables, as setting it up takes as long as a table."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("all")


def failing_rows(frame: pd.DataFrame, source: str, table: str) -> dict[str, list[Any]]:
    """Row positions that fail each check of a table; raises ChecksFailed where one cannot be evaluated."""
    checks = checks_for(source, table)
    marked = [check for check in checks if is_marked(check)]
    batch = _any_frame().get_batch({"dataframe": _with_marks(frame, marked)})
    failing = _evaluate(batch, source, table, [check for check in checks if not is_marked(check)])
    failing |= {check.check_id: [] for check in marked}
    if not batch.validate(nothing_marked(), result_format="BOOLEAN_ONLY").success:
        failing |= _evaluate(batch, source, table, marked)
    return failing


def _with_marks(frame: pd.DataFrame, marked: list[Check]) -> pd.DataFrame:
    """A column per rule that no expectation can say, true where it is broken, and one for all of them."""
    marks = pd.DataFrame(
        {broken_column(check): _broken(frame, check) for check in marked}, index=frame.index
    )
    return pd.concat([frame, marks.assign(**{ANY_BROKEN: marks.any(axis=1)})], axis=1)


def _broken(frame: pd.DataFrame, check: Check) -> pd.Series:
    if check.fails is not None:
        return check.fails(frame).astype(bool)
    return is_named(frame[READER_MARKS[check.rule]], check.column)


def _evaluate(
    batch: FrameBatch, source: str, table: str, checks: list[Check]
) -> dict[str, list[Any]]:
    """Row positions that fail each of some checks: a cheap pass first, the failing ones again in full."""
    if not checks:
        return {}
    suite = suite_for(f"{source}.{table}", checks)
    failing: dict[str, list[Any]] = {}
    for result in batch.validate(suite, result_format="BOOLEAN_ONLY").results:
        if result.expectation_config is None:
            raise ChecksFailed(f"a check of {source}.{table} came back without its name")
        check_id = result.expectation_config.meta["check_id"]
        if _raised(result.exception_info):
            raise ChecksFailed(f"check {check_id} could not be evaluated")
        failing[check_id] = []
        if not result.success:
            expectation = next(e for e in suite.expectations if e.meta == {"check_id": check_id})
            full = batch.validate(expectation, result_format="COMPLETE")
            failing[check_id] = list(full.result.get("unexpected_index_list") or [])
    return failing


def _raised(exception_info: dict[str, Any] | None) -> bool:
    """Whether an expectation crashed: Great Expectations says so once, or once for each of its metrics."""
    if not exception_info:
        return False
    metrics = [info for info in exception_info.values() if isinstance(info, dict)]
    return any(info.get("raised_exception") for info in (exception_info, *metrics))
