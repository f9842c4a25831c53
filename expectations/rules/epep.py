"""Rules of the personal education plans that their contract cannot say."""

from __future__ import annotations

import pandas as pd

from expectations.checks import Check, row_rule
from expectations.contract import first_column
from expectations.rules.cases import Rows
from expectations.rules.shapes import not_after_as_at, not_less, rows


def _rating_unknown(frame: pd.DataFrame) -> pd.Series:
    """A rating of a scheme that nobody has mapped (the seed `pep_ratings`)."""
    rating = frame["quality_rating"].astype("string").str.strip().str.lower()
    return rating.notna() & ~rating.isin(first_column("pep_ratings"))


RULES: tuple[Check, ...] = (
    row_rule(
        "epep.plans.rating_unknown.quality_rating", rows("quality_rating", fails=_rating_unknown),
        "validity",
        ("qa_rating is no rating that is known: the plan counts as not rated",
         "Use a rating of the scheme; a new scheme's ratings are added to the seed pep_ratings"),
    ),
    row_rule(
        "epep.plans.after_as_at.completed_date", not_after_as_at("completed_date"),
        "timeliness",
        ("The plan is completed after the date of the extract", "Check the year and the month of pep_completed_date"),
    ),
    row_rule(
        "epep.plans.after_as_at.looked_after_from", not_after_as_at("looked_after_from"),
        "timeliness",
        ("The child is looked after from a day after the date of the extract", "Check looked_after_from"),
    ),
    row_rule(
        "epep.plans.ends_before_it_starts.looked_after_to", not_less("looked_after_to", "looked_after_from"),
        "consistency",
        ("The child stops being looked after before it starts", "Check looked_after_from and looked_after_to"),
    ),
)  # fmt: skip

CASES: dict[str, list[tuple[Rows, bool]]] = {
    "epep.plans.rating_unknown.quality_rating": [
        ({"quality_rating": " Requires Improvement "}, False),
        ({"quality_rating": "TBC"}, True),
        ({"quality_rating": None}, False),
    ],
    "epep.plans.after_as_at.completed_date": [
        ({"completed_date": "2025-04-01", "as_at_date": "2025-03-31"}, True),
        ({"completed_date": "2025-03-31", "as_at_date": "2025-03-31"}, False),
    ],
    "epep.plans.after_as_at.looked_after_from": [
        ({"looked_after_from": "2025-04-01", "as_at_date": "2025-03-31"}, True),
        ({"looked_after_from": "2025-03-31", "as_at_date": "2025-03-31"}, False),
    ],
    "epep.plans.ends_before_it_starts.looked_after_to": [
        ({"looked_after_from": "2024-06-03", "looked_after_to": "2024-06-02"}, True),
        ({"looked_after_from": "2024-06-03", "looked_after_to": "2024-06-03"}, False),
        ({"looked_after_from": "2024-06-03", "looked_after_to": None}, False),
    ],
}
