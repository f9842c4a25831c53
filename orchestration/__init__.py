"""Takes in, orchestrates, publishes, renders. No indicator arithmetic: that is SQL in `dbt_project`."""
