"""The steps of the cohorts: of kinds of records that there are, and each counted by the model that has to name them.

As a test of dbt the first would be built with whatever reads `entity_tables`, also where the steps are not.
"""

from __future__ import annotations

import re

import pandas as pd

from orchestration.settings import DBT_FOLDER

SEEDS = DBT_FOLDER / "seeds"


def test_kinds_of_records_of_the_steps_are_known() -> None:
    known = set(pd.read_csv(SEEDS / "entity_tables.csv")["entity"])
    steps = pd.read_csv(SEEDS / "cohort_steps.csv")
    assert len(steps) > 0
    assert {*steps["begins"], *steps["reaches"]} <= known


def test_model_names_every_step_and_no_other() -> None:
    """One that it did not name would have nobody to follow in any month."""
    text = (DBT_FOLDER / "models" / "values" / "val_cohorts.sql").read_text(encoding="utf-8")
    named = re.findall(r"\('(\w+)', '([a-z0-9 ]+)'\)", text.partition("%}")[0])
    steps = pd.read_csv(SEEDS / "cohort_steps.csv")
    assert named == list(zip(steps["population"], steps["step"], strict=True))
