"""Contracts and rules -> checks -> Great Expectations suites, one per table.

A contract's codes, keys and date rules become expectations here, so that they are declared once. Nothing
is read or run here: `orchestration/checks` does that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from expectations.checks import Check, Dimension
from expectations.contract import Column, Record, Table, contract_for
from expectations.rules import RULES
from expectations.rules.derived import (
    age_reached,
    before_known,
    births_differ,
    born_long_after,
    differs_within,
    empty_cell,
    first_orphan,
    key_part_missing,
    needed_for_code,
    not_of_an_age,
    repeated,
    year_ahead,
)
from expectations.rules.shapes import Fails, not_before_year

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.expectations import Expectation

AS_AT = "as_at_date"
# Rules about two columns of a record, and where its contract names the pairs.
PAIR_RULES = {
    "end_before_start": "not_before",
    "not_after_start": "after",
    "above_limit": "at_most",
}
SUBMISSION = "submission_id"
# Who a row is about, in the supplier's own ids.
PERSON_COLUMNS = ("child_id", "yp_id", "applicant_id", "person_id")
# What a value of a type must look like to be read (expectations/README.md, 'Values').
AS_TEXT = "Give it as text: a spreadsheet may have shortened it or turned it into a number"
HOW_TO_WRITE = {
    "date": "Give the date as dd/mm/yyyy", "week": "Give the Monday of the week as dd/mm/yyyy",
    "integer": "Give a whole number in digits, without commas or signs",
    "decimal": "Give a number in digits, without commas, signs or %", "flag": "Give Y or N",
    "academic_year": "Give the year as 2024/25", "upn": AS_TEXT, "young_person_id": AS_TEXT,
    "applicant_id": AS_TEXT, "record_id": AS_TEXT,
}  # fmt: skip


# Rules about what stood in a cell, which only its reader has seen: the column of `raw/` that names the fields.
READER_MARKS = {"unreadable": "unreadable_columns", "upn_invalid": "doubted_columns"}
# The column that marks the rows breaking any of the rules that no expectation can say.
ANY_BROKEN = "breaks any rule"


def broken_column(check: Check) -> str:
    """The column of a frame that marks the rows breaking a rule which no expectation can say."""
    return f"breaks {check.check_id}"


def is_marked(check: Check) -> bool:
    """Whether a check's rows are marked in a column of their own."""
    return check.fails is not None or check.rule in READER_MARKS


def stored_key(source: str, table: str, name: str) -> str:
    """The name in the frame of a column of a record's key."""
    return contract_for(source).tables[table].columns[name].stored_name(name)


class _Maker:
    """Makes the checks of one table; a small state so that each rule is one line."""

    def __init__(self, source: str, name: str, table: Table) -> None:
        self.source, self.name, self.table = source, name, table

    @property
    def system(self) -> str:
        """What the owner's records stand in, as the owner calls it."""
        return "case system" if "child_id" in self.table.columns else "source system"

    def check(
        self,
        rule: str,
        column: str | None,
        *,
        dimension: Dimension,
        quarantines: bool,
        message: str,
        remedy: str,
    ) -> Check:
        check_id = ".".join(part for part in (self.source, self.name, rule, column) if part)
        return Check(
            check_id=check_id,
            source=self.source,
            table=self.name,
            rule=rule,
            column=column,
            dimension=dimension,
            severity="warn",
            quarantines=quarantines,
            message=message,
            remedy=remedy,
        )

    def derived_checks(self, name: str, record: Record) -> Iterator[Check]:
        """What follows from a contract beyond its own words, so that a new source has it from its first day."""
        date = record.key_date
        if not date or self.table.columns[date].type != "date":
            return
        yield replace(
            self.check(
                "before_1990", date, dimension="validity", quarantines=False,
                message=f"{self._heading(date)} lies before 1990", remedy="Check the year of the date",
            ), fails=not_before_year(date, 1990),
        )  # fmt: skip
        if self._has_births():
            yield replace(
                self.check(
                    "born_long_after", "birth_date", dimension="accuracy", quarantines=False,
                    message=f"The child is born more than 40 weeks after {self._heading(date)}",
                    remedy="Check the date of birth and the date of this record",
                ), fails=born_long_after(date, "birth_date"),
            )  # fmt: skip
        for part in () if record.exists_when else record.key:
            if part not in (date, "child_id") and self.table.columns[part].type == "date":
                yield replace(
                    self.check(
                        "key_part_missing", part, dimension="completeness", quarantines=False,
                        message=f"{self._heading(part)} is missing from a {self._noun(name)} that has its other date",
                        remedy=f"Enter the date in the {self.system}",
                    ), fails=key_part_missing(part, date),
                )  # fmt: skip

    def dependent_checks(self, name: str, record: Record) -> Iterator[Check]:
        """What other columns ask of a record: a value that its code needs, an age that is not reached."""
        for name_needed, other, code in record.needed_when:
            yield self._with_function(
                self.check(
                    "needed_for_code", name_needed, dimension="completeness", quarantines=True,
                    message=f"{self._heading(name_needed)} is missing, which a row with {self._heading(other)} {code} "
                    "needs: the row is not counted", remedy="Enter the value",
                ), needed_for_code(name_needed, other, code),
            )  # fmt: skip
        for day, birth, years in record.younger_than:
            yield self._with_function(
                self.check(
                    "age_reached", day, dimension="consistency", quarantines=True,
                    message=f"The person is {years} or older on {self._heading(day)}: the {self._noun(name)} is not "
                    "counted", remedy=f"Check {self._heading(day)} and the date of birth",
                ), age_reached(day, birth, years, AS_AT),
            )  # fmt: skip

    @staticmethod
    def _with_function(check: Check, fails: Fails) -> Check:
        return replace(check, fails=fails)

    def looked_up_checks(self) -> Iterator[Check]:
        """Rows that name what no row of another table is about."""
        for name, column in self.table.columns.items():
            place = column.looked_up
            if place is None or not place.must_be_there:
                continue
            title = contract_for(self.source).tables[place.table].title
            yield self._with_function(
                self.check(
                    "orphan", place.by, dimension="consistency", quarantines=False,
                    message=f"{self._heading(place.by)} stands in no row of {title}, so the row belongs to nothing",
                    remedy=f"Correct {self._heading(place.by)}, or send the row of {title} with it",
                ), first_orphan(name, self._stored(place.by)),
            )  # fmt: skip

    def identity_checks(self) -> Iterator[Check]:
        """Identifiers that cannot be right: of nobody, of two people, or of one person with two birthdays."""
        person = next((name for name in PERSON_COLUMNS if name in self.table.columns), None)
        own = {n for n, c in self.table.stored_columns.items() if not c.inherited}
        for name in own & {n for n, c in self.table.columns.items() if c.type == "upn"}:
            yield self.check(
                "upn_invalid", name, dimension="accuracy", quarantines=False,
                message=f"{self._heading(name)} is no number that can have been given: its check letter or form is wrong",
                remedy="Check the number with the school; it joins the pupil's records",
            )  # fmt: skip
            if person is not None:
                yield self._with_function(
                    self.check(
                        "upn_shared", name, dimension="uniqueness", quarantines=False,
                        message=f"{self._heading(name)} is also that of another {self._heading(person)}: one child with "
                        "two ids, or a wrong number", remedy="Merge the two records, or correct the number",
                    ), differs_within(self._stored(name), self._stored(person)),
                )  # fmt: skip
        if person is not None and "birth_date" in own:
            yield self._with_function(
                self.check(
                    "births_differ", "birth_date", dimension="consistency", quarantines=False,
                    message=f"The same {self._heading(person)} has another date of birth in this extract",
                    remedy="Check the date of birth, or whether two children share the id",
                ), births_differ(self._stored(person), "birth_date", AS_AT),
            )  # fmt: skip

    def _stored(self, column: str) -> str:
        return self.table.columns[column].stored_name(column)

    def birth_checks(self) -> Iterator[Check]:
        """A date of birth that no child of an extract can have."""
        birth = self.table.columns.get("birth_date")
        if birth is not None and birth.is_stored and not birth.inherited:
            yield replace(
                self.check(
                    "age_implausible", "birth_date", dimension="accuracy", quarantines=False,
                    message="The date of birth makes the person older than 30, or more than 40 weeks from birth",
                    remedy="Check the date of birth",
                ), fails=not_of_an_age(AS_AT, "birth_date"),
            )  # fmt: skip

    def birth_missing_checks(self) -> Iterator[Check]:
        """Where the age decides who is counted, the table cannot do without the date of birth."""
        if self._has_births() and self.table.columns["birth_date"].required:
            yield self.check(
                "birth_date_missing", "birth_date", dimension="completeness", quarantines=False,
                message="The date of birth is missing: the age decides where the person is counted",
                remedy=f"Enter the date of birth in the {self.system}",
            )  # fmt: skip

    def _has_births(self) -> bool:
        return {"birth_date", "child_id"} <= set(self.table.columns) and self.table.columns[
            "birth_date"
        ].is_stored

    def record_checks(self, name: str, record: Record) -> Iterator[Check]:
        always = record.exists_when is None and record.except_when is None
        if record.key_date and always and not record.key_date_optional:
            yield self.check(
                "key_date_missing", record.key_date, dimension="completeness", quarantines=True,
                message=f"{self._heading(record.key_date)} is missing or cannot be read: the {self._noun(name)} "
                "is not counted", remedy=f"Enter the date in the {self.system}",
            )  # fmt: skip
        if record.key_date:
            yield self.check(
                "date_after_as_at", record.key_date, dimension="timeliness", quarantines=True,
                message=f"{self._heading(record.key_date)} lies after the date of the extract: the "
                f"{self._noun(name)} is not counted", remedy="Check the year and the month of the date",
            )  # fmt: skip
        for end, start in record.not_before:
            made = self.check(
                "end_before_start", f"{end}", dimension="consistency", quarantines=True,
                message=f"{self._heading(end)} is earlier than {self._heading(start)}: the "
                f"{self._noun(name)} is not counted", remedy="Check both dates of this record",
            )  # fmt: skip
            looked_up = self.table.columns[start].looked_up
            yield replace(made, fails=before_known(end, start, AS_AT)) if looked_up else made
        for part, whole in record.at_most:
            yield self.check(
                "above_limit", part, dimension="consistency", quarantines=True,
                message=f"{self._heading(part)} is more than {self._heading(whole)}: the "
                f"{self._noun(name)} is not counted", remedy="Check both numbers",
            )  # fmt: skip
        for end, start in record.after:
            yield self.check(
                "not_after_start", f"{end}", dimension="consistency", quarantines=True,
                message=f"{self._heading(end)} is not later than {self._heading(start)}: the "
                f"{self._noun(name)} is not counted", remedy="Check both dates of this record",
            )  # fmt: skip
        if set(record.key) != {"child_id"} or len(self.table.records) == 1:
            made = self.check(
                f"{name}_repeated", None, dimension="uniqueness", quarantines=False,
                message=f"The same {self._noun(name)} stands more than once; the {record.keep} row counts",
                remedy=f"Remove the repeated rows in the {self.system}",
            )  # fmt: skip
            # As they were taken in, which says it of a table with one kind of record.
            keys = tuple(self._stored(column) for column in record.key)
            yield replace(made, fails=repeated(keys)) if len(self.table.records) == 1 else made

    def column_checks(self) -> Iterator[Check]:
        if "child_id" in self.table.columns:
            yield self.check(
                "child_id_missing", "child_id", dimension="completeness", quarantines=True,
                message="The row has no usable child id and is not counted",
                remedy=f"Give the child's id in the {self.system}, as text",
            )  # fmt: skip
        own = {n: c for n, c in self.table.stored_columns.items() if not c.inherited}
        for name, column in own.items():
            kept_out = column.value != "free"
            if column.value == "needed" and name != "child_id":
                yield self._with_function(
                    self.check(
                        "value_missing", name, dimension="completeness", quarantines=True,
                        message=f"{column.heading} is missing: the row is not counted", remedy="Enter the value",
                    ), empty_cell(name, self._stored(name)),
                )  # fmt: skip
            if column.type == "academic_year":
                yield self._with_function(
                    self.check(
                        "after_as_at", name, dimension="timeliness", quarantines=False,
                        message=f"{column.heading} begins after the date of the extract",
                        remedy="Check the year, or the month of the folder",
                    ), year_ahead(name, AS_AT),
                )  # fmt: skip
            if column.type == "code":
                what = "the row is not counted" if kept_out else "it counts as none of them"
                yield self.check(
                    "code_unknown", name, dimension="validity", quarantines=kept_out,
                    message=f"{column.heading} holds a code that is not in the list; {what}",
                    remedy="Use a code of the list",
                )  # fmt: skip
            elif column.type in HOW_TO_WRITE:
                what = "and the row is not counted" if kept_out else "and counts as missing"
                yield self.check(
                    "unreadable", name, dimension="validity", quarantines=kept_out,
                    message=f"{column.heading} cannot be read{_range_of(column)} {what}",
                    remedy=HOW_TO_WRITE[column.type],
                )  # fmt: skip

    def _heading(self, column: str) -> str:
        return self.table.columns[column].heading

    def _noun(self, record: str) -> str:
        return record.replace("_", " ")


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


@cache
def checks_for(source: str, table_name: str) -> tuple[Check, ...]:
    """Every row check of a table: from its contract, then the rules that a contract cannot say."""
    table = contract_for(source).tables[table_name]
    maker = _Maker(source, table_name, table)
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
                *maker.dependent_checks(name, record),
                *maker.derived_checks(name, record),
            )
        ),
    ]
    rules = [rule for rule in RULES.get(source, ()) if rule.table == table_name]
    return tuple({check.check_id: check for check in (*made, *rules)}.values())


def _record_of(check: Check) -> Record:
    table = contract_for(check.source).tables[check.table]
    records = table.records.values()
    if check.rule.endswith("_repeated"):
        return table.records[check.rule.removesuffix("_repeated")]
    pairs = PAIR_RULES[check.rule]
    return next(r for r in records if any(end == check.column for end, _ in getattr(r, pairs)))


def expectation_for(check: Check) -> Expectation:
    """The Great Expectations expectation that evaluates a check on a table's frame."""
    from great_expectations import expectations as gxe

    meta = {"check_id": check.check_id}
    if is_marked(check):
        return gxe.ExpectColumnValuesToBeInSet(
            column=broken_column(check), value_set=[False], meta=meta
        )
    if check.rule in (
        "key_date_missing",
        "child_id_missing",
        "birth_date_missing",
    ):
        column = stored_key(check.source, check.table, check.column or "")
        return gxe.ExpectColumnValuesToNotBeNull(column=column, meta=meta)
    if check.rule == "code_unknown":
        return gxe.ExpectColumnValuesToNotBeInSet(
            column=check.column or "", value_set=["unmapped"], meta=meta
        )
    if check.rule == "date_after_as_at":
        return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=AS_AT, column_B=check.column or "", or_equal=True,
            ignore_row_if="either_value_is_missing", meta=meta,
        )  # fmt: skip
    record = _record_of(check)
    if check.rule.endswith("_repeated"):
        return gxe.ExpectCompoundColumnsToBeUnique(
            column_list=[SUBMISSION, *(stored_key(check.source, check.table, name) for name in record.key)],
            ignore_row_if="any_value_is_missing", meta=meta,
        )  # fmt: skip
    larger, smaller = _ordered_pair(check, record)
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=larger, column_B=smaller, or_equal=check.rule != "not_after_start",
        ignore_row_if="either_value_is_missing", meta=meta,
    )  # fmt: skip


def _ordered_pair(check: Check, record: Record) -> tuple[str, str]:
    """The two columns of a rule about order, the one that must be later or larger first."""
    pairs = getattr(record, PAIR_RULES[check.rule])
    first, second = next(pair for pair in pairs if pair[0] == check.column)
    return (second, first) if check.rule == "above_limit" else (first, second)


def nothing_marked() -> Expectation:
    """No row breaks any rule that its reader or pandas marks: what is true of most tables, said at once."""
    from great_expectations import expectations as gxe

    return gxe.ExpectColumnValuesToBeInSet(column=ANY_BROKEN, value_set=[False])


def suite_for(name: str, checks: Iterable[Check]) -> ExpectationSuite:
    """A suite of checks of one table."""
    from great_expectations import ExpectationSuite

    return ExpectationSuite(name=name, expectations=[expectation_for(check) for check in checks])
