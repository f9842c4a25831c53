"""The Dagster shell: assets, checks, job, schedule, sensors, resources. No work of its own: that is `night/`."""
