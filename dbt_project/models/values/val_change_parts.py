# One row per indicator, local authority, breakdown and group: what it adds to the change on the year before.
from orchestration.anomalies.parts import parts_of_change


def model(dbt, session):
    dbt.config(materialized="table", schema="values")
    return parts_of_change(dbt.ref("val_change_groups").df())
