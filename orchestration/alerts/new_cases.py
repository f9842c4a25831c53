"""What owners are newly asked about, for the authority's inbox (`alerts.new_cases`): counts, no record."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from orchestration.alerts.matters import Matter
from orchestration.settings import ConfigurationError, DataFolder
from orchestration.warehouse.opening import opened

# As the owners' pages count them: first seen in the newest extract of their source.
_NEW = """
    with newest as (
        select area_code, source, max(as_at_date) as as_at_date from marts.fct_dq_results group by all
    )
    select issues.area_code, issues.owner, count(distinct coalesce(issues.case_key, issues.issue_key)),
        max(issues.first_seen), min(issues.due_date)
    from marts.fct_dq_issues as issues
    inner join newest on issues.area_code = newest.area_code and issues.source = newest.source
        and issues.first_seen = newest.as_at_date
    where issues.status = 'open' and issues.owner is not null
    group by issues.area_code, issues.owner
    order by issues.area_code, issues.owner
"""


def new_cases(folder: DataFolder) -> Iterator[Matter]:
    """One for each owner with new cases; none before anything is published.

    Nor where the warehouse cannot be asked: that is a matter of its own, and must not keep others from being told.
    """
    if not folder.warehouse_file.exists():
        return
    try:
        with opened(folder.warehouse_file) as connection:
            rows = connection.execute(_NEW).fetchall()
    except (duckdb.Error, ConfigurationError):
        return
    for area, owner, count, since, due in rows:
        cases = f"{count} new case{'' if count == 1 else 's'}"
        text = f"{area}, {owner}: {cases} in the extract of {since}, the first due on {due}. The owner's page lists them."
        yield Matter(f"cases {area} {owner} {since}", f"{area}: {cases} for {owner}", text)
