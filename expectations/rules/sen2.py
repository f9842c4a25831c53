"""Rules of the SEN2 modules that their contract cannot say (dbt_project/docs/education.md, 'EHC plans')."""

from __future__ import annotations

import pandas as pd

from expectations.checks import Check, row_rule
from expectations.rules.cases import Rows
from expectations.rules.shapes import not_after_as_at, rows


def _clock_without_start(frame: pd.DataFrame) -> pd.Series:
    """A request without its day, where a plan of this authority has come of it: its weeks cannot be counted."""
    has_plan = frame["has_plan"].astype("boolean").fillna(False).astype(bool)
    return frame["received_date"].isna() & has_plan & frame["transferred_from_key"].isna()


RULES: tuple[Check, ...] = (
    row_rule(
        "sen2.requests.received_missing.received_date",
        rows("received_date", "has_plan", "transferred_from_key", fails=_clock_without_start),
        "completeness",
        ("receiveddate is missing, and the request has a plan: no figure of how long plans take has it",
         "Enter the day on which the request was received"),
    ),
    row_rule(
        "sen2.requests.after_as_at.received_date", not_after_as_at("received_date"),
        "timeliness",
        ("The request is received after the date of the extract", "Check the year and the month of receiveddate"),
    ),
)  # fmt: skip

CASES: dict[str, list[tuple[Rows, bool]]] = {
    "sen2.requests.received_missing.received_date": [
        ({"received_date": None, "has_plan": True, "transferred_from_key": None}, True),
        ({"received_date": None, "has_plan": True, "transferred_from_key": "304"}, False),
        ({"received_date": None, "has_plan": False, "transferred_from_key": None}, False),
        ({"received_date": None, "has_plan": None, "transferred_from_key": None}, False),
        ({"received_date": "2025-01-06", "has_plan": True, "transferred_from_key": None}, False),
    ],
    "sen2.requests.after_as_at.received_date": [
        ({"received_date": "2025-04-01", "as_at_date": "2025-03-31"}, True),
        ({"received_date": "2025-03-31", "as_at_date": "2025-03-31"}, False),
    ],
}
