"""No sentence that a person wrote is public unless a named person has released it, and none in which a check says what
it found: looked for by value.
"""

from __future__ import annotations

import duckdb

from orchestration.reports.disclosure.rules import NoRule
from orchestration.warehouse.schemas import printed_tables, public_columns

# A word or two may be anybody's ('On track'); three in a row are a sentence of somebody's.
SENTENCE = r"\S+\s+\S+\s+\S+"
# What people write into forms, except what is released, and what checks found; and where the words of the plan and the
# registry are, which are public whoever repeats them.
_UNRELEASED = """
    with written as (
        select 'the progress of action ' || action_id as what, progress as words
        from marts.fct_delivery_actions where released_by is null
        union all
        select 'the risk of action ' || action_id, risk from marts.fct_delivery_actions
        union all
        select 'the comment on ' || indicator_id, comment from marts.fct_indicator_comments where released_by is null
        union all
        select 'why there is no figure of ' || figures.indicator_id, figures.status_reason
        from marts.fct_indicator_values as figures
        inner join marts.dim_indicators as indicators on figures.indicator_id = indicators.indicator_id
        where indicators.method = 'manual' and figures.status = 'no_data'
        union all
        select 'what check ' || check_id || ' found', status_reason
        from marts.fct_dq_results where severity = 'error' and not passed
    ),
    of_the_plan as (
        select concat_ws(' ', outcome, priority, action, lead_agencies) as words from marts.dim_actions
        union all
        select concat_ws(' ', title, definition, numerator_means, denominator_means, caveats)
        from marts.dim_indicators
        union all
        select figures.status_reason from marts.fct_indicator_values as figures
        inner join marts.dim_indicators as indicators on figures.indicator_id = indicators.indicator_id
        where indicators.method <> 'manual' and figures.status <> 'held'
        union all
        select progress from marts.fct_delivery_actions where released_by is not null
        union all
        select comment from marts.fct_indicator_comments where released_by is not null
    )
    select what, words from written
    where regexp_matches(words, $sentence)
    and not exists (select 1 from of_the_plan where contains(of_the_plan.words, written.words))
"""


def refuse_unreleased(connection: duckdb.DuckDBPyConnection) -> None:
    """Raise NoRule where a public row of a printed table holds such a sentence."""
    connection.execute(f"create temp table unreleased as {_UNRELEASED}", {"sentence": SENTENCE})
    for table in printed_tables():
        columns = public_columns(table)
        is_public = "edition = 'public'" if "edition" in columns else "true"
        for column in columns:
            printed = f"select distinct cast({column} as varchar) as words from marts.{table} where {is_public}"
            found = connection.execute(
                f"select what from unreleased inner join ({printed}) as printed"
                " on contains(printed.words, unreleased.words) limit 1"
            ).fetchone()
            if found:
                raise NoRule(
                    f"{table}.{column} would print in public what nobody has released: {found[0]}. Give the column"
                    " another `meta.public`, or have a named person release the words"
                )
    connection.execute("drop table unreleased")
