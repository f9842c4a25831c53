"""Whether a file is of the authority and the period of its folder, told by what its rows say.

What is not is refused whole and holds nothing, as if it had not come. A single row of another authority or period is a
row's own matter: the models leave it out, or its owner is asked about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd

from expectations.contract import Table
from orchestration.intake.findings import Finding
from orchestration.intake.tables.cells import TypedColumn

# In a smaller table every row may rightly come from another authority or period.
ENOUGH_TO_TELL = 20
# Two months of a smaller authority may really be the same.
ENOUGH_TO_DIFFER = 200
# The rules by which a submission is refused as if it had not come.
NOT_OURS = frozenset({"OTHER_AREA", "OTHER_PERIOD", "SAME_AS_OTHER_MONTH", "TWO_YEARS"})
# The rules by which a submission is refused whole, whatever its source.
REFUSING = NOT_OURS | {"MANIFEST"}
# An extract is dated when it is written, some days after the month that it is about.
WRITTEN_WITHIN = timedelta(days=31)
# Working days within which a conference follows the enquiry that led to it (Working Together 2023), as days; and how
# many conferences tell by which date a list was selected.
LED_TO_WITHIN, ENOUGH_TO_SEE = timedelta(days=21), 5
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
        if len(named) == 1 and dfe_code not in named:
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


def without_what_began_before(
    table: Table, typed: Mapping[str, TypedColumn], cover: tuple[date, date] | None
) -> Iterator[Finding]:
    """A list that was selected by the date of what led to a record: of its first weeks, all began within the period.

    So a supplier loses each conference of the first weeks whose enquiry began before them.
    """
    for record in table.records.values():
        if cover is None or record.latest_before is None or record.key_date is None:
            continue
        first = pd.Timestamp(cover[0])
        days = pd.to_datetime(typed[record.key_date].values)
        began = pd.to_datetime(typed[record.latest_before].values)[
            days.between(first, first + LED_TO_WITHIN)
        ].dropna()
        if len(began) >= ENOUGH_TO_SEE and (began >= first).all():
            there, here = (
                table.columns[name].heading for name in (record.latest_before, record.key_date)
            )
            yield Finding(
                rule="SELECTED_BY_START",
                severity="warn",
                message=f"all {len(began)} rows whose date lies in the three weeks from {cover[0]} began on or after that"
                " day, so rows that began before it seem to be left out: they would be missing from the figures",
                remedy=f"Export the list by '{here}' as well as by '{there}', or say that it is whole",
                column=here,
            )


def is_not_ours(reason: str) -> bool:
    """Whether a submission was refused as one that belongs somewhere else."""
    return any(f"[{rule}]" in reason for rule in NOT_OURS)


def of_an_earlier_year(
    tables: Mapping[str, tuple[Table, Mapping[str, TypedColumn]]], cover_from: date
) -> Iterator[Finding]:
    """A return none of whose rows is dated on or after the first day of its year: it is that of the year before.

    Sure where a table has so many rows that are dated in that year.
    """
    begins = pd.Timestamp(cover_from)
    before = pd.Timestamp(cover_from.replace(year=cover_from.year - 1))
    n_dated = n_before = 0
    for table, typed in tables.values():
        names = {
            name
            for record in table.records.values()
            for name in (record.key_date, record.end_column)
            if name is not None
        }
        days = pd.DataFrame({name: pd.to_datetime(typed[name].values) for name in names})
        if (days >= begins).any(axis=None):
            return
        n_dated += int(days.notna().any(axis=1).sum())
        n_before = max(n_before, int((days >= before).any(axis=1).sum()))
    if not n_dated:
        return
    is_sure = n_before >= ENOUGH_TO_TELL
    year_end = cover_from - timedelta(days=1)
    yield Finding(
        rule="OTHER_PERIOD",
        severity="reject" if is_sure else "warn",
        message=f"no row is dated on or after {cover_from}, at which the period of the folder begins; the newest rows are "
        f"of the year that ended on {year_end}: another period",
        remedy=f"Put the return into the folder of its year's end, {year_end:%Y-%m}",
    )


def of_two_years(
    table: Table, typed: Mapping[str, TypedColumn], file_of: np.ndarray
) -> Iterator[Finding]:
    """A table that came in several files that give the same records differently: returns of two years."""
    rows = pd.DataFrame({name: column.values for name, column in typed.items()})
    for record in table.records.values():
        keys = list(record.key)
        told = rows.assign(file=file_of).drop_duplicates([*rows.columns])
        again = told[told.duplicated(keys, keep=False) & told[keys].notna().all(axis=1)]
        n_records = int((again.groupby(keys)["file"].nunique() > 1).sum())
        if n_records:
            yield Finding(
                rule="TWO_YEARS",
                severity="reject",
                message=f"{n_records} records are in several files with different details: the returns of two years",
                remedy="Leave the files of one return in the folder of its month",
            )


def same_as_another_month(other_month: str | None, n_rows: int) -> Iterator[Finding]:
    """An extract whose bytes are those of another month's."""
    if other_month is not None and n_rows:
        yield Finding(
            rule="SAME_AS_OTHER_MONTH",
            severity="reject" if n_rows >= ENOUGH_TO_DIFFER else "warn",
            message=f"the files are identical to the extract of {other_month}",
            remedy="Export the extract of this month and send it",
        )


def without_rows(titles: list[str], *, is_all: bool, is_first: bool) -> Iterator[Finding]:
    """An extract that says there is nothing, or whose list is empty the first time it comes."""
    if titles and (is_all or is_first):
        yield Finding(
            rule="NO_ROWS",
            severity="warn",
            message=f"no rows in {', '.join(titles)}: read as that there were none",
            remedy="Send the extract again if there should be rows",
        )
