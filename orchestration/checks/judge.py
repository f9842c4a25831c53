"""The rows of a frame that fail each check of its table, by Great Expectations.

Great Expectations keeps nothing (an ephemeral context, statistics only), so no value reaches its stores.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from expectations.checks import Check
from expectations.suites import suite_for

if TYPE_CHECKING:
    from great_expectations.core.batch_definition import BatchDefinition


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


def failing_rows(frame: pd.DataFrame, checks: Sequence[Check]) -> dict[str, list[Any]]:
    """Row labels that fail each of some checks of one table; raises ChecksFailed where one cannot be evaluated.

    A cheap pass says which checks fail, and only those are asked for their rows.
    """
    if not checks:
        return {}
    suite = suite_for(f"{checks[0].source}.{checks[0].table}", checks)
    batch = _any_frame().get_batch({"dataframe": frame})
    failing: dict[str, list[Any]] = {check.check_id: [] for check in checks}
    by_id = {str(one.meta["check_id"]): one for one in suite.expectations if one.meta}
    for result in batch.validate(suite, result_format="BOOLEAN_ONLY").results:
        if result.expectation_config is None:
            raise ChecksFailed(f"a check of {suite.name} came back without its name")
        check_id = result.expectation_config.meta["check_id"]
        if _raised(result.exception_info):
            raise ChecksFailed(f"check {check_id} could not be evaluated")
        if not result.success:
            full = batch.validate(by_id[check_id], result_format="COMPLETE")
            rows = list(full.result.get("unexpected_index_list") or [])
            # A check that is known to fail and names no row would quarantine nothing and count as passed.
            if _raised(full.exception_info) or not rows:
                raise ChecksFailed(f"check {check_id} fails, and its rows could not be named")
            failing[check_id] = rows
    return failing


def _raised(exception_info: dict[str, Any] | None) -> bool:
    """Whether an expectation crashed: Great Expectations says so once, or once for each of its metrics."""
    if not exception_info:
        return False
    metrics = [info for info in exception_info.values() if isinstance(info, dict)]
    return any(info.get("raised_exception") for info in (exception_info, *metrics))
