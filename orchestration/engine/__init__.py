"""Another engine than DuckDB for dbt's models: Spark, by `[engine]` of `settings.toml`.

The border is dbt: Parquet of raw in, the models on the engine, Parquet of every table out, which DuckDB loads with
contracts, keys and grain; checks, disclosure control and reports see no difference (orchestration/engine/README.md).
"""
