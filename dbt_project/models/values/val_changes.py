# One row per indicator, local authority and period of `val_headline` that the years before could judge.
from orchestration.anomalies.series import judge_changes


def model(dbt, session):
    dbt.config(materialized="table", schema="values")
    return judge_changes(dbt.ref("val_headline").df())
