"""What Dagster loads of an authority: assembly. Importing it reads nothing but the project's own files."""

import dagster as dg

from orchestration.dagster import publication, schedules, taking_in, transformation
from orchestration.dagster.resources import data_resource, dbt_resource

defs = dg.Definitions(
    assets=[
        *taking_in.ARRIVING,
        *dg.load_assets_from_modules([taking_in, transformation, publication]),
    ],
    jobs=[schedules.nightly_job],
    schedules=[schedules.every_night],
    sensors=[
        schedules.landing_changed,
        schedules.runs_killed,
        schedules.night_failed,
        schedules.alerts_due,
        schedules.history_pruned,
    ],
    resources={"data": data_resource, "dbt": dbt_resource()},
    executor=dg.in_process_executor,
)
