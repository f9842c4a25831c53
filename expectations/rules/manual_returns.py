"""What the contract of figures supplied by hand cannot say: that value, numerator and denominator agree."""

from __future__ import annotations

import pandas as pd

from expectations.checks import Check, row_rule
from expectations.rules.cases import Rows
from expectations.rules.shapes import not_after_as_at, not_less, rows

# dbt_project/docs/education.md, 'Figures supplied by hand': further apart, the figure is not counted
# (`hist_manual_returns`).
TOLERATED = 0.05
PERCENTAGE = "_pct"


def _contradict(frame: pd.DataFrame) -> pd.Series:
    """The value is not what its own numerator and denominator give."""
    scale = frame["indicator"].str.endswith(PERCENTAGE).map({True: 100.0, False: 1.0})
    given = frame["value"].astype("Float64") * frame["denominator"].astype("Float64")
    worked_out = frame["numerator"].astype("Float64") * scale.astype("Float64")
    apart = (given - worked_out).abs()
    return (apart > TOLERATED * frame["denominator"].astype("Float64")).fillna(False).astype(bool)


RULES: tuple[Check, ...] = (
    row_rule(
        "manual_returns.returns.contradicts.value",
        rows("indicator", "numerator", "denominator", "value", fails=_contradict), "accuracy",
        ("The value is not what its numerator and denominator give: the figure is not used",
         "Correct one of the three, or give the value alone"),
    ),
    row_rule(
        "manual_returns.returns.after_as_at.period_end", not_after_as_at("period_end"), "timeliness",
        ("The period ends after the date of the return", "Check period_end: a figure is given when its period is over"),
    ),
    row_rule(
        "manual_returns.returns.ends_before_it_starts.period_start", not_less("period_end", "period_start"),
        "consistency", ("The period ends before it starts", "Check period_start and period_end"),
    ),
)  # fmt: skip


def _given(indicator: str, *figures: float | None) -> Rows:
    return dict(
        zip(("indicator", "numerator", "denominator", "value"), (indicator, *figures), strict=True)
    )


CASES: dict[str, list[tuple[Rows, bool]]] = {
    "manual_returns.returns.after_as_at.period_end": [
        ({"period_end": "2025-04-01", "as_at_date": "2025-03-31"}, True),
        ({"period_end": "2025-03-31", "as_at_date": "2025-03-31"}, False),
    ],
    "manual_returns.returns.ends_before_it_starts.period_start": [
        ({"period_start": "2025-04-01", "period_end": "2025-03-31"}, True),
        ({"period_start": "2025-03-31", "period_end": "2025-03-31"}, False),
        ({"period_start": None, "period_end": "2025-03-31"}, False),
    ],
    "manual_returns.returns.contradicts.value": [
        (_given("mmr_by_2_pct", 1, 8, 12.54), False),
        (_given("mmr_by_2_pct", 1, 8, 12.56), True),
        (_given("mmr_by_2_pct", 1, 8, 12.44), True),
        (_given("mmr_by_2_pct", 1, 8, None), False),
        (_given("mmr_by_2_pct", None, 8, 12.5), False),
        (_given("camhs_wait_weeks", 90, 10, 9.05), False),
        (_given("camhs_wait_weeks", 90, 10, 900), True),
    ],
}
