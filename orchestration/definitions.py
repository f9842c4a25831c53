"""The only Definitions object: assembly. Importing it reads nothing but the project's own files."""

import dagster as dg

from orchestration.dagster import assets, schedules
from orchestration.dagster.resources import data_resource, dbt_resource

defs = dg.Definitions(
    assets=[
        *assets.ARRIVING, assets.landing, *assets.RAW, assets.statutory_findings, assets.run_inputs,
        assets.transform, assets.public_edition, *assets.REPORT_ASSETS, assets.front_page,
        assets.owners_pages, assets.warehouse,
    ],
    jobs=[assets.nightly_job],
    schedules=[schedules.every_night],
    sensors=[schedules.landing_changed, schedules.runs_killed, schedules.night_failed],
    resources={"data": data_resource, "dbt": dbt_resource()},
    executor=dg.in_process_executor,
)  # fmt: skip
