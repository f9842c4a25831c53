"""The shape of a source contract (`contracts/<source>.yml`) and its composition by collection year.

A contract says what a table's columns, codes, keys and cover are. It does not say how a file is read
(`orchestration/intake/readers`) nor what an indicator counts (`dbt_project`).
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from orchestration.registry.indicators import load_indicators
from orchestration.settings import DBT_FOLDER

CONTRACTS_FOLDER = Path(__file__).parent / "contracts"
CODE_WORDS_FILE = CONTRACTS_FOLDER.parent / "code_words.yml"
SEEDS_FOLDER = DBT_FOLDER / "seeds"

ColumnType = Literal[
    "child_id", "upn", "person_id", "date", "code", "integer", "decimal", "flag", "text", "dropped",
    "young_person_id", "applicant_id", "record_id", "academic_year", "week", "compared",
]  # fmt: skip
# `raw/` holds only a key of each. A `compared` text is one that need only be equal to another, or be there at all.
IDENTIFIER_TYPES = frozenset(
    {"child_id", "person_id", "young_person_id", "applicant_id", "record_id", "compared"}
)
Cover = Literal[
    "look_back", "twelve_months", "state", "financial_year", "month", "two_calendar_years",
    "school_year", "none",
]  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LookedUp(_Strict):
    """Where a value is that another table of the same submission holds."""

    table: str
    by: str
    """The column of both tables that joins them."""
    column: str | None = None
    """The value, of the row that counts; without it, whether there is a row at all."""
    must_be_there: bool = False
    """A row that names what is nowhere is an orphan, which is reported to its owner."""


class Column(_Strict):
    """One column as the supplier names it, and what it means to us."""

    heading: str
    aliases: tuple[str, ...] = ()
    type: ColumnType
    required: bool = False
    code_list: str | None = None
    code_form: str | None = None
    """What a text of the column looks like, as a regular expression; another, or one not of its list, is `unmapped`."""
    because: str | None = None
    repeats: bool = False
    may_be_absent: bool = False
    # expectations/README.md, 'Quarantine': a row without a needed value is quarantined, and one whose value does not
    # cast, where a rule uses the column (`checked`; a needed one is checked, too).
    value: Literal["needed", "checked", "free"] = "free"
    decides: tuple[str, ...] = ()
    """The populations that read it to decide whether, when or in which part a record counts, besides those of
    `Record.places_it`: a record is left out of them where the cell cannot be read (expectations/README.md)."""
    lowest: float | None = None
    highest: float | None = None
    inherited: bool = False
    """The value of the record above, repeated in each below it: a fault of it is reported once, up there."""
    # Another heading that a file may have here -> the table that it names a row of; that row has the value
    # (`orchestration/intake/tables/led_back.py`).
    led_back: dict[str, str] = Field(default_factory=dict)
    left_out_with: str | None = None
    """Another heading that says the same with more detail: where both are there, this column is left out."""
    looked_up: LookedUp | None = None
    """Not read from the file of its table; a fault of it is reported where it is, too."""

    @property
    def names(self) -> tuple[str, ...]:
        """What may be above the column in a file."""
        return () if self.looked_up else (self.heading, *self.aliases, *self.led_back)

    def stored_name(self, name: str) -> str:
        """The column's name in `raw/`: an identifier is there as a key only."""
        if self.type in IDENTIFIER_TYPES:
            return name.removesuffix("_id") + "_key"
        return f"{name}_key" if self.type == "upn" else name

    @property
    def is_stored(self) -> bool:
        return self.type != "dropped"

    @property
    def is_expected(self) -> bool:
        """Whether an extract without it deserves a message, though its table can be used."""
        return self.is_stored and not (self.required or self.may_be_absent or self.looked_up)


class Record(_Strict):
    """A kind of record that a row carries: its key, and what quarantines it (expectations/README.md, 'Quarantine').

    Of rows with one key the first is kept; with `latest_before` the one whose date in that column is the
    latest on or before the key date, then one with a later date, then one with none.
    """

    key: tuple[str, ...]
    key_date: str | None = None
    key_date_optional: bool = False
    exists_when: str | None = None
    except_when: str | None = None
    latest_before: str | None = None
    not_before: tuple[tuple[str, str], ...] = ()
    after: tuple[tuple[str, str], ...] = ()
    # A number that cannot be more than another, such as sessions attended and possible.
    at_most: tuple[tuple[str, str], ...] = ()
    # A column that must have a value where another holds a code: (column, other, code).
    needed_when: tuple[tuple[str, str, str], ...] = ()
    # Columns without a value of which the record cannot be placed; where the value is looked up, the fault is there.
    needs: tuple[str, ...] = ()
    # A date on which a person has not reached an age: (date, date of birth, years).
    younger_than: tuple[tuple[str, str, int], ...] = ()
    # Of rows with the same key: the first, or the last after ordering by these columns, nulls first.
    keep: Literal["first", "last"] = "first"
    newest_by: tuple[str, ...] = ()

    @property
    def end_column(self) -> str | None:
        """The column that ends an interval; None for a point event."""
        ends = (end for end, start in (*self.not_before, *self.after) if start == self.key_date)
        return next(ends, None)

    @property
    def places_it(self) -> frozenset[str]:
        """The columns that say which record it is, and when, and whether it is one: one that cannot be read keeps it
        out altogether."""
        named = (*self.key, self.key_date, self.end_column, self.except_when)
        return frozenset(name for name in named if name is not None)

    def columns(self) -> set[str]:
        single = (self.key_date, self.exists_when, self.except_when, self.latest_before)
        named = {name for name in single if name is not None}
        pairs = {name for pair in (*self.not_before, *self.after, *self.at_most) for name in pair}
        needed = {name for column, other, _ in self.needed_when for name in (column, other)}
        aged = {name for date, birth, _ in self.younger_than for name in (date, birth)}
        return {*self.key, *named, *pairs, *needed, *aged, *self.needs, *self.newest_by}


class Form(_Strict):
    """Another layout of a table: the spreadsheet that people fill in (`orchestration/owners/forms`).

    A line of it in which nothing of `answers` is filled in was not answered, and is no row of the table.
    """

    headings: dict[str, str]
    answers: tuple[str, ...]
    # What a form says to the people who fill it in, and nobody reads back.
    shown: tuple[str, ...] = ()
    explained_on: tuple[str, ...] = ("Cover", "Contents", "Notes")


class Retention(_Strict):
    """How long extracts of a source may be kept (`orchestration/upkeep/retention.py`)."""

    months: int = Field(ge=1)
    clock: Literal["as_at_date", "received_at"] = "as_at_date"
    """What the months are counted from."""
    basis: str
    approver: str | None = None
    """Who has approved it here; nothing is removed by a rule that nobody has."""


class Table(_Strict):
    """One table of a submission."""

    title: str
    sheet: str | None = None
    signature: tuple[str, ...] = ()
    # Another set of headings that identifies the table, such as the names before a change.
    earlier_signature: tuple[str, ...] = ()
    # Headings that tell another table of the source, where two share a signature.
    not_with: tuple[str, ...] = ()
    # Values of which a column must hold one, where files with the same headings differ in what their rows are about.
    holds: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    cover: Cover = "none"
    # The columns whose values name what a submission replaces whole (dbt_project/docs/history.md, 'Rounds of
    # education').
    unit: tuple[str, ...] = ()
    # A number of the DfE that begins with the authority's, and a date, that tell another authority's
    # or another period's file (expectations/README.md, 'Files that are refused').
    area_column: str | None = None
    period_column: str | None = None
    must_be_present: bool = False
    recognised_only: bool = False
    # What to send in place of a table that is often mistaken for the right one; it is left out.
    instead: str | None = None
    columns: dict[str, Column] = Field(default_factory=dict)
    records: dict[str, Record] = Field(default_factory=dict)
    form: Form | None = None

    def column_headed(self, heading: str) -> str | None:
        """The column that is under a heading of the contract."""
        return next((name for name, one in self.columns.items() if one.heading == heading), None)

    @property
    def stored_columns(self) -> dict[str, Column]:
        return {name: column for name, column in self.columns.items() if column.is_stored}

    @property
    def decisive_columns(self) -> frozenset[str]:
        """The columns by which a record counts or not, in whatever part: of some populations, or of all."""
        placing = {name for record in self.records.values() for name in record.places_it}
        named = {
            name for name, column in self.stored_columns.items()
            if column.decides or column.value != "free" or name in placing
        }  # fmt: skip
        return frozenset(name for name in named if self.columns[name].looked_up is None)

    @property
    def takes_values_of(self) -> set[str]:
        """Tables whose counting rows have values that this one looks up: they are judged before it."""
        places = [column.looked_up for column in self.columns.values()]
        return {place.table for place in places if place and place.column}


class Expected(_Strict):
    """How often the source is due, and how many days after that it counts as late."""

    every_months: int
    within_days: int


class Contract(_Strict):
    """All tables of one source, for one collection year once composed by `contract_for`."""

    source: str
    title: str
    level: Literal["la", "national"]
    on_failed_table: Literal["absent", "reject_submission"]
    several_files: Literal["append", "reject"] = "append"
    definition_from: dict[str, Any]
    expected: Expected | None = None
    retention: Retention | None = None
    # What an empty file of it is (`cypp forms --templates`); nobody here writes a national one.
    template: Literal["csv", "workbook", "xml"] = "csv"
    download: str | None = None
    """Where a national file is published."""
    code_lists: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    # Texts that are no value in this source, besides those of expectations/README.md, 'Values'.
    no_value: tuple[str, ...] = ()
    # The name of a file may carry the as-at date (Ofsted, GIAS).
    date_in_file_name: bool = False
    # Files of releases of published statistics, of which few are wanted; a release may come as the ZIP it is downloaded as.
    of_a_release: bool = False
    # A return with rows of each year: one without any of its folder's year is that of the year before.
    tells_its_year: bool = False
    tables: dict[str, Table]
    later_years: tuple[dict[str, Any], ...] = ()

    @model_validator(mode="after")
    def _names_resolve(self) -> Contract:
        for table_name, table in self.tables.items():
            for name, column in table.columns.items():
                is_listed = column.code_list in self.code_lists
                if not is_listed and (column.type == "code" or column.code_list):
                    raise ValueError(
                        f"{self.source}.{table_name}.{name}: no code list {column.code_list}"
                    )
                if column.type in ("text", "dropped") and not column.because:
                    raise ValueError(f"{self.source}.{table_name}.{name}: say why ('because')")
            for record_name, record in table.records.items():
                unknown = record.columns() - set(table.columns)
                if unknown:
                    raise ValueError(
                        f"{self.source}.{table_name}.{record_name}: no column {sorted(unknown)}"
                    )
            tell = {name for name in (table.area_column, table.period_column) if name}
            named = {*table.unit, *table.holds, *tell, *(table.form.headings if table.form else ())}
            if named - set(table.columns):
                raise ValueError(f"{self.source}.{table_name}: no column {sorted(named)}")
        return self

    @model_validator(mode="after")
    def _national_files_are_downloaded(self) -> Contract:
        if (self.download is not None) != (self.level == "national"):
            raise ValueError(
                f"{self.source}: a national source says where to download it, no other"
            )
        return self

    @model_validator(mode="after")
    def _free_text_stays_out(self) -> Contract:
        """What an authority sends is stored as text only where a form asks for words that reports print."""
        for table_name, table in self.tables.items():
            texts = [
                name
                for name, column in table.columns.items()
                if column.type == "text" and not (column.code_list or column.code_form)
            ]
            if texts and self.level == "la" and table.form is None:
                raise ValueError(
                    f"{self.source}.{table_name}: {', '.join(texts)} could hold anything: say what code, or drop it"
                )
        return self

    @model_validator(mode="after")
    def _file_of_elsewhere_is_refused_whole(self) -> Contract:
        told = [
            name for name, table in self.tables.items() if table.area_column or table.period_column
        ]
        if told and self.on_failed_table != "reject_submission":
            raise ValueError(
                f"{self.source}: {', '.join(told)} of another authority or period would be loaded all the same"
            )
        return self

    @model_validator(mode="after")
    def _looked_up_values_are_there(self) -> Contract:
        for table_name, table in self.tables.items():
            for name, column in table.columns.items():
                place = column.looked_up
                if place is None:
                    continue
                other = self.tables.get(place.table)
                named = {place.by, place.column or place.by}
                if other is None or place.by not in table.columns or named - set(other.columns):
                    raise ValueError(f"{self.source}.{table_name}.{name}: nothing to look up")
        return self

    @model_validator(mode="after")
    def _ids_lead_back_to_an_earlier_table(self) -> Contract:
        earlier: dict[str, Table] = {}
        for table_name, table in self.tables.items():
            for name, column in table.columns.items():
                for heading, other in column.led_back.items():
                    there = earlier.get(other)
                    if (
                        there is None
                        or name not in there.columns
                        or not there.column_headed(heading)
                    ):
                        raise ValueError(
                            f"{self.source}.{table_name}.{name}: {heading} leads nowhere"
                        )
            earlier[table_name] = table
        return self

    def headings(self) -> set[str]:
        """Every heading and alias of every table; not of columns that repeat, since nothing distinguishes them."""
        forms = [table.form for table in self.tables.values() if table.form is not None]
        return {
            heading
            for table in self.tables.values()
            for column in table.columns.values()
            if not column.repeats
            for heading in column.names
        } | {heading for form in forms for heading in (*form.headings.values(), *form.shown)}


def _merge(base: dict[str, Any], diff: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in diff.items():
        both_maps = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both_maps else value
    return merged


def _with_code_changes(code_lists: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    changed = dict(code_lists)
    for name, change in changes.items():
        kept = {
            code: also
            for code, also in changed[name].items()
            if code not in change.get("remove", [])
        }
        changed[name] = {**kept, **change.get("add", {})}
    return changed


def compose(document: dict[str, Any], collection_year: int) -> Contract:
    """The contract in force for a collection year (ending March): the base and every diff up to it."""
    composed = dict(document)
    for diff in sorted(document.get("later_years", []), key=lambda d: d["year"]):
        if diff["year"] <= collection_year:
            composed["tables"] = _merge(composed["tables"], diff.get("tables", {}))
            composed["code_lists"] = _with_code_changes(
                composed["code_lists"], diff.get("code_lists", {})
            )
    return Contract.model_validate({**composed, "later_years": ()})


@cache
def _document(source: str) -> dict[str, Any]:
    loaded = yaml.load((CONTRACTS_FOLDER / f"{source}.yml").read_text(), Loader=yaml.CSafeLoader)
    for name, seed in loaded.pop("code_lists_of_seeds", {}).items():
        loaded["code_lists"][name] = dict.fromkeys(first_column(seed), ())
    for name in loaded.pop("code_lists_of_registry", []):
        loaded["code_lists"][name] = dict.fromkeys((one.id for one in load_indicators()), ())
    return {key: value for key, value in loaded.items() if not key.startswith("x-")}


def first_column(seed: str) -> list[str]:
    """The keys of a seed of the warehouse: what it knows is said in one place."""
    with (SEEDS_FOLDER / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return [row[0] for row in csv.reader(file)][1:]


@cache
def code_words() -> dict[str, dict[str, tuple[str, ...]]]:
    """By code list and code: how the code is written in words (`code_words.yml`)."""
    content = yaml.load(CODE_WORDS_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {
        name: {code: tuple(entries) for code, entries in words.items()}
        for name, words in content.items()
    }


@cache
def contract_for(source: str, collection_year: int = 9999) -> Contract:
    """The contract of a source for a collection year; by default with every later table and code.

    Raises KeyError when there is no such source.
    """
    if source not in sources():
        raise KeyError(source)
    return compose(_document(source), collection_year)


@cache
def sources() -> tuple[str, ...]:
    """The names of all sources that have a contract."""
    return tuple(sorted(path.stem for path in CONTRACTS_FOLDER.glob("*.yml")))
