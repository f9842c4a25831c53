"""The public rows of the printed tables: the restricted ones, each column as its declaration allows.

`meta.public` in the YAML of the tables is the allow-list: a column that does not say what it may show stops the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from orchestration.reports.disclosure.figures import FigureKey
from orchestration.reports.disclosure.rules import NoRule
from orchestration.reports.disclosure.words import refuse_unreleased
from orchestration.warehouse.schemas import printed_tables, public_columns

# Under this base a percentage is printed without decimals (dbt_project/docs/disclosure.md, 'Figures that are unsafe
# by themselves').
BASE_FOR_DECIMALS = 100
WITHHELD = pa.schema(
    [
        ("indicator_id", pa.string()), ("area_code", pa.string()), ("period_end", pa.date32()),
        ("keeps_base", pa.bool_()),
    ]
)  # fmt: skip
WHY = "withheld to protect individuals"
# Under what each mode of `meta.public` a column shows something else; which column has which mode is in the YAML of its
# table (dbt_project/models/reports). A mean or limit of a series reveals the one value of it that is withheld.
MODES = {
    "as it is": "false",
    "of the value": "is_withheld",
    "of the base": "is_withheld and not keeps_base",
    "of the year before": "false",
    "of the series": "is_withheld or has_withheld",
    "once released": "released_by is null",
    "never": "true",
}


@dataclass(frozen=True)
class _Table:
    """How the public rows of a printed table are made of its restricted ones."""

    name: str
    judged: str
    """Selects the restricted rows with `is_withheld` and `has_withheld`."""
    shown: Mapping[str, str] = field(default_factory=dict)
    """What a column shows in public, where that is not the column itself."""
    instead: Mapping[str, str] = field(default_factory=dict)
    """What is shown instead where it shows nothing, where that is not empty."""

    def statement(self) -> str:
        """The insertion of the public rows."""
        modes = declared_modes(self.name)
        selected = ", ".join(self._public(name, mode) for name, mode in modes.items())
        return f"insert into marts.{self.name} by name select {selected} from ({self.judged}) as judged"

    def _public(self, name: str, mode: str) -> str:
        shown = "'public'" if name == "edition" else self.shown.get(name, name)
        return f"case when {MODES[mode]} then {self.instead.get(name, 'null')} else {shown} end as {name}"


COUNTED = "case when indicator_id not in (select indicator_id from sums) then numerator end"
# What a supplier wrote about a figure that is not there: nobody releases it. What a failed check found are counts of
# rows, which may be of children, and codes as they were written.
REASON = """
    case
        when method = 'manual' and status = 'no_data' then 'no figure was supplied'
        when status = 'held' then 'an extract failed a check. '
            || regexp_extract(status_reason, 'Newest good period: (none|[-0-9]+)$')
        else status_reason
    end
"""
WITHHELD_STATUS = {"status": "'suppressed'", "status_reason": f"'{WHY}'"}

_FIGURES = _Table(
    "rpt_figures",
    """
    select
        figures.*,
        exact.value as exact_value,
        indicators.kind,
        indicators.method,
        withheld.period_end is not null as is_withheld,
        coalesce(withheld.keeps_base, false) as keeps_base,
        bool_or(withheld.period_end is not null) over (
            partition by figures.indicator_id, figures.area_code, coalesce(figures.break_on, date '1900-01-01')
        ) as has_withheld
    from marts.rpt_figures as figures
    inner join marts.dim_indicators as indicators on figures.indicator_id = indicators.indicator_id
    inner join marts.fct_indicator_values as exact
        on figures.indicator_id = exact.indicator_id and figures.area_code = exact.area_code
        and figures.basis = exact.basis and figures.period_end = exact.period_end and exact.breakdown = 'all'
    left join withheld
        on figures.indicator_id = withheld.indicator_id and figures.area_code = withheld.area_code
        and figures.period_end = withheld.period_end
    where figures.edition = 'restricted' and indicators.is_public
    """,
    shown={
        "numerator": COUNTED,
        "value": f"case when kind = 'percentage' and denominator < {BASE_FOR_DECIMALS}"
        " then cast(round(cast(exact_value as decimal(28, 9)), 0) as double) else value end",
        "status_reason": REASON,
    },
    instead={**WITHHELD_STATUS, "n_compared": "0"},
)

_LINES = _Table(
    "rpt_committee",
    """
    select
        lines.*,
        indicators.method,
        coalesce(own.status = 'suppressed', false) as is_withheld,
        own.denominator is not null as keeps_base,
        own.value as own_value,
        before.status as before_status,
        before.value as before_value,
        exists (
            select 1 from marts.rpt_figures as figures
            where figures.edition = 'public' and figures.status = 'suppressed'
            and figures.indicator_id = lines.indicator_id and figures.area_code = lines.area_code
            and coalesce(figures.break_on, date '1900-01-01') = coalesce(lines.break_on, date '1900-01-01')
        ) as has_withheld,
        (
            select max(figures.period_end) from marts.rpt_figures as figures
            where figures.edition = 'public' and figures.value is not null
            and figures.indicator_id = lines.indicator_id and figures.area_code = lines.area_code
        ) as last_published
    from marts.rpt_committee as lines
    left join marts.dim_indicators as indicators on lines.indicator_id = indicators.indicator_id
    left join marts.rpt_figures as own
        on own.edition = 'public' and lines.indicator_id = own.indicator_id
        and lines.area_code = own.area_code and lines.period_end = own.period_end
    left join marts.rpt_figures as before
        on before.edition = 'public' and lines.indicator_id = before.indicator_id
        and lines.area_code = before.area_code and lines.year_before_period_end = before.period_end
    where lines.edition = 'restricted' and indicators.is_public
    """,
    shown={
        "numerator": COUNTED,
        "value": "own_value",
        "last_value_period_end": "case when own_value is null then last_published end",
        # A percentage of few is printed without decimals: it may then say less than the word.
        "direction": "case when direction in ('not judged', 'no change') or (sign(own_value - usual) = sign(value - usual)"
        " and coalesce(sign(own_value - before_value) = sign(value - year_before_value), true))"
        " then direction else 'no change' end",
        "year_before_value": "case when year_before_value is not null then before_value end",
        "year_before_status": "case when year_before_status = 'break_in_method' then year_before_status"
        " else before_status end",
        "status_reason": REASON,
    },
    instead={
        **WITHHELD_STATUS,
        "n_compared": "0",
        "direction": "'not judged'",
        "direction_reason": "'values of the series are withheld'",
        "assurance": "case when target is not null then 'not judged' else assurance end",
        "rag": "case when target is not null then 'Not judged' else rag end",
    },
)

# What is not on the lines of the committee report is the place among authorities: of figures that DfE publishes.
_STANDARDS = _Table(
    "rpt_standards",
    """
    select
        lines.*,
        own.* exclude ({shared}),
        false as is_withheld,
        false as keeps_base,
        false as has_withheld
    from marts.rpt_standards as own
    inner join marts.rpt_committee as lines
        on lines.edition = 'public' and own.indicator_id = lines.indicator_id and own.area_code = lines.area_code
    where own.edition = 'restricted'
    """.format(shared=", ".join(public_columns("rpt_committee"))),
)

# About actions, not children: nothing is counted that could be withheld.
_BOARD = _Table(
    "rpt_board",
    "select * from marts.rpt_board where edition = 'restricted'",
    instead={"progress": "case when progress is not null then 'Not released for publication' end"},
)
_OUTCOMES = _Table(
    "rpt_board_outcomes", "select * from marts.rpt_board_outcomes where edition = 'restricted'"
)

TABLES = (_FIGURES, _LINES, _STANDARDS, _BOARD, _OUTCOMES)
"""In the order in which they are made: the later ones read the earlier."""


def check_declared() -> None:
    """Raise NoRule where a printed column does not say what it may show in public, and where nothing keeps to it."""
    made = {table.name for table in TABLES}
    for name in printed_tables():
        modes = set(declared_modes(name).values())
        # Public in both editions as it is, or in none.
        if name not in made and modes not in ({"as it is"}, {"never"}):
            raise NoRule(
                f"{name} has columns that are not public as they are, and no public rows are made of it: add it to"
                " TABLES in orchestration/reports/disclosure/public_rows.py"
            )


def declared_modes(table: str) -> dict[str, str]:
    """What each column of a printed table may show; raises NoRule for one that does not say it."""
    columns = public_columns(table)
    undeclared = [name for name, mode in columns.items() if mode not in MODES]
    if undeclared:
        raise NoRule(
            f"{table}.{undeclared[0]} does not say what it may show in public: give it `meta.public` in its YAML, one"
            f" of: {', '.join(MODES)}"
        )
    return {name: str(mode) for name, mode in columns.items()}


def insert_public_rows(
    connection: duckdb.DuckDBPyConnection,
    withheld: Iterable[FigureKey],
    means: Iterable[FigureKey],
    sums: Iterable[str],
) -> None:
    """Add the public rows; of `means` only the base is printed; `sums`: indicators whose numerator is no count.

    Raises NoRule, also where words would be public that nobody has released.
    """
    keys = [(*key, False) for key in sorted(withheld)] + [(*key, True) for key in sorted(means)]
    rows = [dict(zip(WITHHELD.names, key, strict=True)) for key in keys]
    connection.register("withheld", pa.Table.from_pylist(rows, schema=WITHHELD))
    connection.register("sums", pa.table({"indicator_id": pa.array(sorted(sums), pa.string())}))
    for table in TABLES:
        connection.execute(table.statement())
    connection.unregister("withheld")
    connection.unregister("sums")
    refuse_unreleased(connection)
