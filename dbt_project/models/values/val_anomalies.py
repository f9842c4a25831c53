# One row per series, local authority and period that limits could judge: process control on `val_series`.
from orchestration.anomalies.series import judge_series


def model(dbt, session):
    dbt.config(materialized="table", schema="values")
    return judge_series(dbt.ref("val_series").df())
