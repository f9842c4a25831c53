"""Contracts and rules -> checks -> Great Expectations suites, one per table.

A contract's codes, keys and date rules become expectations here, so that they are declared once. Nothing
is read or run here: `orchestration/checks` does that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from expectations.checks import OF_OUR_OWN, UNMAPPED, Check, Dimension, Shape, row_rule
from expectations.contract import Column, Record, Table, contract_for
from expectations.rules import RULES
from expectations.rules.derived import (
    DOUBTED,
    UNREAD,
    age_not_reached,
    born_long_after,
    empty_cell,
    first_orphan,
    key_part_missing,
    needed_for_code,
    not_before_known,
    not_repeated,
    of_an_age,
    one_birth,
    same_within,
    year_begun,
)
from expectations.rules.shapes import (
    never,
    not_after_as_at,
    not_before_year,
    not_less,
    present,
    unique,
    unmarked,
)

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.expectations import Expectation

# Our words for how bad a failure is, and those of Great Expectations.
SEVERITIES = {"error": "critical", "warn": "warning"}
# Who a row is about, in the supplier's own ids.
PERSON_COLUMNS = ("child_id", "yp_id", "applicant_id", "person_id")
# What a value of a type must look like to be read (expectations/README.md, 'Values').
AS_TEXT = "Give it as text: a spreadsheet may have shortened it or turned it into a number"
HOW_TO_WRITE = {
    "date": "Give the date as dd/mm/yyyy", "week": "Give the Monday of the week as dd/mm/yyyy",
    "integer": "Give a whole number in digits, without commas or signs",
    "decimal": "Give a number in digits, without commas, signs or %", "flag": "Give Y or N",
    "academic_year": "Give the year as 2024/25", "upn": AS_TEXT, "young_person_id": AS_TEXT,
    "applicant_id": AS_TEXT, "record_id": AS_TEXT, "person_id": AS_TEXT,
    "compared": "Give it as text: the cell holds an error or a formula that was never calculated",
    "text": "Give the text itself: the cell holds an error or a formula that was never calculated",
}  # fmt: skip


def stored_key(source: str, table: str, name: str) -> str:
    """The name in the frame of a column of a record's key."""
    return contract_for(source).tables[table].columns[name].stored_name(name)


class _Maker:
    """Makes the checks of one table; a small state so that each rule is one line."""

    def __init__(self, source: str, name: str, table: Table) -> None:
        self.source, self.name, self.table = source, name, table

    @property
    def _key_dates(self) -> set[str | None]:
        return {record.key_date for record in self.table.records.values()}

    @property
    def _decides_all(self) -> set[str]:
        """Columns without which nobody can say which record it is, or when it was."""
        return {name for record in self.table.records.values() for name in record.places_it}

    @property
    def system(self) -> str:
        """What the owner's records are in, as the owner calls it."""
        return "case system" if "child_id" in self.table.columns else "source system"

    def check(
        self,
        rule: str,
        column: str | None,
        shape: Shape,
        dimension: Dimension,
        *words: str,
        quarantines: bool = False,
    ) -> Check:
        """Declare a check of this table. `words`: what is wrong, and what to do."""
        check_id = ".".join(part for part in (self.source, self.name, rule, column) if part)
        message, remedy = words
        return row_rule(check_id, shape, dimension, (message, remedy), quarantines=quarantines)

    def derived_checks(self, name: str, record: Record) -> Iterator[Check]:
        """What follows from a contract beyond its own words, so that a new source has it from its first day."""
        date = record.key_date
        if not date or not self._is_date(date):
            return
        yield self.check(
            "before_1990", date, not_before_year(date, 1990), "validity",
            f"{self._heading(date)} lies before 1990", "Check the year of the date",
        )  # fmt: skip
        for part in () if record.exists_when else record.key:
            if part not in (date, "child_id") and self.table.columns[part].type == "date":
                yield self.check(
                    "key_part_missing", part, key_part_missing(part, date), "completeness",
                    f"{self._heading(part)} is missing from a {self._noun(name)} that has its other date",
                    f"Enter the date in the {self.system}",
                )  # fmt: skip

    def dependent_checks(self, name: str, record: Record) -> Iterator[Check]:
        """What other columns ask of a record: a value that its code needs, an age that is not reached."""
        for needed, other, code in record.needed_when:
            yield self.check(
                "needed_for_code", needed, needed_for_code(needed, other, code), "completeness",
                f"{self._heading(needed)} is missing, which a row with {self._heading(other)} {code} "
                "needs: the row is not counted", "Enter the value", quarantines=True,
            )  # fmt: skip
        for day, birth, years in record.younger_than:
            shape = age_not_reached(day, birth, years, if_plausible=True)
            yield self._age_reached(name, day, years, shape)

    def checks_told_elsewhere(self, name: str, record: Record) -> Iterator[Check]:
        """What keeps a record out although its owner is asked about another field or table, where the fault is."""
        for needed in record.needs:
            yield self.check(
                "not_placed", needed, present(self._stored(needed)), "completeness",
                f"details of the {self._noun(name)} are missing from another table: it is not counted",
                "Complete the other table", quarantines=True,
            )  # fmt: skip
        if record.key_date and not record.key_date_optional and record.except_when:
            yield _untold(self._key_date_missing(name, record.key_date))
        for end, start in record.not_before:
            if self.table.columns[start].looked_up:
                yield _untold(self._end_before_start(name, end, start, not_less(end, start)))
        for day, birth, years in record.younger_than:
            shape = age_not_reached(day, birth, years, if_plausible=False)
            yield _untold(self._age_reached(name, day, years, shape))

    def _key_date_missing(self, name: str, date: str) -> Check:
        return self.check(
            "key_date_missing", date, present(date), "completeness",
            f"{self._heading(date)} is missing or cannot be read: the {self._noun(name)} is not counted",
            f"Enter the date in the {self.system}", quarantines=True,
        )  # fmt: skip

    def _end_before_start(self, name: str, end: str, start: str, shape: Shape) -> Check:
        return self.check(
            "end_before_start", end, shape, "consistency",
            f"{self._heading(end)} is earlier than {self._heading(start)}: the {self._noun(name)} is not counted",
            "Check both dates of this record", quarantines=True,
        )  # fmt: skip

    def _age_reached(self, name: str, day: str, years: int, shape: Shape) -> Check:
        return self.check(
            "age_reached", day, shape, "consistency",
            f"The person is {years} or older on {self._heading(day)}: the {self._noun(name)} is not counted",
            f"Check {self._heading(day)} and the date of birth", quarantines=True,
        )  # fmt: skip

    def looked_up_checks(self) -> Iterator[Check]:
        """Rows that name what no row of another table is about."""
        for name, column in self.table.columns.items():
            place = column.looked_up
            if place is None or not place.must_be_there:
                continue
            title = contract_for(self.source).tables[place.table].title
            yield self.check(
                "orphan", place.by, first_orphan(name, self._stored(place.by)), "consistency",
                f"{self._heading(place.by)} does not appear in {title}, so this row cannot be linked",
                f"Correct {self._heading(place.by)}, or send the row of {title} with it",
            )  # fmt: skip

    def identity_checks(self) -> Iterator[Check]:
        """Identifiers that cannot be right: of nobody, of two people, or of one person with two birthdays."""
        person = next((name for name in PERSON_COLUMNS if name in self.table.columns), None)
        own = {n for n, c in self.table.stored_columns.items() if not c.inherited}
        for name in own & {n for n, c in self.table.columns.items() if c.type == "upn"}:
            yield self.check(
                "upn_invalid", name, unmarked(DOUBTED, name), "accuracy",
                f"{self._heading(name)} is not a valid UPN: the check letter or format is wrong",
                "Check the number with the school; it joins the pupil's records",
            )  # fmt: skip
            if person is not None:
                yield self.check(
                    "upn_shared", name, same_within(self._stored(name), self._stored(person)), "uniqueness",
                    f"{self._heading(name)} is also that of another {self._heading(person)}: one child with "
                    "two ids, or a wrong number", "Merge the two records, or correct the number",
                )  # fmt: skip
        if person is not None and "birth_date" in own:
            yield self.check(
                "births_differ", "birth_date", one_birth(self._stored(person), "birth_date"), "consistency",
                f"The same {self._heading(person)} has another date of birth in this extract",
                "Check the date of birth, or whether two children share the id",
            )  # fmt: skip

    def _stored(self, column: str) -> str:
        return self.table.columns[column].stored_name(column)

    def birth_checks(self) -> Iterator[Check]:
        """A date of birth that no child of an extract can have."""
        birth = self.table.columns.get("birth_date")
        if birth is not None and birth.is_stored and not birth.inherited:
            yield self.check(
                "age_implausible", "birth_date", of_an_age("birth_date"), "accuracy",
                "The date of birth makes the person older than 30, or more than 40 weeks from birth",
                "Check the date of birth",
            )  # fmt: skip
        events = [
            name for name in self.table.columns if name in self._key_dates and self._is_date(name)
        ]
        if events and self._has_births():
            named = " or ".join(self._heading(name) for name in events)
            yield self.check(
                "born_long_after", "birth_date", born_long_after(events, "birth_date"), "accuracy",
                f"The child is born more than 40 weeks after {named}",
                "Check the date of birth and the date of this record",
            )  # fmt: skip

    def _is_date(self, name: str) -> bool:
        return self.table.columns[name].type == "date"

    def birth_missing_checks(self) -> Iterator[Check]:
        """Where the age decides who is counted, the table cannot do without the date of birth."""
        if self._has_births() and self.table.columns["birth_date"].required:
            yield self.check(
                "birth_date_missing", "birth_date", present("birth_date"), "completeness",
                "The date of birth is missing: the age decides where the person is counted",
                f"Enter the date of birth in the {self.system}",
            )  # fmt: skip

    def _has_births(self) -> bool:
        return {"birth_date", "child_id"} <= set(self.table.columns) and self.table.columns[
            "birth_date"
        ].is_stored

    def record_checks(self, name: str, record: Record) -> Iterator[Check]:
        """What decides whether a record counts: its key date, dates in order, a part within its whole."""
        always = record.exists_when is None and record.except_when is None
        lost = f"the {self._noun(name)} is not counted"
        if record.key_date and always and not record.key_date_optional:
            yield self._key_date_missing(name, record.key_date)
        if record.key_date:
            yield self.check(
                "date_after_as_at", record.key_date, not_after_as_at(record.key_date), "timeliness",
                f"{self._heading(record.key_date)} lies after the date of the extract: {lost}",
                "Check the year and the month of the date", quarantines=True,
            )  # fmt: skip
        for end, start in record.not_before:
            is_looked_up = self.table.columns[start].looked_up is not None
            shape = not_before_known(end, start) if is_looked_up else not_less(end, start)
            yield self._end_before_start(name, end, start, shape)
        for part, whole in record.at_most:
            yield self.check(
                "above_limit", part, not_less(whole, part), "consistency",
                f"{self._heading(part)} is more than {self._heading(whole)}: {lost}",
                "Check both numbers", quarantines=True,
            )  # fmt: skip
        for end, start in record.after:
            yield self.check(
                "not_after_start", end, not_less(end, start, or_equal=False), "consistency",
                f"{self._heading(end)} is not later than {self._heading(start)}: {lost}",
                "Check both dates of this record", quarantines=True,
            )  # fmt: skip

    def repeat_checks(self, name: str, record: Record) -> Iterator[Check]:
        """A record that is there more than once."""
        is_only = len(self.table.records) == 1
        keys = [self._stored(column) for column in record.key]
        if set(record.key) != {"child_id"} or is_only:
            yield self.check(
                f"{name}_repeated", None, not_repeated(keys) if is_only else unique(*keys), "uniqueness",
                f"The same {self._noun(name)} appears more than once; the {record.keep} row counts",
                f"Remove the repeated rows in the {self.system}",
            )  # fmt: skip

    def column_checks(self) -> Iterator[Check]:
        """What each column must hold, whatever the others say."""
        if "child_id" in self.table.columns:
            yield self.check(
                "child_id_missing", "child_id", present(self._stored("child_id")), "completeness",
                "The row has no usable child id and is not counted",
                f"Give the child's id in the {self.system}, as text", quarantines=True,
            )  # fmt: skip
        for name, column in self.table.stored_columns.items():
            if not column.inherited:
                yield from self._checks_of_values(name, column)

    def _checks_of_values(self, name: str, column: Column) -> Iterator[Check]:
        kept_out = column.value != "free"
        if column.value == "needed" and name != "child_id":
            yield self.check(
                "value_missing", name, empty_cell(name, self._stored(name)), "completeness",
                f"{column.heading} is missing: the row is not counted", "Enter the value", quarantines=True,
            )  # fmt: skip
        if column.type == "academic_year":
            yield self.check(
                "after_as_at", name, year_begun(name), "timeliness",
                f"{column.heading} begins after the date of the extract",
                "Check the year, or the month of the folder",
            )  # fmt: skip
        if column.type == "code":
            what = "the row is not counted" if kept_out else "it is treated as not recorded"
            if column.decides and not kept_out:
                what = "no figure takes it for one of the list"
            yield self.check(
                "code_unknown", name, never(name, UNMAPPED), "validity",
                f"{column.heading} holds a code that is not in the list; {what}",
                "Use a code of the list", quarantines=kept_out,
            )  # fmt: skip
        elif column.type in HOW_TO_WRITE:
            is_lost = kept_out or name in self._decides_all
            what = "and the record is not counted" if is_lost else "and counts as missing"
            if column.decides and not is_lost:
                what = "and the figures that need it leave the record out"
            yield self.check(
                "unreadable", name, unmarked(UNREAD, name), "validity",
                f"{column.heading} cannot be read{_range_of(column)} {what}",
                HOW_TO_WRITE[column.type], quarantines=kept_out or name in self._decides_all,
            )  # fmt: skip

    def _heading(self, column: str) -> str:
        return self.table.columns[column].heading

    def _noun(self, record: str) -> str:
        return record.replace("_", " ")


def _untold(check: Check) -> Check:
    """The same under a name of its own: a check of this rule and column is reported, and fails for fewer rows."""
    return replace(check, check_id=f"{check.check_id}.elsewhere")


def _range_of(column: Column) -> str:
    """The numbers that a column may hold, in words; nothing where it may hold any."""
    if column.lowest is None:
        return ""
    above = f" {column.lowest:g} to {column.highest:g}" if column.highest is not None else ""
    return f" as a number of{above}" if above else f" as a number of {column.lowest:g} or more"


def table_names(source: str) -> list[str]:
    """The tables of a source whose rows are checked."""
    tables = contract_for(source).tables
    return [name for name, table in tables.items() if not table.recognised_only and table.records]


@dataclass(frozen=True)
class TableChecks:
    """Every row check of a table, by what it is for."""

    told: tuple[Check, ...]
    """Those that a row's owner is asked about."""
    keeping_out: Mapping[str, tuple[Check, ...]]
    """By record, those that keep it out, in the order in which one of them is reported to the row's owner."""
    of_cells: tuple[Check, ...]
    """Those of what a cell held, which only the reader of the file can tell."""


@cache
def checks_of(source: str, table_name: str) -> TableChecks:
    """Every row check of a table of a source."""
    return table_checks(source, table_name, contract_for(source).tables[table_name])


def checks_for(source: str, table_name: str) -> tuple[Check, ...]:
    """The row checks of a table that its owner is asked about."""
    return checks_of(source, table_name).told


def table_checks(source: str, table_name: str, table: Table) -> TableChecks:
    """The checks of a table: from its contract, then the rules that a contract cannot say."""
    maker = _Maker(source, table_name, table)
    rules = [rule for rule in RULES.get(source, ()) if rule.table == table_name]
    of_cells = (c for c in maker.column_checks() if c.rule in ("unreadable", "code_unknown"))
    made = [
        *maker.column_checks(),
        *maker.birth_checks(),
        *maker.birth_missing_checks(),
        *maker.looked_up_checks(),
        *maker.identity_checks(),
        *(
            check
            for name, record in table.records.items()
            for check in (
                *maker.record_checks(name, record),
                *maker.repeat_checks(name, record),
                *maker.dependent_checks(name, record),
                *maker.derived_checks(name, record),
            )
        ),
    ]
    told = {check.check_id: check for check in (*made, *rules)}.values() if table.records else ()
    return TableChecks(
        tuple(told),
        {name: tuple(_keeping_out(maker, name, rules)) for name in table.records},
        tuple(of_cells),
    )


def _keeping_out(maker: _Maker, name: str, rules: Iterable[Check]) -> Iterator[Check]:
    records = maker.table.records
    record = records[name]
    others = {column for one in records.values() for column in one.places_it} - record.places_it
    made = (
        *(check for check in maker.column_checks() if check.column not in others),
        *maker.record_checks(name, record),
        *maker.dependent_checks(name, record),
        *maker.checks_told_elsewhere(name, record),
        *rules,
    )
    return (check for check in made if check.quarantines)


def expectation_for(check: Check) -> Expectation:
    """The Great Expectations expectation that judges a table's rows by a check."""
    from great_expectations import expectations as stock

    told = {
        **check.shape.arguments, "meta": {"check_id": check.check_id}, "severity": SEVERITIES[check.severity],
    }  # fmt: skip
    if check.shape.expectation != OF_OUR_OWN:
        return getattr(stock, check.shape.expectation)(**told)
    from expectations.row_expectation import expectation_of

    return expectation_of(check, **told)


def suite_for(name: str, checks: Iterable[Check]) -> ExpectationSuite:
    """A suite of checks of one table."""
    from great_expectations import ExpectationSuite

    return ExpectationSuite(name=name, expectations=[expectation_for(check) for check in checks])
