"""The SSDA903 CSV set of the financial year so far: which files a collection year has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from orchestration.demo import return_children as children
from orchestration.demo import return_outcomes as outcomes
from orchestration.demo.return_children import Return
from orchestration.demo.view import View

FILES: Mapping[str, Callable[[Return], pd.DataFrame]] = {
    "header": children.header,
    "episodes": children.episodes,
    "reviews": children.reviews,
    "uasc": children.unaccompanied,
    "oc2": outcomes.outcomes,
    "oc3": outcomes.leavers,
    "ad1": outcomes.adopted,
    "placed_for_adoption": outcomes.decisions,
    "previous_permanence": outcomes.previous_permanence,
    "missing": children.missing,
    "sw_episodes": children.social_workers,
    "dolo": children.deprivation_of_liberty,
}
SINCE = {"sw_episodes": 2024, "dolo": 2027}  # changes by collection year
AT_YEAR_END = ("oc2", "oc3")
# A year-end return is made up some weeks after the year, when late entries have come in.
YEAR_END_WEEKS = 8


def files_of(view: View) -> dict[str, pd.DataFrame]:
    """The files of the return by name; those that the collection year did not have are left out.

    Outcomes (OC2, OC3) are of a whole year: a return made up before its end has none.
    """
    found = Return(view)
    return {
        name: build(found)
        for name, build in FILES.items()
        if found.collection_year >= SINCE.get(name, 0)
        and (found.is_year_end or name not in AT_YEAR_END)
    }
