"""Which check looks at which critical field in which dimension: `COVERAGE.md`, written from contracts and rules.

`python -m expectations.coverage` writes it; a test fails when it is not current, or when a cell that should
have a check has none. A field is critical when a record is recognised, dated or ended by it, or its table
cannot be used without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from expectations.checks import Check, Dimension
from expectations.contract import Column, Record, Table, contract_for, sources
from expectations.reads import other_fields
from expectations.suites import checks_for, table_names

TARGET = Path(__file__).parent / "COVERAGE.md"
DIMENSIONS: tuple[Dimension, ...] = (
    "completeness", "uniqueness", "consistency", "timeliness", "validity", "accuracy",
)  # fmt: skip
NOT_APPLICABLE, MISSING = "–", "**none**"


@dataclass(frozen=True)
class Cell:
    """The checks of a field in a dimension; none where the dimension does not apply."""

    applies: bool
    checks: tuple[str, ...]

    @property
    def is_gap(self) -> bool:
        return self.applies and not self.checks

    @property
    def text(self) -> str:
        return ", ".join(self.checks) or (MISSING if self.applies else NOT_APPLICABLE)


@dataclass(frozen=True)
class Row:
    """A critical field and its six cells."""

    source: str
    table: str
    field: str
    cells: dict[Dimension, Cell]


def critical_fields(table: Table) -> list[str]:
    """Fields that recognise, date or end a record, or without which the table cannot be used."""
    of_records = {name for record in table.records.values() for name in record.columns()}
    return [
        name
        for name, column in table.stored_columns.items()
        if (name in of_records or column.required) and column.looked_up is None
    ]


def _starts(record: Record) -> set[str]:
    return {start for _, start in (*record.not_before, *record.after)}


def applies(table: Table, name: str, column: Column) -> dict[Dimension, bool]:
    """Whether a dimension can be judged by rows alone.

    An end may be empty (the record is open) and so may a code (nothing of the list applies): no completeness.
    Accuracy needs a second source: a date of birth next to the event, else reconciliations, which are in dbt.
    """
    records = list(table.records.values())
    dated = [record for record in records if record.key_date == name]
    always = [r for r in dated if not (r.key_date_optional or r.exists_when or r.except_when)]
    is_key_part = any(
        name in record.key and record.key_date and not record.exists_when and not record.key_date_optional
        for record in records
    )  # fmt: skip
    ends = {end for r in records for end, _ in (*r.not_before, *r.after)}
    return {
        "completeness": name == "child_id"
        or bool(always)
        or (is_key_part and column.type == "date")
        or (name == "birth_date" and column.required and "child_id" in table.stored_columns),
        "uniqueness": any(name in r.key and set(r.key) != {"child_id"} for r in records),
        "consistency": name in ends | {start for r in records for start in _starts(r)},
        "timeliness": bool(dated),
        "validity": column.type in ("code", "date", "integer", "decimal", "flag"),
        "accuracy": bool(dated) and column.type == "date" and {"birth_date", "child_id"} <= set(table.stored_columns),
    }  # fmt: skip


def _looks_at(table: Table, check: Check, name: str) -> bool:
    """A check of a pair of dates is one of both; a check of a record is one of its key."""
    if check.column == name:
        return True
    if check.rule.endswith("_repeated"):
        return name in table.records[check.rule.removesuffix("_repeated")].key
    return name in other_fields(check)


def rows() -> Iterator[Row]:
    """Every critical field of every source that an authority sends."""
    for source in sources():
        contract = contract_for(source)
        for table_name in table_names(source) if contract.level == "la" else ():
            table = contract.tables[table_name]
            for name in critical_fields(table):
                wanted = applies(table, name, table.columns[name])
                looking = [c for c in checks_for(source, table_name) if _looks_at(table, c, name)]
                cells = {
                    dimension: Cell(
                        wanted[dimension],
                        tuple(dict.fromkeys(c.rule for c in looking if c.dimension == dimension)),
                    )
                    for dimension in DIMENSIONS
                }
                yield Row(source, table_name, name, cells)


def document() -> str:
    """The matrix as Markdown, one table per source."""
    lines = [
        "# Checks of critical fields",
        "",
        "Written by `python -m expectations.coverage` from contracts and rules: do not edit by hand.",
        "A field is critical when a record is recognised, dated or ended by it, or its table cannot be used",
        f"without it. {NOT_APPLICABLE} does not apply; {MISSING} is a gap. Reconciliations (accuracy) and",
        "volumes (consistency) are of whole tables: `dbt_project/models` and `orchestration/checks/tables.py`.",
    ]
    source = ""
    for row in rows():
        if row.source != source:
            source = row.source
            lines += ["", f"## {contract_for(source).title} (`{source}`)", ""]
            lines += [f"| table | field | {' | '.join(DIMENSIONS)} |", "|---" * 8 + "|"]
        cells = " | ".join(row.cells[dimension].text for dimension in DIMENSIONS)
        lines.append(f"| {row.table} | {row.field} | {cells} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
