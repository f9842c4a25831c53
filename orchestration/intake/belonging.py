"""Whether a table is of the authority and the period of its folder, told by what stands in its rows.

A single row of elsewhere is a row's own matter: the models leave it out, or its owner is asked about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import pandas as pd

from expectations.contract import Table
from orchestration.intake.cells import TypedColumn
from orchestration.intake.findings import Finding

# Fewer rows may be of elsewhere all of them, and rightly so.
ENOUGH_TO_TELL = 20
# An extract is dated when it is written, some days after the month that it is about.
WRITTEN_WITHIN = timedelta(days=31)
# DfE's number of an authority; the numbers of its schools begin with it.
AUTHORITY_DIGITS = 3


def of_another(
    table: Table,
    typed: Mapping[str, TypedColumn],
    dfe_code: str | None,
    cover: tuple[date, date] | None,
) -> Iterator[Finding]:
    """A table none of whose rows is of the folder's authority, or of the days that it covers."""
    if table.area_column is not None and dfe_code is not None:
        numbers = typed[table.area_column].values.dropna().astype("string")
        named = set(numbers.str[:AUTHORITY_DIGITS])
        if len(numbers) >= ENOUGH_TO_TELL and len(named) == 1 and dfe_code not in named:
            yield Finding(
                rule="OTHER_AREA",
                severity="reject",
                message=f"all rows are of authority {named.pop()}, the folder is of {dfe_code}",
                remedy="Put the file into the folder of its authority",
                column=table.columns[table.area_column].heading,
            )
    if table.period_column is not None and cover is not None:
        days = pd.to_datetime(typed[table.period_column].values.dropna())
        first, last = pd.Timestamp(cover[0]), pd.Timestamp(cover[1] + WRITTEN_WITHIN)
        if len(days) >= ENOUGH_TO_TELL and not days.between(first, last).any():
            yield Finding(
                rule="OTHER_PERIOD",
                severity="reject",
                message=f"no row is of the days that the folder's month covers, {cover[0]} to {cover[1]}",
                remedy="Put the file into the folder of its month, or send the extract of this month",
                column=table.columns[table.period_column].heading,
            )
