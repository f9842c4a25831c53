"""dbt invocation, verification and publication of the warehouse."""
