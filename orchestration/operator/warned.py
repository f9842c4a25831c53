"""What tables of the newest extracts are warned about as a whole, from `fct_dq_results`; it holds nothing."""

from __future__ import annotations

import duckdb

WARNED = """
    with standing as (
        select *, max(as_at_date) over (partition by area_code, source, table_name) as newest
        from marts.fct_dq_results where column_name is null and status = 'run'
    )
    select
        extracts.area_code || '/' || extracts.source || '/' || extracts.folder_month,
        max_by(standing.check_id || ': ' || standing.status_reason, standing.rows_failed),
        count(*) - 1
    from standing
    inner join marts.fct_submissions as extracts on standing.submission_id = extracts.submission_id
    where standing.as_at_date = standing.newest and standing.severity = 'warn' and not standing.passed
        and standing.status_reason is not null
    group by extracts.area_code, extracts.source, extracts.folder_month, split_part(standing.check_id, '.', 3)
    order by all
"""


def warned_extracts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Say of each of the newest extracts, with its folder, what the worst of its tables is warned about."""
    return [
        f"{place}: {told}" + (f" (and {others} more like it)" if others else "")
        for place, told, others in connection.execute(WARNED).fetchall()
    ]
