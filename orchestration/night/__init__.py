"""The steps of the nightly job as plain functions, and what a killed run leaves. Dagster calls them."""
