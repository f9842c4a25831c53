"""The steps of the cohorts name kinds of records that there are: of any other no day would ever be covered.

As a test of dbt it would be built with whatever reads `entity_tables`, also where the steps are not.
"""

from __future__ import annotations

import pandas as pd

from orchestration.settings import DBT_FOLDER

SEEDS = DBT_FOLDER / "seeds"


def test_kinds_of_records_of_the_steps_are_known() -> None:
    known = set(pd.read_csv(SEEDS / "entity_tables.csv")["entity"])
    steps = pd.read_csv(SEEDS / "cohort_steps.csv")
    assert len(steps) > 0
    assert {*steps["begins"], *steps["reaches"]} <= known
